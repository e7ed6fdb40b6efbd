#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/layout.hpp"
#include "audit/line.hpp"

namespace dbw::audit {

/// A file of the new tree; no bytes: the path is removed.
struct FileChange {
  std::string path;
  std::optional<std::string> bytes;
};

/// Evidence blobs by their SHA-256.
using Blobs = std::map<Digest, std::string>;
/// Adds a blob; returns its digest.
Digest add_blob(Blobs& blobs, std::string bytes);

/// What appending needs to know of a log: read from O(log n) tiles and one line.
struct LogHead {
  std::string origin;
  TreeHead head;                          ///< size 0: no log yet
  std::vector<std::vector<Digest>> edge;  ///< per level, the hashes of the partial tile at the right edge
  Digest last_leaf;                       ///< unset where size is 0
  Timestamp last_at;
  KeyId last_key;  ///< who signed the last line
};

/// A log that does not exist yet.
LogHead empty_head(std::string_view origin);
/// Reads and checks the head: checkpoint signature (by one of `keys`), right edge of the tiles against the checkpoint's
/// root, last line against the last leaf hash. Throws Error{audit_checkpoint, audit_tile_mismatch, audit_root_mismatch,
/// audit_truncated, note_...}.
LogHead read_head(const PathReader& files, std::string_view origin, const std::vector<crypto::PublicKey>& keys,
                  const std::vector<crypto::NoteVerifier>& witnesses = {});
/// The log still holds what a mark says: size not below, root consistent by the tiles. Cost O(log n). Throws
/// Error{audit_truncated, audit_not_append_only}. A mark of size 0 says nothing.
void require_extends(const PathReader& files, const TreeHead& mark, const TreeHead& head);

struct AppendPlan {
  std::vector<FileChange> changes;  ///< lines, closed bundles, tiles, checkpoint, evidence; each path once
  TreeHead head;                    ///< after the append
  std::string checkpoint;           ///< the signed note
  std::uint64_t first_seq = 0;
  std::vector<std::string> lines;
  std::vector<Digest> leaves;
};

/// Appends: fills `log`, `seq` and `prev` of each entry, signs the lines and the checkpoint. Cost O(entries + log n):
/// reads at most the open bundle. The first line of a log must be a genesis and no other may be one; `at` may not fall
/// by more than the clock skew; a key that differs from the one of the last line needs a `rotate` entry first. Throws
/// Error{audit_genesis, audit_time, audit_unknown_key, audit_line_too_large, audit_evidence_mismatch}.
AppendPlan plan_append(const LogHead& head, const PathReader& files, std::vector<model::AuditEntry> entries,
                       const Blobs& evidence, const crypto::MachineSigner& key);

}  // namespace dbw::audit
