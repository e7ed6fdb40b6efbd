#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// The word for what is dropped; empty where it is another rule's business.
std::string_view type_or_routine(const RuleInput& in) {
  switch (in.statement.target_kind) {
    case ObjectKind::type:
      return "type";
    case ObjectKind::domain:
      return "domain";
    case ObjectKind::function:
      return "routine";
    case ObjectKind::trigger:
      return "trigger";
    case ObjectKind::extension:
      return "extension";
    default:
      return in.lexemes.is(1, "event") ? "event" : "";
  }
}

void check_drop_type_or_routine(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::drop) return;
  const std::string_view what = type_or_routine(in);
  if (what.empty()) return;
  for (const ObjectName& name : in.statement.targets) {
    if (!in.index.creates(in.statement.target_kind, name.name))
      out.add(in.statement.range, std::string(what) + " " + quoted(name) + " is gone for everything that relies on it",
              name.text());
  }
}

}  // namespace

constinit const Rule k_rule_drop_type_or_routine = {
    .info =
        {
            .id = "drop-type-or-routine",
            .category = "destructive",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "DROP of a type, domain, function, procedure, trigger, event or extension that this change does "
                       "not create anew.",
            .why = "Callers fail when they next run. What a trigger or event did stops without an error: rows stay "
                   "without their audit entry, sums go stale.",
            .instead = "Look for callers first, in the database and in the code; CREATE OR REPLACE where only the body "
                       "changes; keep the definition in the rollback SQL.",
            .sources = "PostgreSQL manual, DROP FUNCTION, DROP TYPE, DROP TRIGGER; MySQL and MariaDB manuals, DROP "
                       "PROCEDURE, DROP TRIGGER, DROP EVENT; SQLite documentation, DROP TRIGGER.",
        },
    .on_statement = check_drop_type_or_routine,
    .kinds = {StatementKind::drop},
};

}  // namespace dbw::review
