#include <cstddef>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::size_t k_joined_tables_max = 8;

void check_max_join_tables(const RuleInput& in, Findings& out) {
  std::size_t joins = 0;
  for (std::size_t i = in.lexemes.seek(0, "join"); i < in.lexemes.size(); i = in.lexemes.seek(i + 1, "join")) ++joins;
  if (joins + 1 > k_joined_tables_max)
    out.add(in.statement.range, "one statement joins " + std::to_string(joins + 1) + " tables",
            in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_max_join_tables = {
    .info =
        {
            .id = "max-join-tables",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary = "More than eight tables joined in one statement.",
            .why = "The number of possible plans grows with each table: the server stops comparing them all "
                   "(PostgreSQL: join_collapse_limit is 8), and a poor plan is likely.",
            .instead = "Split it: keep the keys of a first join in a temporary table and go on from there.",
            .sources =
                "PostgreSQL manual, \"Controlling the Planner with Explicit JOIN Clauses\"; MySQL manual, "
                "\"Controlling Query Plan Evaluation\"; SQLite documentation, \"The Next-Generation Query Planner\".",
        },
    .on_statement = check_max_join_tables,
};

}  // namespace dbw::review
