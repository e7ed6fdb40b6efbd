#include <fmt/format.h>

#include "base/limits.hpp"
#include "crypto/note.hpp"
#include "db/catalogue.hpp"
#include "model/snapshot.hpp"
#include "workflow/executor.hpp"

namespace dbw::workflow {

std::string Executor::snapshot(const Place& place) {
  Target& each = target(place);
  const auto session =
      connect_target(each.config(), DatabaseRole::change, m_options.credentials, {.application_name = "dbw snapshot"});
  model::Snapshot out;
  out.database = place.database;
  out.environment = place.environment;
  out.target = each.id();
  out.taken_at = m_now;
  out.log_size = static_cast<std::int64_t>(m_log->head().size);
  out.catalogue = db::read_catalogue(*session);
  const std::string payload = model::emit_snapshot_payload(out);
  if (payload.size() > k_snapshot_bytes_max) {
    throw Error(ErrorCode::db_catalogue_too_large,
                fmt::format("the snapshot has {} bytes, at most {} are read", payload.size(), k_snapshot_bytes_max));
  }
  const std::string type(model::k_snapshot_payload_type);
  return model::emit_envelope(
      {type, payload, m_key->public_key().id.text(), m_key->sign(crypto::dsse_pae(type, payload))});
}

}  // namespace dbw::workflow
