#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "workflow/audit_log.hpp"

namespace dbw::workflow {

/// One claim's life as the log tells it.
struct LoggedRun {
  std::string run, step;
  std::string database, environment;
  Digest request_sha256;
  std::uint64_t intent_seq = 0;
  std::string outcome;  ///< empty: no result yet
  bool break_glass = false;
  std::string member = {};  ///< of a fleet; else empty
};

/// A result of a break_glass run that no logged post-review covers. A post-review covers its result and those of the
/// same request before it.
struct UnreviewedResult {
  RequestId request;
  Digest leaf;  ///< of the result's line
  Timestamp at;
  std::uint64_t intent_seq = 0;
};

/// What the log says of one request.
struct LoggedRequest {
  std::vector<LoggedRun> runs;              ///< oldest first
  std::map<Digest, Digest> decisions;       ///< payload digest -> evidence blob of the raw commit
  std::map<Digest, std::string> approvers;  ///< payload digest -> person
  std::set<std::string> denied;             ///< denial_key() of each

  /// What the log says last about a step of exactly that request on that member: "" where it began and has no result,
  /// nullopt where it never began.
  std::optional<std::string> last_outcome(const std::string& step, const Digest& request_sha256,
                                          const std::string& member) const;
};

std::string denial_key(const Digest& request_sha256, const std::string& error, const std::string& member);

/// The executor's index of its own log: what happened to which request. It only caches; it follows the log from where
/// it stopped, and a lost or foreign folder is rebuilt from line 0.
class LogIndex {
 public:
  explicit LogIndex(std::filesystem::path folder) : m_folder(std::move(folder)) {}

  /// Takes in the lines that are new since the last time.
  void catch_up(const AuditLog& log);
  const LoggedRequest& of(const RequestId& id);
  /// Intents without a result, by run.
  const std::map<std::string, RequestId>& open_runs() const { return m_open; }
  /// Oldest first.
  const std::vector<UnreviewedResult>& unreviewed() const { return m_unreviewed; }
  /// The newest schema snapshot of a target that was published; nullptr: none.
  const model::SnapshotRecord* newest_snapshot(const std::string& target) const;

 private:
  void load();
  void save(const AuditLog& log);
  void take(const AuditLog& log, const audit::Line& line);
  void take_intent(const model::AuditEntry& entry, LoggedRequest& record);
  void take_result(const audit::Line& line, LoggedRequest& record);
  void take_decision(const AuditLog& log, const model::AuditEntry& entry, LoggedRequest& record);
  void forget();

  std::filesystem::path m_folder;
  std::string m_origin;
  std::uint64_t m_upto = 0;
  Digest m_last_leaf;  ///< of line m_upto - 1
  bool m_loaded = false;
  std::map<RequestId, LoggedRequest> m_requests;
  std::set<RequestId> m_changed;
  std::map<std::string, RequestId> m_open;
  std::vector<UnreviewedResult> m_unreviewed;
  std::map<std::string, model::SnapshotRecord> m_snapshots;  ///< by target
};

}  // namespace dbw::workflow
