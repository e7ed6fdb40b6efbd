#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_dml_with_limit(const RuleInput& in, Findings& out) {
  const StatementKind kind = in.statement.kind;
  const bool copies = kind == StatementKind::insert && !in.statement.selects_values;
  if (kind != StatementKind::update && kind != StatementKind::delete_ && !copies) return;
  const bool limited = in.lexemes.find(0, {"limit"}) < in.lexemes.size();
  if (limited && in.lexemes.find(0, {"order"}) == in.lexemes.size())
    out.add(in.statement.range, "LIMIT without ORDER BY leaves open which rows it takes", in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_dml_with_limit = {
    .info =
        {
            .id = "dml-with-limit",
            .category = "dml",
            .engines = k_mysql | k_sqlite,
            .severity = model::Severity::warning,
            .summary = "UPDATE, DELETE or INSERT ... SELECT with LIMIT and without ORDER BY.",
            .why = "Which rows it takes depends on the plan of the day. A replica that repeats the statement may "
                   "change other rows and drift apart.",
            .instead = "DELETE FROM t WHERE ... ORDER BY id LIMIT 1000; or a range of the key.",
            .sources =
                "MySQL manual, \"Replication and LIMIT\"; MariaDB manual, \"Unsafe Statements for Statement-based "
                "Replication\"; SQLite documentation, DELETE.",
        },
    .on_statement = check_dml_with_limit,
    .kinds = {StatementKind::insert, StatementKind::update, StatementKind::delete_},
};

}  // namespace dbw::review
