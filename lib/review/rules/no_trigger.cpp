#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_no_trigger(const RuleInput& in, Findings& out) {
  if (in.statement.kind == StatementKind::create_trigger)
    out.add(in.statement.range, "a trigger on " + quoted(table_of(in.statement)), table_of(in.statement).text());
}

}  // namespace

constinit const Rule k_rule_no_trigger = {
    .info =
        {
            .id = "no-trigger",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "CREATE TRIGGER.",
            .why = "A trigger changes what a statement does without a word in it: reviewers, batch jobs and gh-ost "
                   "meet effects that they do not see.",
            .instead = "The same statements in the application, in one transaction.",
            .sources = "PostgreSQL, MySQL and MariaDB manuals and SQLite documentation, CREATE TRIGGER.",
        },
    .on_statement = check_no_trigger,
    .kinds = {StatementKind::create_trigger},
};

}  // namespace dbw::review
