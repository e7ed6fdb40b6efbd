#include "workflow/log_index.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "codec/commit.hpp"
#include "codec/json.hpp"
#include "codec/reader.hpp"
#include "model/decision.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t k_record_bytes_max = 16 * 1024 * 1024;
constexpr std::int64_t k_seq_max = std::int64_t{1} << 53;
constexpr std::int64_t k_form = 4;

codec::Value emit_run(const LoggedRun& run) {
  codec::Value value;
  value.set("run", run.run).set("step", run.step).set("database", run.database).set("environment", run.environment);
  value.set("request_sha256", run.request_sha256.text()).set("intent_seq", static_cast<std::int64_t>(run.intent_seq));
  if (!run.outcome.empty()) value.set("outcome", run.outcome);
  if (run.break_glass) value.set("break_glass", true);
  if (!run.member.empty()) value.set("member", run.member);
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
    run.break_glass = each.boolean_or("break_glass", false);
    run.member = each.name_if("member").value_or("");
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

std::string denial_key(const Digest& request_sha256, const std::string& error, const std::string& member) {
  return fmt::format("{} {}{}{}", request_sha256.text(), error, member.empty() ? "" : " ", member);
}

std::optional<std::string> LoggedRequest::last_outcome(const std::string& step, const Digest& request_sha256,
                                                       const std::string& member) const {
  std::optional<std::string> last;
  for (const LoggedRun& run : runs) {
    if (run.step != step || run.request_sha256 != request_sha256 || run.member != member) continue;
    if (!last || !run.outcome.empty()) last = run.outcome;
  }
  return last;
}

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
  // Caches of another form are built anew.
  reader.integer("form", k_form, k_form);
  reader.list_if("unreviewed", [&](codec::Reader& each) {
    UnreviewedResult result;
    result.request = RequestId(each.text("request"));
    result.leaf = each.digest("leaf");
    result.at = each.time("at");
    result.intent_seq = static_cast<std::uint64_t>(each.integer("intent_seq", 0, k_seq_max));
    each.finish();
    m_unreviewed.push_back(result);
  });
  reader.list_if("snapshots", [&](codec::Reader& each) {
    const std::string target = each.text("target");
    m_snapshots[target] = {each.digest("sha256"), each.integer("sequence", 0, k_seq_max), each.time("taken_at")};
    each.finish();
  });
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
  codec::Value::List unreviewed;
  for (const UnreviewedResult& result : m_unreviewed) {
    codec::Value entry;
    entry.set("request", result.request.text()).set("leaf", result.leaf.text()).set("at", result.at.text());
    unreviewed.push_back(entry.set("intent_seq", static_cast<std::int64_t>(result.intent_seq)));
  }
  codec::Value::List snapshots;
  for (const auto& [target, snapshot] : m_snapshots) {
    codec::Value entry;
    entry.set("target", target).set("sha256", snapshot.sha256.text()).set("sequence", snapshot.sequence);
    snapshots.push_back(entry.set("taken_at", snapshot.taken_at.text()));
  }
  codec::Value value;
  value.set("form", k_form).set("unreviewed", unreviewed).set("snapshots", snapshots);
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
    forget();  // a damaged cache is rebuilt
  }
  const std::uint64_t size = log.head().size;
  const bool follows =
      m_upto == 0 || (m_origin == log.origin() && m_upto <= size && log.line(m_upto - 1).leaf == m_last_leaf);
  if (!follows) {
    forget();
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
    take(log, line);
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

void LogIndex::forget() {
  m_upto = 0;
  m_open.clear();
  m_unreviewed.clear();
  m_snapshots.clear();
}

const model::SnapshotRecord* LogIndex::newest_snapshot(const std::string& target) const {
  const auto found = m_snapshots.find(target);
  return found == m_snapshots.end() ? nullptr : &found->second;
}

void LogIndex::take(const AuditLog& log, const audit::Line& line) {
  const model::AuditEntry& entry = line.entry;
  if (entry.type == "snapshot") {
    const audit::SnapshotBody body = audit::parse_snapshot_body(entry.body);
    m_snapshots[body.target] = body.snapshot;
  }
  if (!entry.request) return;
  of(*entry.request);
  LoggedRequest& record = m_requests.at(*entry.request);
  m_changed.insert(*entry.request);
  if (entry.type == "intent") {
    take_intent(entry, record);
  } else if (entry.type == "result") {
    take_result(line, record);
  } else if (entry.type == "decision") {
    take_decision(log, entry, record);
  } else if (entry.type == "deny") {
    const audit::DenyBody body = audit::parse_deny_body(entry.body);
    record.denied.insert(denial_key(entry.request_sha256.value_or(Digest{}), body.error, body.member));
  }
}

void LogIndex::take_intent(const model::AuditEntry& entry, LoggedRequest& record) {
  const auto known =
      std::find_if(record.runs.begin(), record.runs.end(), [&](const LoggedRun& run) { return run.run == entry.run; });
  if (known != record.runs.end()) {
    // Taken in before a crash that came between the records and upto.json.
    if (known->outcome.empty()) m_open[entry.run] = *entry.request;
    return;
  }
  const audit::IntentBody body = audit::parse_intent_body(entry.body);
  record.runs.push_back({entry.run, only_step(body.steps), entry.database, entry.environment,
                         entry.request_sha256.value_or(Digest{}), static_cast<std::uint64_t>(entry.seq), "",
                         body.mode == model::mode_name(model::RequestMode::break_glass), body.member});
  m_open[entry.run] = *entry.request;
}

void LogIndex::take_result(const audit::Line& line, LoggedRequest& record) {
  const model::AuditEntry& entry = line.entry;
  const std::string outcome = audit::parse_result_body(entry.body).outcome;
  for (LoggedRun& run : record.runs) {
    if (run.run != entry.run) continue;
    run.outcome = outcome;
    // Whatever reached the database is looked at, also where it says that nothing was changed.
    if (run.break_glass && outcome != "not_started")
      m_unreviewed.push_back({*entry.request, line.leaf, entry.at, run.intent_seq});
  }
  m_open.erase(entry.run);
}

void LogIndex::take_decision(const AuditLog& log, const model::AuditEntry& entry, LoggedRequest& record) {
  const audit::DecisionBody body = audit::parse_decision_body(entry.body);
  if (body.kind != model::decision_name(model::DecisionKind::post_review)) {
    record.decisions[body.payload_sha256] = body.commit;
    record.approvers[body.payload_sha256] = body.approver;
    return;
  }
  // The executor judged it when it wrote the line; from then on it holds, whoever leaves.
  const model::Decision decision = model::parse_decision(codec::parse_signed_commit(log.evidence(body.commit)).message);
  const auto reviewed = std::find_if(m_unreviewed.begin(), m_unreviewed.end(), [&](const UnreviewedResult& result) {
    return result.request == *entry.request && result.leaf == decision.target;
  });
  if (reviewed == m_unreviewed.end()) return;
  const auto behind = reviewed + 1;
  m_unreviewed.erase(std::remove_if(m_unreviewed.begin(), behind,
                                    [&](const UnreviewedResult& result) { return result.request == *entry.request; }),
                     behind);
}

}  // namespace dbw::workflow
