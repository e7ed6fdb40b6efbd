#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_listed_collation(std::string_view collation) {
  for (const std::string_view listed :
       {"", "utf8mb4_0900_ai_ci", "utf8mb4_0900_as_cs", "utf8mb4_bin", "utf8mb4_unicode_ci", "utf8mb4_general_ci",
        "utf8mb4_uca1400_ai_ci", "uca1400_ai_ci", "ascii_bin", "ascii_general_ci", "binary", "default"}) {
    if (collation == listed) return true;
  }
  return false;
}

void check_collation_allowlist(const RuleInput& in, Findings& out) {
  const bool defines =
      in.statement.kind == StatementKind::create_table || in.statement.kind == StatementKind::alter_table;
  if (!defines || in.statement.temporary) return;
  const auto report = [&](const std::string& collation, const std::string& what) {
    if (!is_listed_collation(collation))
      out.add(in.statement.range, what + " gets the collation " + collation, in.statement.target.text());
  };
  for (const sqlparse::Option& option : in.statement.options) {
    if (option.name == "collate") report(option.value, "table " + quoted(in.statement.target));
  }
  for_declared_columns(
      in, [&](const sqlparse::ColumnDefinition& column) { report(column.collation, "column " + quoted(column.name)); });
}

}  // namespace

constinit const Rule k_rule_collation_allowlist = {
    .info =
        {
            .id = "collation-allowlist",
            .category = "type-choice",
            .engines = k_mysql,
            .severity = model::Severity::off,
            .summary =
                "A table or column with another collation than the general and binary ones of utf8mb4 and ascii.",
            .why = "Texts of two collations do not compare without conversion, and what counts as equal, in unique "
                   "keys too, differs from table to table.",
            .instead = "One collation for the whole database: COLLATE utf8mb4_0900_ai_ci (MySQL), utf8mb4_unicode_ci "
                       "(MariaDB).",
            .sources = "MySQL manual, \"Character Sets, Collations, Unicode\"; MariaDB manual, \"Supported Character "
                       "Sets and Collations\".",
        },
    .on_statement = check_collation_allowlist,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
