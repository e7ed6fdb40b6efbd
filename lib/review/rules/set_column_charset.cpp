#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_set_column_charset(const RuleInput& in, Findings& out) {
  for_declared_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (!column.charset.empty() || !column.collation.empty())
      out.add(in.statement.range, "column " + quoted(column.name) + " gets a character set or collation of its own",
              in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_set_column_charset = {
    .info =
        {
            .id = "set-column-charset",
            .category = "online-ddl",
            .engines = k_mysql,
            .severity = model::Severity::off,
            .summary = "CHARACTER SET or COLLATE in the definition of a column.",
            .why = "Columns of different character sets or collations compare only after conversion, which keeps "
                   "indexes from being used, and a change of it copies the table.",
            .instead = "The default of the table: CREATE TABLE t (name varchar(100)) DEFAULT CHARACTER SET utf8mb4;",
            .sources = "MySQL manual, \"Column Character Set and Collation\"; MariaDB manual, \"Setting Character Sets "
                       "and Collations\".",
        },
    .on_statement = check_set_column_charset,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
