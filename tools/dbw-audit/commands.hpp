#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/line.hpp"
#include "base/files.hpp"
#include "cli/command.hpp"
#include "workflow/audit_verify.hpp"

namespace dbw::tool {

cli::Command verify_command();
cli::Command log_command();
cli::Command show_command();

/// The audit repository that all commands read, and where its copy is kept.
struct Source {
  std::string where;     ///< URL or path
  std::string executor;  ///< empty: every log
  std::string cache;     ///< empty: a temporary folder
};
void add_source(cli::Command& command, Source& source);

/// Fetches the repository; the folder lives as long as this.
class OpenSource {
 public:
  explicit OpenSource(const Source& source);
  const workflow::AuditMirror& mirror() const { return *m_mirror; }
  /// The executors asked for; throws Error{audit_no_log} where there is none.
  const std::vector<std::string>& executors() const { return m_executors; }

 private:
  std::unique_ptr<TemporaryFolder> m_folder;
  std::unique_ptr<workflow::AuditMirror> m_mirror;
  std::vector<std::string> m_executors;
};

/// Every line of a log in order, until `each` returns false. Nothing is verified but the form.
void each_line(const audit::PathReader& files, const std::function<bool(const audit::Line& line)>& each);

}  // namespace dbw::tool
