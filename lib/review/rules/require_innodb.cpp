#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_require_innodb(const RuleInput& in, Findings& out) {
  const bool defines = in.statement.kind == StatementKind::create_table ||
                       in.statement.kind == StatementKind::create_table_as ||
                       in.statement.kind == StatementKind::alter_table;
  if (!defines || in.statement.temporary) return;
  for (const sqlparse::Option& option : in.statement.options) {
    if (option.name == "engine" && option.value != "innodb")
      out.add(in.statement.range, "table " + quoted(in.statement.target) + " is kept by the engine " + option.value,
              in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_require_innodb = {
    .info =
        {
            .id = "require-innodb",
            .category = "hygiene",
            .engines = k_mysql,
            .severity = model::Severity::error,
            .summary = "ENGINE = other than InnoDB for a table that stays.",
            .why = "MyISAM, Aria and MEMORY have no transactions and no foreign keys, lock the whole table for each "
                   "write, and lose rows when the server stops; a change of several statements cannot be rolled "
                   "back.",
            .instead = "ENGINE = InnoDB, or no ENGINE at all.",
            .sources = "MySQL manual, \"Alternative Storage Engines\"; MariaDB manual, \"Choosing the Right Storage "
                       "Engine\".",
        },
    .on_statement = check_require_innodb,
    .kinds = {StatementKind::create_table, StatementKind::create_table_as, StatementKind::alter_table},
};

}  // namespace dbw::review
