#include "workflow/log_tail.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "audit/verifier.hpp"
#include "base/error.hpp"
#include "workflow/audit_log.hpp"

namespace dbw::workflow {
namespace {

/// An executor's clock may lag the requester's by this much; older lines cannot be about the request.
constexpr Seconds k_lookback{600};

}  // namespace

LogTail::LogTail(const Workspace& workspace, const std::string& executor)
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

std::vector<audit::Line> LogTail::lines(const RequestId& id, Timestamp since) const {
  std::vector<audit::Line> found;
  for (std::uint64_t seq = m_head.head.size; seq-- > 0;) {
    const auto text = audit::read_line(m_files, seq, m_head.head.size);
    if (!text) throw Error(ErrorCode::audit_truncated, fmt::format("line {} is missing", seq));
    audit::Line line = audit::parse_line(*text);
    if (!audit::verify_line(line, m_key))
      throw Error(ErrorCode::audit_bad_signature, fmt::format("line {} is not signed by the executor", seq));
    if (line.entry.at < since - k_lookback) break;
    if (line.entry.request == id) found.push_back(std::move(line));
  }
  std::reverse(found.begin(), found.end());
  return found;
}

std::string LogTail::evidence(const Digest& digest) const { return audit::evidence_reader(m_files)(digest); }

}  // namespace dbw::workflow
