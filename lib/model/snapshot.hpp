#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/schema_types.hpp"
#include "base/time.hpp"
#include "model/token.hpp"

namespace dbw::model {

inline constexpr std::string_view k_snapshot_payload_type = "application/vnd.dbw.snapshot.v1+json";

/// The schema of one target as an executor saw it: the payload of a DSSE envelope.
struct Snapshot {
  std::string database, environment, target;
  Timestamp taken_at;
  std::int64_t log_size = 0;  ///< entries in the executor's log then: of two snapshots the larger one is the newer
  schema::Catalogue catalogue;
};

/// What an executor's log says of a snapshot that was published.
struct SnapshotRecord {
  Digest sha256;              ///< of the published file's bytes
  std::int64_t sequence = 0;  ///< Snapshot::log_size
  Timestamp taken_at;
};

/// Strict: canonical JSON and known fields only. Throws Error with a 01xx or 02xx code.
Snapshot parse_snapshot_payload(std::string_view json);
/// The envelope of what dbw-exec snapshot writes, with or without a line end. The signature is not looked at. Throws
/// Error{envelope_malformed} for an envelope of something else.
Envelope parse_snapshot_file(std::string_view json);
/// What dbw-exec snapshot writes: the envelope, with or without a line end. The signature is not looked at. Throws
/// Error{envelope_malformed} for an envelope of something else.
Snapshot parse_snapshot_envelope(std::string_view json);
/// The same schema gives the same bytes but for `taken_at`, `log_size` and the statistics. Throws Error{json_profile}
/// where a text of the catalogue is not UTF-8.
std::string emit_snapshot_payload(const Snapshot& snapshot);

}  // namespace dbw::model
