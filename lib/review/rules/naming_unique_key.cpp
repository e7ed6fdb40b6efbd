#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_naming_unique_key(const RuleInput& in, Findings& out) {
  const ObjectName& table = in.statement.target;
  for_declared_constraints(in, [&](const sqlparse::Constraint& constraint) {
    if (constraint.kind != ConstraintKind::unique || constraint.name.empty()) return;
    const std::string wanted = pattern_name(in, table, constraint.columns, {"key", "uk"});
    if (constraint.name != wanted)
      out.add(in.statement.range, quoted(constraint.name) + " is not called " + quoted(wanted), table.text());
  });
}

}  // namespace

constinit const Rule k_rule_naming_unique_key = {
    .info =
        {
            .id = "naming-unique-key",
            .category = "naming",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "The name of a unique constraint that does not follow the pattern: <table>_<columns>_key in "
                       "PostgreSQL, uk_<table>_<columns> in MySQL, MariaDB and SQLite.",
            .why = "Error messages, plans and later changes name it. With one pattern everybody knows table, columns "
                   "and kind from the name, and can write it without looking it up.",
            .instead =
                "PostgreSQL: leave the name out, the server makes the same one. Elsewhere: uk_<table>_<columns>.",
            .sources = "PostgreSQL manual, CREATE TABLE and CREATE INDEX; MySQL manual, \"CREATE INDEX Statement\"; "
                       "SQLite documentation, CREATE INDEX.",
        },
    .on_statement = check_naming_unique_key,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
