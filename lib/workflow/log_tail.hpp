#pragma once

#include <string>
#include <vector>

#include "audit/appender.hpp"
#include "workflow/workspace.hpp"

namespace dbw::workflow {

/// An executor's log as its remote shows it to a person; every line that is read is verified. Empty where there is
/// none.
class LogTail {
 public:
  /// Fetches. Throws what Git and the log throw.
  LogTail(const Workspace& workspace, const std::string& executor);

  /// Lines about `id` since `since`, oldest first.
  std::vector<audit::Line> lines(const RequestId& id, Timestamp since) const;
  std::string evidence(const Digest& digest) const;

 private:
  git::Repository m_cache;
  git::Transport m_remote;
  crypto::PublicKey m_key;
  audit::PathReader m_files;
  audit::LogHead m_head;
};

}  // namespace dbw::workflow
