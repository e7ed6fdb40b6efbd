#include "workflow/follow.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "audit/appender.hpp"
#include "base/error.hpp"
#include "workflow/audit_log.hpp"

namespace dbw::workflow {
namespace {

/// An executor's clock may lag the requester's by this much; older lines cannot be about the request.
constexpr Seconds k_lookback{600};

class LogTail {
 public:
  LogTail(Workspace& workspace, const std::string& executor)
      : m_cache(git::Repository::init(workspace.profile().folder / "audit.git")),
        m_remote(m_cache, workspace.profile().audit.value_or(workspace.profile().remote)) {
    const std::string ref = audit_ref(executor);
    m_remote.fetch({ref});
    const auto commit = m_cache.resolve(ref);
    const model::Machine* machine = workspace.authority().find_machine(executor);
    if (!commit || machine == nullptr) return;
    m_key = machine->key;
    m_files = audit_files(m_cache, *commit);
    m_head = audit::read_head(m_files, audit::origin_of(workspace.authority().pin().repo_id, executor), {m_key});
  }

  /// Entries about `id` since `since`, oldest first.
  std::vector<model::AuditEntry> entries(const RequestId& id, Timestamp since) const {
    std::vector<model::AuditEntry> found;
    for (std::uint64_t seq = m_head.head.size; seq-- > 0;) {
      const auto text = audit::read_line(m_files, seq, m_head.head.size);
      if (!text) throw Error(ErrorCode::audit_truncated, fmt::format("line {} is missing", seq));
      const audit::Line line = audit::parse_line(*text);
      if (!audit::verify_line(line, m_key))
        throw Error(ErrorCode::audit_bad_signature, fmt::format("line {} is not signed by the executor", seq));
      if (line.entry.at < since - k_lookback) break;
      if (line.entry.request == id) found.push_back(line.entry);
    }
    std::reverse(found.begin(), found.end());
    return found;
  }

 private:
  git::Repository m_cache;
  git::Transport m_remote;
  crypto::PublicKey m_key;
  audit::PathReader m_files;
  audit::LogHead m_head;
};

RequestState state_of(const std::string& outcome) {
  if (outcome == "executed" || outcome == "dry_run") return RequestState::executed;
  if (outcome == "failed") return RequestState::failed;
  if (outcome == "partially_executed") return RequestState::partially_executed;
  if (outcome == "unknown" || outcome == "lost") return RequestState::unknown;
  return RequestState::interrupted;
}

}  // namespace

FollowedRequest follow_request(Workspace& workspace, const RequestId& id) {
  FollowedRequest followed;
  followed.assessment = workspace.assess(id);
  if (!followed.assessment || !followed.assessment->request) {
    throw Error(ErrorCode::request_unknown, fmt::format("there is no authentic request {}", id.text()));
  }
  followed.state = followed.assessment->state;
  const model::Request& request = (*followed.assessment->request)->request;
  const std::string& executor = workspace.authority().environment(request.database, request.environment).executor;
  std::size_t executed = 0;
  for (const model::AuditEntry& entry : LogTail(workspace, executor).entries(id, request.created_at)) {
    if (entry.request_sha256 != (*followed.assessment->request)->sha256) continue;
    if (entry.type == "intent") followed.state = RequestState::executing;
    if (entry.type != "result") continue;
    followed.results.push_back(audit::parse_result_body(entry.body));
    followed.state = state_of(followed.results.back().outcome);
    if (followed.state == RequestState::executed) ++executed;
  }
  // Steps run one after the other: between two of them the request is still executing.
  if (followed.state == RequestState::executed && executed < request.steps.size())
    followed.state = RequestState::executing;
  return followed;
}

}  // namespace dbw::workflow
