#include <cstddef>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::size_t k_in_list_max = 100;

/// Values of the list that opens at `open`; 0 for a subquery.
std::size_t list_size(const Lexemes& lexemes, std::size_t open) {
  if (lexemes.is_any(open + 1, {"select", "with", "values"})) return 0;
  const std::size_t end = lexemes.behind_group(open);
  std::size_t commas = 0;
  for (std::size_t k = open + 1; k < end; k = lexemes.next(k)) commas += lexemes.is(k, ",");
  return commas + 1;
}

void check_large_in_list(const RuleInput& in, Findings& out) {
  for (std::size_t i = in.lexemes.seek(0, "in"); i < in.lexemes.size(); i = in.lexemes.seek(i + 1, "in")) {
    if (!in.lexemes.is(i + 1, "(")) continue;
    const std::size_t size = list_size(in.lexemes, i + 1);
    if (size > k_in_list_max)
      out.add(in.statement.range, "IN lists " + std::to_string(size) + " values", in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_large_in_list = {
    .info =
        {
            .id = "large-in-list",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary = "IN with a list of more than 100 values.",
            .why = "Planning gets slow, estimates get poor, and nobody can check the list by reading it.",
            .instead = "Put the values into a temporary table and join it, or go by a range of the key.",
            .sources = "PostgreSQL manual, \"Row and Array Comparisons\"; MySQL manual, \"Range Optimization\", "
                       "eq_range_index_dive_limit.",
        },
    .on_statement = check_large_in_list,
};

}  // namespace dbw::review
