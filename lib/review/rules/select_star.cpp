#include "review/rule_helpers.hpp"
#include "review/stars.hpp"

namespace dbw::review {
namespace {

void check_select_star(const RuleInput& in, Findings& out) {
  if (star_sources(in.lexemes).empty()) return;
  out.add(in.statement.range, "which columns this is depends on the table as it is when it runs",
          in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_select_star = {
    .info =
        {
            .id = "select-star",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary =
                "SELECT * from a table or view; EXISTS (SELECT * ...) and names that WITH defines are left alone.",
            .why = "A column that is added, dropped or moved later changes the result, breaks INSERT ... SELECT and "
                   "views, and may show what nobody asked for.",
            .instead = "Name the columns.",
            .sources = "PostgreSQL, MySQL and MariaDB manuals and SQLite documentation, SELECT.",
        },
    .on_statement = check_select_star,
};

}  // namespace dbw::review
