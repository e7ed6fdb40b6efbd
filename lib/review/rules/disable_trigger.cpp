#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_disable_trigger(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::disable_trigger, [&](const AlterAction& action) {
    const ObjectName& table = in.statement.target;
    const bool all = action.name == "all" || action.name == "user";
    const std::string what = all ? "the triggers" : quoted(action.name);
    const std::string verb = all ? " no longer run" : " no longer runs";
    const std::string keys = action.name == "all" ? ", and its foreign keys are not checked" : "";
    out.add(in.statement.range, what + " of " + quoted(table) + verb + ", for any session" + keys, table.text());
  });
}

}  // namespace

constinit const Rule k_rule_disable_trigger = {
    .info =
        {
            .id = "disable-trigger",
            .category = "security",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "ALTER TABLE ... DISABLE TRIGGER or DISABLE RULE on an existing table.",
            .why = "It is off for every session from commit on, not only for this change: audit rows, derived columns "
                   "and, with ALL, foreign keys are missing for whatever is written meanwhile, and nothing repairs "
                   "that later.",
            .instead = "Leave it on. Where a backfill must not fire it, let the trigger function itself look at a "
                       "session setting, or write in a way that the trigger accepts.",
            .sources = "PostgreSQL manual, ALTER TABLE, \"DISABLE/ENABLE TRIGGER\".",
        },
    .on_statement = check_disable_trigger,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
