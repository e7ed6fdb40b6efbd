#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::size_t k_logical_operators_max = 50;

void check_where_too_many_operators(const RuleInput& in, Findings& out) {
  if (in.lexemes.size() <= k_logical_operators_max) return;
  std::size_t operators = 0;
  for (std::size_t i = in.lexemes.find(0, {"where"}); i < in.lexemes.size(); ++i)
    operators += in.lexemes.is_any(i, {"and", "or"});
  if (operators > k_logical_operators_max)
    out.add(in.statement.range, "the condition joins " + std::to_string(operators) + " parts with AND and OR",
            in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_where_too_many_operators = {
    .info =
        {
            .id = "where-too-many-operators",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary = "A statement whose WHERE has more than 50 AND and OR.",
            .why = "Planning takes longer than running, estimates are poor, and one wrong parenthesis is not seen in a "
                   "review.",
            .instead = "IN with a list, or a temporary table of the values and a join.",
            .sources = "PostgreSQL manual, \"Using EXPLAIN\"; MySQL manual, \"Range Optimization\"; SQLite "
                       "documentation, \"Implementation Limits For SQLite\".",
        },
    .on_statement = check_where_too_many_operators,
};

}  // namespace dbw::review
