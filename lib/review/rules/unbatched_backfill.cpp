#include <algorithm>

#include <fmt/format.h>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::int64_t k_unbatched_rows_max = 100'000;

/// The condition, or LIMIT, takes a part of the table at a time.
bool takes_a_slice(const Lexemes& lexemes) {
  if (lexemes.find(0, {"limit"}) < lexemes.size()) return true;
  for (std::size_t i = lexemes.find(0, {"where"}); i < lexemes.size(); ++i) {
    if (lexemes.is_any(i, {"between", "<", "<=", ">", ">=", "in", "=", "=="})) return true;
  }
  return false;
}

/// The condition names a column that an index begins with: how many rows that leaves, nobody knows here.
bool asks_an_index(const Lexemes& lexemes, const schema::Relation& table) {
  const auto leads = [](const std::vector<std::string>& columns, const std::string& name) {
    return !columns.empty() && to_lower(columns.front()) == to_lower(name);
  };
  const std::size_t where = lexemes.find(0, {"where"});
  const std::size_t end = lexemes.find(where, {"returning", "order", "limit"});
  for (std::size_t i = where; i < end; ++i) {
    if (!lexemes.is_name(i)) continue;
    const std::string name = lexemes.name(i);
    const bool indexed = std::any_of(table.indexes.begin(), table.indexes.end(),
                                     [&](const schema::Index& it) { return it.valid && leads(it.columns, name); });
    const bool key = std::any_of(table.constraints.begin(), table.constraints.end(), [&](const auto& it) {
      return (it.kind == ConstraintKind::primary_key || it.kind == ConstraintKind::unique) && leads(it.columns, name);
    });
    if (indexed || key) return true;
  }
  return false;
}

/// The new column that the statement fills in every old row.
std::optional<std::string> filled_column(const RuleInput& in) {
  if (in.statement.kind != StatementKind::update || takes_a_slice(in.lexemes)) return std::nullopt;
  for (const std::string& name : assigned_columns(in.lexemes)) {
    std::string column = name.substr(name.rfind('.') + 1);
    if (in.facts.created_column(in.statement.target, column)) return column;
  }
  return std::nullopt;
}

/// The rows of a large table that the statement reads all.
std::optional<std::int64_t> rows_read(const RuleInput& in) {
  const schema::Relation* table = in.schema.relation(in.statement.target);
  if (!at_top_level(in) || table == nullptr || table->rows.value_or(0) <= k_unbatched_rows_max) return std::nullopt;
  if (in.lexemes.find(0, {"limit"}) < in.lexemes.size() || asks_an_index(in.lexemes, *table)) return std::nullopt;
  return table->rows;
}

void check_unbatched_backfill(const RuleInput& in, Findings& out) {
  const bool changes = in.statement.kind == StatementKind::update || in.statement.kind == StatementKind::delete_;
  if (!changes || in.file.batch || !on_old_table(in)) return;
  const ObjectName& table = in.statement.target;
  if (const std::optional<std::string> column = filled_column(in)) {
    out.add(in.statement.range,
            "every old row of " + quoted(table) + " gets its value of the new column " + quoted(*column) +
                " in one statement",
            table.text());
  } else if (const std::optional<std::int64_t> rows = rows_read(in)) {
    out.add(in.statement.range,
            fmt::format("one statement goes through all of {}, about {} rows", quoted(table), *rows), table.text());
  }
}

}  // namespace

constinit const Rule k_rule_unbatched_backfill = {
    .info =
        {
            .id = "unbatched-backfill",
            .category = "dml",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::warning,
            .summary = "An UPDATE that fills a column which the change has added, over the whole of an existing table "
                       "at once; by the schema snapshot also an UPDATE or DELETE that goes through more than 100,000 "
                       "rows because its condition names no column that an index begins with.",
            .why = "All rows stay locked until commit, the table grows by a second version of each row, replicas wait "
                   "for one huge transaction, and a failure near the end undoes all of it.",
            .instead = "A step of its own that runs in batches by a key, each its own transaction: dbw-request new "
                       "--batch id=5000,pause=100ms. With a schema snapshot, dbw-review fix writes the step.",
            .sources = "PostgreSQL manual, \"Routine Vacuuming\"; MySQL manual, \"Optimizing InnoDB Transaction "
                       "Management\"; SQLite documentation, \"Transaction\".",
        },
    .on_statement = check_unbatched_backfill,
    .kinds = {StatementKind::update, StatementKind::delete_},
};

}  // namespace dbw::review
