#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// PostgreSQL calls a foreign key <table>_<columns>_fkey unless told otherwise.
bool named_like_foreign_key(std::string_view constraint) {
  const std::string name = to_lower(constraint);
  const auto ends_with = [&](std::string_view end) {
    return name.size() > end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
  };
  return ends_with("_fkey") || ends_with("_fk") || name.rfind("fk_", 0) == 0;
}

void check_drop_foreign_key_locks_parent(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::drop_constraint, [&](const AlterAction& action) {
    const ChangeFacts::KnownConstraint* known = in.facts.constraint(in.statement.target, action.name);
    const bool foreign_key =
        known != nullptr ? known->constraint.kind == ConstraintKind::foreign_key : named_like_foreign_key(action.name);
    if (!foreign_key) return;
    const std::string parent = known != nullptr ? quoted(known->constraint.references) : "the table it refers to";
    out.add(in.statement.range,
            "dropping foreign key " + quoted(action.name) + " also blocks reads and writes of " + parent,
            in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_drop_foreign_key_locks_parent = {
    .info =
        {
            .id = "drop-foreign-key-locks-parent",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::warning,
            .summary =
                "DROP CONSTRAINT of a foreign key, as far as this change or the name (x_fkey, x_fk, fk_x) tells.",
            .why = "The key has triggers on both tables, so both are locked ACCESS EXCLUSIVE: a long query on the "
                   "referenced table, which the statement does not even name, makes the change wait, and everything "
                   "else behind it.",
            .instead = "A short lock_timeout, a transaction of its own at a quiet time, and another try when it fails.",
            .sources = "PostgreSQL manual, ALTER TABLE; locks of both tables measured on PostgreSQL 15.",
        },
    .on_statement = check_drop_foreign_key_locks_parent,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
