#include "workflow/log_index.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "codec/json.hpp"
#include "codec/reader.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t k_record_bytes_max = 16 * 1024 * 1024;
constexpr std::int64_t k_seq_max = std::int64_t{1} << 53;

codec::Value emit_run(const LoggedRun& run) {
  codec::Value value;
  value.set("run", run.run).set("step", run.step).set("database", run.database).set("environment", run.environment);
  value.set("request_sha256", run.request_sha256.text()).set("intent_seq", static_cast<std::int64_t>(run.intent_seq));
  if (!run.outcome.empty()) value.set("outcome", run.outcome);
  return value;
}

std::string emit_record(const LoggedRequest& record) {
  codec::Value::List runs, decisions, denied;
  for (const LoggedRun& run : record.runs) runs.push_back(emit_run(run));
  for (const auto& [payload, blob] : record.decisions) {
    codec::Value decision;
    decision.set("payload", payload.text()).set("commit", blob.text()).set("approver", record.approvers.at(payload));
    decisions.push_back(decision);
  }
  for (const std::string& each : record.denied) denied.emplace_back(each);
  codec::Value value;
  value.set("runs", runs).set("decisions", decisions).set("denied", denied);
  return codec::emit_json(value);
}

LoggedRequest parse_record(const fs::path& file) {
  const codec::Value document =
      codec::parse_json(read_file(file, k_record_bytes_max), file.string(), k_record_bytes_max);
  codec::Reader reader(document, file.string());
  LoggedRequest record;
  reader.list_if("runs", [&](codec::Reader& each) {
    LoggedRun run;
    run.run = each.text("run");
    run.step = each.text("step");
    run.database = each.text("database");
    run.environment = each.text("environment");
    run.request_sha256 = each.digest("request_sha256");
    run.intent_seq = static_cast<std::uint64_t>(each.integer("intent_seq", 0, k_seq_max));
    run.outcome = each.text_if("outcome").value_or("");
    each.finish();
    record.runs.push_back(run);
  });
  reader.list_if("decisions", [&](codec::Reader& each) {
    const Digest payload = each.digest("payload");
    record.decisions[payload] = each.digest("commit");
    record.approvers[payload] = each.text("approver");
    each.finish();
  });
  for (const std::string& each : reader.texts("denied")) record.denied.insert(each);
  reader.finish();
  return record;
}

std::string only_step(const std::vector<std::string>& steps) {
  return steps.empty() ? std::string("?") : steps.front();
}

}  // namespace

void LogIndex::load() {
  m_loaded = true;
  const fs::path file = m_folder / "upto.json";
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return;
  const codec::Value document =
      codec::parse_json(read_file(file, k_record_bytes_max), file.string(), k_record_bytes_max);
  codec::Reader reader(document, file.string());
  m_origin = reader.text("origin");
  m_upto = static_cast<std::uint64_t>(reader.integer("upto", 1, k_seq_max));
  m_last_leaf = reader.digest("last_leaf");
  reader.list_if("open", [&](codec::Reader& each) {
    m_open[each.text("run")] = RequestId(each.text("request"));
    each.finish();
  });
  reader.finish();
}

void LogIndex::save(const AuditLog& log) {
  make_folders(m_folder, 0700);
  // Records first, then how far they reach: after a crash lines are taken in twice, which changes nothing.
  for (const RequestId& id : m_changed)
    write_file_atomic(m_folder / (id.text() + ".json"), emit_record(m_requests.at(id)), 0600);
  m_changed.clear();
  codec::Value::List open;
  for (const auto& [run, id] : m_open) {
    codec::Value entry;
    entry.set("run", run).set("request", id.text());
    open.push_back(entry);
  }
  codec::Value value;
  value.set("origin", log.origin())
      .set("upto", static_cast<std::int64_t>(m_upto))
      .set("last_leaf", m_last_leaf.text())
      .set("open", open);
  write_file_atomic(m_folder / "upto.json", codec::emit_json(value), 0600);
}

void LogIndex::catch_up(const AuditLog& log) {
  try {
    if (!m_loaded) load();
  } catch (const Error& error) {
    if (error.status() != ExitStatus::malformed) throw;
    m_upto = 0;  // a damaged cache is rebuilt
    m_open.clear();
  }
  const std::uint64_t size = log.head().size;
  const bool follows =
      m_upto == 0 || (m_origin == log.origin() && m_upto <= size && log.line(m_upto - 1).leaf == m_last_leaf);
  if (!follows) {
    m_upto = 0;
    m_open.clear();
    m_requests.clear();
    fs::remove_all(m_folder);
  }
  m_origin = log.origin();
  if (m_upto == size) return;
  std::optional<Digest> before;
  if (m_upto != 0) before = m_last_leaf;
  log.iterate(m_upto, size, [&](const audit::Line& line) {
    // The newest line is vouched for by the checkpoint; through `prev` it vouches for all the others.
    if (before && line.entry.prev != *before) {
      throw Error(ErrorCode::audit_prev,
                  fmt::format("`prev` of line {} is not the hash of the line before", line.entry.seq));
    }
    before = line.leaf;
    take(line);
    m_last_leaf = line.leaf;
    return true;
  });
  m_upto = size;
  save(log);
}

const LoggedRequest& LogIndex::of(const RequestId& id) {
  const auto known = m_requests.find(id);
  if (known != m_requests.end()) return known->second;
  const fs::path file = m_folder / (id.text() + ".json");
  std::error_code ignored;
  return m_requests[id] = m_upto != 0 && fs::exists(file, ignored) ? parse_record(file) : LoggedRequest{};
}

void LogIndex::take(const audit::Line& line) {
  const model::AuditEntry& entry = line.entry;
  if (!entry.request) return;
  of(*entry.request);
  LoggedRequest& record = m_requests.at(*entry.request);
  m_changed.insert(*entry.request);
  if (entry.type == "intent") {
    const auto known = std::find_if(record.runs.begin(), record.runs.end(),
                                    [&](const LoggedRun& run) { return run.run == entry.run; });
    if (known != record.runs.end()) {
      // Taken in before a crash that came between the records and upto.json.
      if (known->outcome.empty()) m_open[entry.run] = *entry.request;
      return;
    }
    const audit::IntentBody body = audit::parse_intent_body(entry.body);
    record.runs.push_back({entry.run, only_step(body.steps), entry.database, entry.environment,
                           entry.request_sha256.value_or(Digest{}), static_cast<std::uint64_t>(entry.seq), ""});
    m_open[entry.run] = *entry.request;
  } else if (entry.type == "result") {
    const std::string outcome = audit::parse_result_body(entry.body).outcome;
    for (LoggedRun& run : record.runs) {
      if (run.run == entry.run) run.outcome = outcome;
    }
    m_open.erase(entry.run);
  } else if (entry.type == "decision") {
    const audit::DecisionBody body = audit::parse_decision_body(entry.body);
    record.decisions[body.payload_sha256] = body.commit;
    record.approvers[body.payload_sha256] = body.approver;
  } else if (entry.type == "deny") {
    record.denied.insert(
        fmt::format("{} {}", entry.request_sha256.value_or(Digest{}).text(), audit::parse_deny_body(entry.body).error));
  }
}

}  // namespace dbw::workflow
