#include <fmt/format.h>

#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"
#include "db/catalogue.hpp"
#include "model/snapshot.hpp"
#include "workflow/executor.hpp"
#include "workflow/published_snapshot.hpp"

/// Schema snapshots: taken and published.
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

model::SnapshotRecord Executor::publish_snapshot(const Place& place) {
  const std::string& executor = m_authority->environment(place.database, place.environment).executor;
  if (executor != m_config.machine) {
    throw Error(ErrorCode::not_our_environment,
                fmt::format("{} is served by {}, this is {}", place.environment, executor, m_config.machine));
  }
  const std::string file = snapshot(place) + "\n";
  const model::Snapshot written = model::parse_snapshot_envelope(file);
  audit::SnapshotBody body;
  body.target = written.target;
  body.member = place.member;
  body.snapshot = {crypto::sha256(file), written.log_size, written.taken_at};
  // The log last: a remote that refuses the push must not end what counted before.
  publish_snapshot_file(m_change, snapshot_path(place), file, m_config.machine, m_now);
  model::AuditEntry published = entry("snapshot");
  published.database = place.database;
  published.environment = place.environment;
  published.body = audit::emit_body(body);
  append({published}, {});
  return body.snapshot;
}

}  // namespace dbw::workflow
