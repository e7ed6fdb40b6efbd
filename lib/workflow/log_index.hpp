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
};

/// What the log says of one request.
struct LoggedRequest {
  std::vector<LoggedRun> runs;              ///< oldest first
  std::map<Digest, Digest> decisions;       ///< payload digest -> evidence blob of the raw commit
  std::map<Digest, std::string> approvers;  ///< payload digest -> person
  std::set<std::string> denied;             ///< "<request digest> <error id>"
};

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

 private:
  void load();
  void save(const AuditLog& log);
  void take(const audit::Line& line);

  std::filesystem::path m_folder;
  std::string m_origin;
  std::uint64_t m_upto = 0;
  Digest m_last_leaf;  ///< of line m_upto - 1
  bool m_loaded = false;
  std::map<RequestId, LoggedRequest> m_requests;
  std::set<RequestId> m_changed;
  std::map<std::string, RequestId> m_open;
};

}  // namespace dbw::workflow
