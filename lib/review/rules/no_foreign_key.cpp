#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_no_foreign_key(const RuleInput& in, Findings& out) {
  for_declared_constraints(in, [&](const sqlparse::Constraint& constraint) {
    if (constraint.kind == ConstraintKind::foreign_key)
      out.add(in.statement.range, "a foreign key to " + quoted(constraint.references), in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_no_foreign_key = {
    .info =
        {
            .id = "no-foreign-key",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "Any foreign key. For teams that shard, or that change schemas with gh-ost.",
            .why = "A foreign key locks parent rows on each write, ties tables to one server, and stops gh-ost.",
            .instead = "Check in the application, and look for orphans with a regular query.",
            .sources =
                "gh-ost documentation, \"Requirements and limitations\"; PostgreSQL and MySQL manuals, \"FOREIGN KEY "
                "Constraints\".",
        },
    .on_statement = check_no_foreign_key,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
