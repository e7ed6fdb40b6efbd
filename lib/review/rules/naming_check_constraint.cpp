#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_naming_check_constraint(const RuleInput& in, Findings& out) {
  const std::string& table = in.statement.target.name;
  const bool postgresql = in.review.engine == Engine::postgresql;
  for_declared_constraints(in, [&](const sqlparse::Constraint& constraint) {
    if (constraint.kind != ConstraintKind::check || constraint.name.empty()) return;
    const std::string& name = constraint.name;
    const bool fits =
        postgresql ? name.rfind(table + "_", 0) == 0 && name.size() > 6 && name.substr(name.size() - 6) == "_check"
                   : name.rfind("ck_" + table + "_", 0) == 0;
    if (!fits)
      out.add(in.statement.range,
              quoted(name) + " is not called " + (postgresql ? table + "_..._check" : "ck_" + table + "_..."),
              in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_naming_check_constraint = {
    .info =
        {
            .id = "naming-check-constraint",
            .category = "naming",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "The name of a CHECK constraint that does not follow the pattern: <table>_<what>_check in "
                       "PostgreSQL, ck_<table>_<what> in MySQL, MariaDB and SQLite.",
            .why = "Error messages, plans and later changes name it. With one pattern everybody knows table, columns "
                   "and kind from the name, and can write it without looking it up.",
            .instead = "PostgreSQL: leave the name out, the server makes the same one. Elsewhere: ck_<table>_<what>.",
            .sources = "PostgreSQL manual, CREATE TABLE and CREATE INDEX; MySQL manual, \"CREATE INDEX Statement\"; "
                       "SQLite documentation, CREATE INDEX.",
        },
    .on_statement = check_naming_check_constraint,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
