#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// The condition, or LIMIT, takes a part of the table at a time.
bool takes_a_slice(const Lexemes& lexemes) {
  if (lexemes.find(0, {"limit"}) < lexemes.size()) return true;
  for (std::size_t i = lexemes.find(0, {"where"}); i < lexemes.size(); ++i) {
    if (lexemes.is_any(i, {"between", "<", "<=", ">", ">=", "in", "=", "=="})) return true;
  }
  return false;
}

void check_unbatched_backfill(const RuleInput& in, Findings& out) {
  const ObjectName& table = in.statement.target;
  if (in.statement.kind != StatementKind::update || !on_old_table(in) || takes_a_slice(in.lexemes)) return;
  for (const std::string& name : assigned_columns(in.lexemes)) {
    const std::string column = name.substr(name.rfind('.') + 1);
    if (!in.facts.created_column(table, column)) continue;
    out.add(in.statement.range,
            "every old row of " + quoted(table) + " gets its value of the new column " + quoted(column) +
                " in one statement",
            table.text());
    return;
  }
}

}  // namespace

constinit const Rule k_rule_unbatched_backfill = {
    .info =
        {
            .id = "unbatched-backfill",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "An UPDATE that fills a column which the change has added, over the whole of an existing table "
                       "at once.",
            .why = "All rows stay locked until commit, the table grows by a second version of each row, replicas wait "
                   "for one huge transaction, and a failure near the end undoes all of it.",
            .instead = "Batches by a range of the key, each its own transaction: UPDATE t SET c = 0 WHERE id BETWEEN 1 "
                       "AND 10000; and so on.",
            .sources = "PostgreSQL manual, \"Routine Vacuuming\"; MySQL manual, \"Optimizing InnoDB Transaction "
                       "Management\"; SQLite documentation, \"Transaction\".",
        },
    .on_statement = check_unbatched_backfill,
};

}  // namespace dbw::review
