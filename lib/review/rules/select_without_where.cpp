#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool reads_a_table(const RuleInput& in) {
  return std::any_of(in.statement.objects.begin(), in.statement.objects.end(), [&](const sqlparse::ObjectUse& use) {
    return use.kind == ObjectKind::table && use.name.schema != "information_schema" &&
           use.name.name.rfind("pg_", 0) != 0 && !in.facts.created_table(use.name);
  });
}

void check_select_without_where(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::select || !in.statement.read_only || !reads_a_table(in)) return;
  // With several arms or a WITH the condition may stand anywhere.
  for (std::size_t i = 0; i < in.lexemes.size(); ++i) {
    if (in.lexemes.is_any(i, {"where", "limit", "fetch", "join", "having", "tablesample"})) return;
  }
  out.add(in.statement.range, "all rows of the table are read");
}

}  // namespace

constinit const Rule k_rule_select_without_where = {
    .info =
        {
            .id = "select-without-where",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary = "A SELECT over a table without WHERE, LIMIT or join.",
            .why = "On a large table it reads everything, pushes other data out of memory, and sends more than "
                   "anyone looks at.",
            .instead = "SELECT ... WHERE id BETWEEN ... AND ...; or LIMIT 100.",
            .sources = "PostgreSQL, MySQL and MariaDB manuals and SQLite documentation, SELECT.",
        },
    .on_statement = check_select_without_where,
    .kinds = {StatementKind::select},
};

}  // namespace dbw::review
