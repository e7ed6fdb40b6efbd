#include "review/lexical.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// "/*!", "/*!50000", "/*M!100100".
bool is_executable(std::string_view comment) { return comment.rfind("/*!", 0) == 0 || comment.rfind("/*M!", 0) == 0; }

/// "/*!40101", "/*M!": how the comment begins.
std::string opening(std::string_view comment) {
  std::size_t end = comment.find('!') + 1;
  while (end < comment.size() && comment[end] >= '0' && comment[end] <= '9') ++end;
  return std::string(comment.substr(0, end));
}

void check_executable_comment(const RuleInput& in, Findings& out) {
  if (text_of(in).find("/*") == std::string_view::npos) return;
  const std::string_view sql = in.sql;
  const ByteRange range = in.statement.range;
  for (std::size_t at = range.start; at < range.end && at < sql.size();) {
    const std::size_t end = skip_opaque(in.review.engine, sql, at);
    if (end != at && is_executable(sql.substr(at, end - at))) {
      out.add(range,
              "what stands in " + opening(sql.substr(at, end - at)) + " ... */ runs on some servers and not on others",
              in.statement.target.text());
      return;
    }
    at = end == at ? at + 1 : end;
  }
}

}  // namespace

constinit const Rule k_rule_executable_comment = {
    .info =
        {
            .id = "executable-comment",
            .category = "security",
            .engines = k_mysql,
            .revision = 2,
            .severity = model::Severity::block,
            .suppressible = false,
            .summary = "A comment that some servers run: /*! ... */, /*!50000 ... */, /*M! ... */.",
            .why = "Reviewers and other tools take it for a comment. Whether it runs depends on the kind and version "
                   "of the server, so that what was approved is not what happens.",
            .instead = "Write the statement without the comment, or leave it out.",
            .sources = "MySQL manual, \"Comments\"; MariaDB manual, \"Comment Syntax\".",
        },
    .on_statement = check_executable_comment,
};

}  // namespace dbw::review
