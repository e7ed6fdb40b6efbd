#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_prefer_bigint_over_int(const RuleInput& in, Findings& out) {
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    const std::string& type = column.type;
    if (type == "int" || type == "integer" || type == "serial" || type == "mediumint")
      // SERIAL of MySQL is a bigint.
      if (type != "serial" || !is_mysql(in))
        out.add(in.statement.range,
                "column " + quoted(column.name) + " ends at " + (type == "mediumint" ? "8" : "2147") + " million",
                in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_prefer_bigint_over_int = {
    .info =
        {
            .id = "prefer-bigint-over-int",
            .category = "type-choice",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::off,
            .summary = "A new column of type int, serial or mediumint.",
            .why = "A key or counter that reaches the end of its type stops every insert, at a time nobody chose. "
                   "Changing the type then rewrites a large table.",
            .instead = "bigint; bigint GENERATED ALWAYS AS IDENTITY; bigint unsigned AUTO_INCREMENT.",
            .sources = "PostgreSQL manual, \"Numeric Types\"; MySQL manual, \"Integer Types\".",
        },
    .on_statement = check_prefer_bigint_over_int,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
