#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr ServerVersion k_strict_since{3, 37, 0};

void check_sqlite_non_strict_table(const RuleInput& in, Findings& out) {
  const bool creates =
      in.statement.kind == StatementKind::create_table && !in.statement.columns.empty() && !in.statement.temporary;
  if (!creates || version_of(in) < k_strict_since) return;
  const std::size_t body = in.lexemes.find(0, {"("});
  if (in.lexemes.find(in.lexemes.behind_group(body), {"strict"}) == in.lexemes.size())
    out.add(in.statement.range, "any value of any type gets into the columns of " + quoted(in.statement.target),
            in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_sqlite_non_strict_table = {
    .info =
        {
            .id = "sqlite-non-strict-table",
            .category = "type-choice",
            .engines = k_sqlite,
            .severity = model::Severity::info,
            .summary = "CREATE TABLE without STRICT, for SQLite 3.37 and later.",
            .why = "A column's type is a preference only: text gets into an integer column, and whoever reads it "
                   "later fails.",
            .instead = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT) STRICT;",
            .sources = "SQLite documentation, \"STRICT Tables\".",
        },
    .on_statement = check_sqlite_non_strict_table,
    .kinds = {StatementKind::create_table},
};

}  // namespace dbw::review
