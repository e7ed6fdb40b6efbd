#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_change_type_foreign_key_ripple(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::alter_table || in.statement.temporary) return;
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind != AlterAction::Kind::alter_type) continue;
    const sqlparse::Constraint* key = in.facts.foreign_key(in.statement.target, action.name);
    if (key == nullptr || key->references == in.statement.target || in.facts.created_table(key->references)) continue;
    out.add(in.statement.range,
            "changing the type of " + quoted(action.name) + " makes its foreign key anew, and so blocks reads and " +
                "writes of " + quoted(key->references),
            key->references.text());
  }
}

}  // namespace

constinit const Rule k_rule_change_type_foreign_key_ripple = {
    .info =
        {
            .id = "change-type-foreign-key-ripple",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "ALTER COLUMN ... TYPE of a column with a foreign key, as far as this change made the key.",
            .why = "PostgreSQL drops the key and adds it again, NOT VALID or not. That takes ACCESS EXCLUSIVE on the "
                   "referenced table as well, which the statement does not name, for as long as the rewrite lasts.",
            .instead = "Change the type first and add the key last: ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (c) "
                       "REFERENCES p NOT VALID; then VALIDATE it in a later transaction.\n"
                       "An older key: drop it in a transaction of its own first.",
            .sources = "PostgreSQL manual, ALTER TABLE; locks of both tables measured on PostgreSQL 15.",
        },
    .on_statement = check_change_type_foreign_key_ripple,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
