#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool orders_by_chance(const Lexemes& lexemes) {
  for (std::size_t i = lexemes.seek(0, "order"); i < lexemes.size(); i = lexemes.seek(i + 1, "order")) {
    if (lexemes.is(i + 1, "by") && lexemes.is_any(i + 2, {"rand", "random"}) && lexemes.is(i + 3, "(")) return true;
  }
  return false;
}

void check_order_by_rand(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::insert && orders_by_chance(in.lexemes))
    out.add(in.statement.range, "every row is read and sorted to take some by chance", in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_order_by_rand = {
    .info =
        {
            .id = "order-by-rand",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary = "ORDER BY RAND() or random().",
            .why = "All rows get a number and are sorted by it, though only a few are wanted.",
            .instead = "PostgreSQL: TABLESAMPLE; elsewhere a random key: WHERE id >= ... ORDER BY id LIMIT 10.",
            .sources = "PostgreSQL manual, SELECT, TABLESAMPLE; MySQL manual, \"Mathematical Functions\", RAND().",
        },
    .on_statement = check_order_by_rand,
};

}  // namespace dbw::review
