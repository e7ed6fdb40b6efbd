#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_dml_with_order_by(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::update && in.statement.kind != StatementKind::delete_) return;
  const bool sorted = in.lexemes.find(0, {"order"}) < in.lexemes.size();
  if (sorted && in.lexemes.find(0, {"limit"}) == in.lexemes.size())
    out.add(in.statement.range, "all rows are changed whatever their order", in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_dml_with_order_by = {
    .info =
        {
            .id = "dml-with-order-by",
            .category = "dml",
            .engines = k_mysql | k_sqlite,
            .severity = model::Severity::off,
            .summary = "UPDATE or DELETE with ORDER BY and without LIMIT.",
            .why = "The server sorts rows for nothing. The one reason to do so, a unique key that each row passes on "
                   "to the next one, makes the statement depend on the order of its rows.",
            .instead = "Leave ORDER BY out; or a range of the key.",
            .sources = "MySQL manual, \"UPDATE Statement\" and \"DELETE Statement\"; MariaDB manual, \"UPDATE\"; "
                       "SQLite documentation, UPDATE.",
        },
    .on_statement = check_dml_with_order_by,
    .kinds = {StatementKind::update, StatementKind::delete_},
};

}  // namespace dbw::review
