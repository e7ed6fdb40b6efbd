#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_naming_table(const RuleInput& in, Findings& out) {
  const auto check = [&](const std::string& name) {
    if (!is_snake_case(name))
      out.add(in.statement.range, "table name " + quoted(name) + " is not in lower case with underscores", name);
  };
  const bool creates =
      in.statement.kind == StatementKind::create_table || in.statement.kind == StatementKind::create_table_as;
  if (creates && !in.statement.temporary) check(in.statement.target.name);
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::rename_table) check(action.new_name);
  }
}

}  // namespace

constinit const Rule k_rule_naming_table = {
    .info =
        {
            .id = "naming-table",
            .category = "naming",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary =
                "A new table name that is not in lower case with underscores: a letter, then letters, digits and "
                "underscores.",
            .why = "Other names need quotes in every statement, and MySQL treats upper and lower case in table names "
                   "by the file system of the server.",
            .instead = "order_items",
            .sources =
                "PostgreSQL manual, \"Lexical Structure\"; MySQL manual, \"Identifier Case Sensitivity\"; SQLite "
                "documentation, \"SQLite Keywords\".",
        },
    .on_statement = check_naming_table,
    .kinds = {StatementKind::create_table, StatementKind::create_table_as, StatementKind::alter_table},
};

}  // namespace dbw::review
