#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_require_table_comment(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::create_table || in.statement.temporary || in.statement.columns.empty())
    return;
  const bool said = std::any_of(in.statement.options.begin(), in.statement.options.end(),
                                [](const sqlparse::Option& option) { return option.name == "comment"; });
  if (!said)
    out.add(in.statement.range, "table " + quoted(in.statement.target) + " has no comment", in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_require_table_comment = {
    .info =
        {
            .id = "require-table-comment",
            .category = "hygiene",
            .engines = k_mysql,
            .severity = model::Severity::off,
            .summary = "CREATE TABLE without COMMENT.",
            .why = "Whoever meets the table later, in an incident or a report, has its name alone to go by.",
            .instead = "CREATE TABLE t (...) COMMENT = 'one row per order, kept for ten years';",
            .sources = "MySQL manual, \"CREATE TABLE Statement\"; MariaDB manual, \"CREATE TABLE\".",
        },
    .on_statement = check_require_table_comment,
    .kinds = {StatementKind::create_table},
};

}  // namespace dbw::review
