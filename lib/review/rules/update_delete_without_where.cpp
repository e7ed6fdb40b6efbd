#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool only_own_table(const RuleInput& in) {
  return std::all_of(in.statement.objects.begin(), in.statement.objects.end(),
                     [&](const sqlparse::ObjectUse& use) {
                       return use.access == sqlparse::Access::read || in.facts.created_table(use.name);
                     }) &&
         in.facts.created_table(in.statement.target);
}

void check_update_delete_without_where(const RuleInput& in, Findings& out) {
  if (in.statement.restriction != sqlparse::Restriction::none || only_own_table(in)) return;
  const ObjectName& table = in.statement.target;
  if (in.review.engine == Engine::mariadb && in.lexemes.is(1, "history") && in.lexemes.is(2, "from")) {
    out.add(in.statement.range,
            "the whole history of " + quoted(table) + " is deleted: there is no BEFORE SYSTEM_TIME (current rows stay)",
            table.text());
    return;
  }
  const std::string rows = table.name.empty() ? "every row" : "every row of " + quoted(table);
  out.add(in.statement.range,
          in.statement.kind == StatementKind::merge
              ? rows + " that meets the ON condition is gone: WHEN MATCHED has no condition of its own"
              : rows + " is changed: there is no WHERE",
          table.text());
}

}  // namespace

constinit const Rule k_rule_update_delete_without_where = {
    .info =
        {
            .id = "update-delete-without-where",
            .category = "dml",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::block,
            .summary =
                "UPDATE, DELETE or MERGE that touches every row, anywhere in the statement (CTEs and bodies too).",
            .why = "Every row is changed or gone. On a large table it also locks all of them and bloats the table.",
            .instead = "Say which rows: add a WHERE (MERGE: WHEN MATCHED AND ...), and go in batches by key. Where all "
                       "rows are meant, ask for a waiver and say so.",
            .sources = "PostgreSQL manual, UPDATE and DELETE; MariaDB manual, \"DELETE\" (DELETE HISTORY).",
        },
    .on_statement = check_update_delete_without_where,
};

}  // namespace dbw::review
