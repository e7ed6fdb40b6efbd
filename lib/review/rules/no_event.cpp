#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_no_event(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::create_function) return;
  // The word stands before the first parenthesis, behind OR REPLACE, DEFINER and the like.
  if (in.lexemes.find(0, {"event"}) < in.lexemes.find(0, {"(", "as", "begin", "do", "returns"}))
    out.add(in.statement.range, "event " + quoted(in.statement.target) + " lives in the database",
            in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_no_event = {
    .info =
        {
            .id = "no-event",
            .category = "hygiene",
            .engines = k_mysql,
            .severity = model::Severity::off,
            .summary = "CREATE EVENT.",
            .why = "A job in the database runs unseen: nobody is told when it fails, and replicas and restored "
                   "copies may run it too.",
            .instead = "A scheduler outside the database, with logs and alarms.",
            .sources = "MySQL and MariaDB manuals, CREATE EVENT.",
        },
    .on_statement = check_no_event,
    .kinds = {StatementKind::create_function},
};

}  // namespace dbw::review
