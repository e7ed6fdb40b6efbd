#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_where_always_true(const RuleInput& in, Findings& out) {
  if (in.statement.restriction != sqlparse::Restriction::always_true) return;
  out.add(in.statement.range, "the WHERE is true for every row", in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_where_always_true = {
    .info =
        {
            .id = "where-always-true",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::block,
            .summary = "UPDATE, DELETE or MERGE whose WHERE is true for every row (1=1, OR TRUE ...).",
            .why = "It has the look of a restriction and the effect of none: every row is changed or gone.",
            .instead = "Write the predicate that is meant. Where all rows are meant, leave the WHERE out and ask for a "
                       "waiver of update-delete-without-where.",
            .sources = "PostgreSQL manual, UPDATE and DELETE.",
        },
    .on_statement = check_where_always_true,
};

}  // namespace dbw::review
