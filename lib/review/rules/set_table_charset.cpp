#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_set_table_charset(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::alter_table || !on_old_table(in)) return;
  const ObjectName& table = in.statement.target;
  for (const AlterAction& action : in.statement.actions) {
    if (action.option.name == "convert" && !refuses_blocking(in.statement))
      out.add(in.statement.range,
              "every text of " + quoted(table) + " is converted: types grow, and equal values may turn up",
              table.text());
    if (action.option.name == "charset" || action.option.name == "collate")
      out.add(in.statement.range, "the columns of " + quoted(table) + " keep their character set; new ones get another",
              table.text());
  }
}

}  // namespace

constinit const Rule k_rule_set_table_charset = {
    .info =
        {
            .id = "set-table-charset",
            .category = "online-ddl",
            .engines = k_mysql,
            .revision = 2,
            .severity = model::Severity::warning,
            .summary = "ALTER TABLE ... CONVERT TO CHARACTER SET, or another default character set or collation of an "
                       "existing table.",
            .why = "CONVERT copies the table (rule ddl-copy-algorithm), may make TEXT columns a size larger and unique "
                   "indexes fail. A new default leaves all columns as they are, so that later columns do not compare "
                   "with them without conversion.",
            .instead = "A new table of the right character set, filled in batches and swapped; or gh-ost, "
                       "pt-online-schema-change.",
            .sources =
                "MySQL manual, \"Online DDL Operations\"; MariaDB manual, \"InnoDB Online DDL Operations with the "
                "INPLACE Alter Algorithm\"; measured on MariaDB 10.11.",
        },
    .on_statement = check_set_table_charset,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
