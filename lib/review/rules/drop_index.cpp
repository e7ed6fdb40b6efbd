#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// MySQL, MariaDB: ALTER TABLE ... DROP INDEX, but of an index that the same statement makes anew.
void check_drop_in_alter(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::drop_index, [&](const AlterAction& action) {
    const auto remakes = [&](const AlterAction& other) {
      return (other.kind == AlterAction::Kind::add_index || other.kind == AlterAction::Kind::add_constraint) &&
             to_lower(other.name) == to_lower(action.name);
    };
    const std::vector<AlterAction>& actions = in.statement.actions;
    if (in.facts.created_index({{}, action.name}) || std::any_of(actions.begin(), actions.end(), remakes)) return;
    out.add(in.statement.range, "index " + quoted(action.name) + " no longer serves any query", action.name);
  });
}

void check_drop_index(const RuleInput& in, Findings& out) {
  if (in.statement.kind == StatementKind::alter_table) return check_drop_in_alter(in, out);
  if (in.statement.kind != StatementKind::drop || in.statement.target_kind != ObjectKind::index) return;
  for (const ObjectName& index : in.statement.targets) {
    if (!in.facts.created_index(index))
      out.add(in.statement.range, "index " + quoted(index) + " no longer serves any query", index.text());
  }
}

}  // namespace

constinit const Rule k_rule_drop_index = {
    .info =
        {
            .id = "drop-index",
            .category = "destructive",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::info,
            .summary = "DROP INDEX, also in ALTER TABLE, of an index that this change did not create.",
            .why = "Queries that used the index turn into full scans, and a unique index takes its guarantee with it. "
                   "Building it again takes as long as the table is big.",
            .instead = "Look at its usage first (pg_stat_user_indexes.idx_scan on every replica) and keep its "
                       "definition in the rollback SQL.",
            .sources = "PostgreSQL manual, DROP INDEX and \"The Cumulative Statistics System\".",
        },
    .on_statement = check_drop_index,
    .kinds = {StatementKind::drop, StatementKind::alter_table},
};

}  // namespace dbw::review
