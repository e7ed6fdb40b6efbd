#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Its time grows with the data, and no other rule speaks of it for the same reason.
bool takes_long(const RuleInput& in) {
  const Statement& statement = in.statement;
  switch (statement.kind) {
    case StatementKind::insert:
      return !statement.selects_values && in.facts.seen_dml();
    case StatementKind::update:
    case StatementKind::delete_:
    case StatementKind::merge:
    case StatementKind::copy:
      return in.facts.seen_dml();  // the first one: ddl-dml-mixed
    case StatementKind::select:
      return std::any_of(statement.objects.begin(), statement.objects.end(), [&](const sqlparse::ObjectUse& use) {
        return use.kind == ObjectKind::table && !in.facts.created_table(use.name);
      });
    case StatementKind::create_table_as:
    case StatementKind::refresh_view:
      return true;
    default:
      return false;
  }
}

/// Of a constraint that this transaction added, validate-in-same-transaction speaks.
bool validates_older_constraint(const RuleInput& in) {
  if (in.statement.kind != StatementKind::alter_table) return false;
  return std::any_of(in.statement.actions.begin(), in.statement.actions.end(), [&](const AlterAction& action) {
    const ChangeFacts::KnownConstraint* known = in.facts.constraint(in.statement.target, action.name);
    return action.kind == AlterAction::Kind::validate_constraint &&
           (known == nullptr || known->transaction != in.facts.transaction());
  });
}

void check_statement_after_access_exclusive(const RuleInput& in, Findings& out) {
  const std::optional<ObjectName>& locked = in.locks.access_exclusive();
  if (!locked || !at_top_level(in) || (!takes_long(in) && !validates_older_constraint(in))) return;
  out.add(in.statement.range,
          "while this runs nobody can read or write " + quoted(*locked) + ", which the transaction has locked",
          locked->text());
}

}  // namespace

constinit const Rule k_rule_statement_after_access_exclusive = {
    .info =
        {
            .id = "statement-after-access-exclusive",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::warning,
            .summary = "A statement whose time grows with the data (query, backfill, refresh, VALIDATE CONSTRAINT) "
                       "while the transaction holds ACCESS EXCLUSIVE on an existing table.",
            .why = "A lock stays until commit. The DDL may take a millisecond, but the table is closed for as long as "
                   "the rest of the transaction takes.",
            .instead = "Commit right after the DDL; run the slow statement before it, or in a transaction of its own.",
            .sources = "PostgreSQL manual, \"Explicit Locking\": a lock is held until the end of the transaction; "
                       "locks measured on PostgreSQL 15.",
        },
    .on_statement = check_statement_after_access_exclusive,
    .kinds = {StatementKind::insert, StatementKind::update, StatementKind::delete_, StatementKind::merge,
              StatementKind::copy, StatementKind::select, StatementKind::create_table_as, StatementKind::refresh_view,
              StatementKind::alter_table},
};

}  // namespace dbw::review
