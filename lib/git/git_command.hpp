#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/process.hpp"
#include "git/transport.hpp"
#include "git/url.hpp"

/// Private to lib/git: runs the git program for a transport and puts its failures into our words. Nothing of the
/// caller's environment or of any git configuration but the mirror's own plain one takes part.
namespace dbw::git {

class GitCommand {
 public:
  /// Throws Error{git_bad_url, git_bad_config}.
  GitCommand(std::filesystem::path mirror, const Remote& remote);

  /// Throws Error{git_missing_program (absent, or older than 2.31), git_unreachable (no answer in time),
  /// git_bad_config, process_failed}.
  ProcessResult run(std::vector<std::string> arguments, std::string input = {}) const;
  /// What git said, printable, one line, without tokens.
  std::string words(const ProcessResult& result) const;
  /// The error that git's words amount to.
  Error failure(const ProcessResult& result, std::string_view doing) const;
  Protocol protocol() const { return m_protocol; }

 private:
  void require_plain_config() const;
  void require_program() const;
  ProcessResult start(std::vector<std::string> arguments, std::string input) const;
  std::string redacted(std::string text) const;

  std::filesystem::path m_mirror;
  std::string m_url;
  Seconds m_timeout;
  Protocol m_protocol;
  std::map<std::string, std::string> m_environment;
  std::vector<std::string> m_secrets;
};

/// Which of our errors git's standard error stands for; git_unreachable where nothing more exact is known.
ErrorCode classify(std::string_view errors);

}  // namespace dbw::git
