#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "audit/bodies.hpp"
#include "db/failure.hpp"
#include "plan/plan.hpp"
#include "workflow/executor.hpp"
#include "workflow/result_file.hpp"

namespace dbw::workflow {

/// Whose rows they are: file names and folders are made of it.
struct QueryOrigin {
  std::string step, run;
  std::string member;  ///< of a fleet; else empty
};

/// Where the rows of one query go. Without `results.to` into a file of the host, its commitment's opening beside it;
/// with it only into files sealed for those people, the server's words about a failure included.
class QueryResult {
 public:
  /// Throws what Recipients refuses, Error{file_unwritable}.
  QueryResult(const ExecutorConfig& config, const trust::Authority& authority, const model::Request& request,
              const plan::Plan& plan, const QueryOrigin& origin);

  db::RowSink& sink() { return *m_file; }
  /// How far it is, for people. May be called from another thread.
  std::string progress() const;
  /// After the last row: files are on the disk, `body` names them and `outcome` says where they are.
  void finish(audit::ResultBody& body, StepOutcome& outcome);
  /// Seals what the server said, where there is somebody to seal it for.
  void keep_message(const db::ServerMessage& message, audit::ResultBody& body) const;

 private:
  std::string commit_to(std::string_view path, const std::string& text, std::optional<Digest>& commitment) const;

  RequestId m_request;
  std::vector<crypto::AgeRecipient> m_recipients;  ///< empty: not sealed
  std::filesystem::path m_folder;
  std::string m_step, m_member, m_name;
  std::optional<ResultFile> m_file;
  std::chrono::steady_clock::time_point m_started = std::chrono::steady_clock::now();
};

}  // namespace dbw::workflow
