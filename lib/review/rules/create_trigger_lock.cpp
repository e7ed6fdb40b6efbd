#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void report_dropped_triggers(const RuleInput& in, Findings& out) {
  for (const sqlparse::ObjectUse& use : in.statement.objects) {
    if (use.kind != ObjectKind::table || in.facts.created_table(use.name)) continue;
    out.add(in.statement.range, "dropping the trigger blocks reads and writes of " + quoted(use.name) + " until commit",
            use.name.text());
  }
}

void check_create_trigger_lock(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.kind == StatementKind::drop && statement.target_kind == ObjectKind::trigger)
    return report_dropped_triggers(in, out);
  const ObjectName& table = table_of(statement);
  // An event trigger has no table.
  if (statement.kind != StatementKind::create_trigger || table.name.empty() || !on_old_table(in)) return;
  out.add(statement.range, "creating the trigger blocks writes to " + quoted(table) + " until commit", table.text());
}

}  // namespace

constinit const Rule k_rule_create_trigger_lock = {
    .info =
        {
            .id = "create-trigger-lock",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::info,
            .summary = "CREATE TRIGGER or DROP TRIGGER on an existing table.",
            .why = "CREATE TRIGGER takes SHARE ROW EXCLUSIVE (writes wait), DROP TRIGGER takes ACCESS EXCLUSIVE (reads "
                   "wait too), both until the transaction ends.",
            .instead = "Set a short lock_timeout, keep the transaction short, and try again when it fails.",
            .sources = "PostgreSQL manual, \"Explicit Locking\"; locks measured on PostgreSQL 15.",
        },
    .on_statement = check_create_trigger_lock,
    .kinds = {StatementKind::drop, StatementKind::create_trigger},
};

}  // namespace dbw::review
