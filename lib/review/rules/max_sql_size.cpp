#include "base/limits.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_max_sql_size_file(const RuleInput& in, Findings& out) {
  report_problems(in, out, {ParseProblem::Kind::too_large, ParseProblem::Kind::too_deep});
  const bool last = &in.file == &in.review.files.back();
  if (!last) return;
  std::size_t count = 0;
  for (const File& file : in.review.files) count += file.parsed.statements.size();
  if (count > k_statements_max) {
    out.add({0, 0}, std::to_string(count) + " statements are more than the " + std::to_string(k_statements_max) +
                        " of one request");
  }
}

}  // namespace

constinit const Rule k_rule_max_sql_size = {
    .info =
        {
            .id = "max-sql-size",
            .category = "security",
            .engines = k_every_engine,
            .severity = model::Severity::block,
            .suppressible = false,
            .summary = "SQL with more bytes, statements or nesting than dbw reads.",
            .why = "A reviewer cannot read it, and a limit that merely skipped the rules would be a way around them.",
            .instead = "Split it into several requests.",
            .sources = "dbw: docs/limits.md.",
        },
    .on_file = check_max_sql_size_file,
};

}  // namespace dbw::review
