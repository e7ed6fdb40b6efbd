#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// CLI tests as text (tests/cli/README.md describes the form).
namespace dbw::test {

/// One command of a script with what it must print and return.
struct ScriptStep {
  std::string command;
  std::vector<std::string> expected;  ///< lines of standard output and error together, in the order written
  int status = 0;
  int line = 0;  ///< of the `$`
};

/// Throws Error{bad_encoding} for text before the first command.
std::vector<ScriptStep> parse_script(std::string_view text);

/// A page of the guide: its ```console blocks are a script (at the same lines), its ```yaml NAME blocks are files that
/// the script finds, and its other ```yaml blocks are quotations of those files.
struct GuidePage {
  std::string script;
  std::map<std::string, std::string> files;
  std::vector<std::string> quotations;
};
/// Throws Error{bad_encoding} for a block that is not closed.
GuidePage parse_page(std::string_view markdown);

/// `...` matches any text; `<hex>`, `<time>`, `<id>`, `<n>` one lower-case hexadecimal string, one RFC 3339 time, one
/// request id, one number.
bool line_matches(std::string_view pattern, std::string_view line);

/// A pattern line that is exactly `...` matches any number of lines.
bool lines_match(const std::vector<std::string>& patterns, const std::vector<std::string_view>& lines);

}  // namespace dbw::test
