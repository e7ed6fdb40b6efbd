#include "review/table_rebuilds.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "review/facts.hpp"
#include "review/lexemes.hpp"

namespace dbw::review {

using sqlparse::ObjectKind;
using sqlparse::Statement;
using sqlparse::StatementKind;

namespace {

/// Whatever stands between a table's rows and the copy: conditions, limits, groups, joins, conflicts that are passed
/// over, and aggregates, of which nobody can be sure where a function is unknown.
bool leaves_rows_out(const Statement& statement, const Lexemes& lexemes) {
  constexpr Keyword k_words[] = {"where",  "limit",     "group",  "having",   "join", "distinct", "union",
                                 "except", "intersect", "values", "conflict", "with", "window"};
  for (std::size_t i = 0; i < lexemes.size(); ++i) {
    if (lexemes.is_any(i, k_words)) return true;
  }
  if (lexemes.is(1, "or") && !lexemes.is_any(2, {"abort", "fail", "rollback"})) return true;
  return std::any_of(statement.functions.begin(), statement.functions.end(), [](const sqlparse::FunctionUse& use) {
    const std::string name = to_lower(use.name.name);
    return name != "coalesce" && name != "ifnull" && name != "nullif" && name != "cast" && name != "lower" &&
           name != "upper" && name != "trim" && name != "substr" && name != "replace" && name != "round" &&
           name != "datetime" && name != "date" && name != "strftime" && name != "json" && name != "iif";
  });
}

/// The columns that INSERT INTO new (a, b) SELECT ... fills, and whose names the query speaks of.
void read_columns(const Lexemes& lexemes, TableRebuild& rebuild) {
  const std::size_t query = lexemes.seek(0, "select");
  const std::size_t from = lexemes.find(query, {"from"});
  std::vector<std::string> read;
  for (std::size_t i = query + 1; i < from; ++i) {
    if (lexemes.is_name(i)) read.push_back(to_lower(lexemes.name(i)));
  }
  rebuild.copies_all = from == query + 2 && lexemes.is(query + 1, "*");
  const std::size_t open = lexemes.seek(0, "(");
  const bool listed = open < query;
  for (std::size_t i = open + 1; listed && i < lexemes.behind_group(open); ++i) {
    if (!lexemes.is_name(i)) continue;
    const std::string name = to_lower(lexemes.name(i));
    if (std::find(read.begin(), read.end(), name) != read.end()) rebuild.copied.push_back(name);
  }
  if (!listed) rebuild.copied = std::move(read);
}

std::string table_read(const Statement& statement) {
  std::string out;
  for (const sqlparse::ObjectUse& use : statement.objects) {
    if (use.kind != ObjectKind::table || use.access != sqlparse::Access::read) continue;
    if (!out.empty() || !use.name.schema.empty()) return {};
    out = to_lower(use.name.name);
  }
  return out;
}

}  // namespace

void TableRebuilds::take_copy(NewTable& table, const Statement& statement, std::string_view text) {
  if (!table.source.empty() || statement.selects_values) return;
  const Lexemes lexemes(Engine::sqlite, text);
  if (!lexemes.is(0, "insert") || leaves_rows_out(statement, lexemes)) return;
  table.source = table_read(statement);
  read_columns(lexemes, table.rebuild);
}

void TableRebuilds::take_drop(const Statement& statement) {
  for (const sqlparse::ObjectName& name : statement.targets) {
    m_new.erase(to_lower(name.name));
    if (!name.schema.empty()) continue;
    for (auto& [unused, table] : m_new) {
      if (table.drop == nullptr && table.source == to_lower(name.name)) table.drop = &statement;
    }
  }
}

void TableRebuilds::take_alter(const Statement& statement) {
  const auto found = m_new.find(to_lower(statement.target.name));
  if (found == m_new.end()) return;
  const NewTable table = std::move(found->second);
  m_new.erase(found);
  const bool renames =
      statement.actions.size() == 1 && statement.actions.front().kind == sqlparse::AlterAction::Kind::rename_table;
  if (renames && table.drop != nullptr && to_lower(statement.actions.front().new_name) == table.source)
    m_rebuilds.emplace(table.drop, table.rebuild);
}

void TableRebuilds::take(const Statement& statement, std::string_view text) {
  const std::string target = to_lower(statement.target.name);
  const auto found = m_new.find(target);
  switch (statement.kind) {
    case StatementKind::create_table:
      if (!statement.temporary && !statement.if_exists && statement.target.schema.empty())
        m_new[target].rebuild.created = &statement;
      break;
    case StatementKind::insert:
      if (found != m_new.end()) take_copy(found->second, statement, text);
      break;
    case StatementKind::update:
    case StatementKind::delete_:
      if (found != m_new.end()) m_new.erase(found);
      break;
    case StatementKind::drop:
      if (statement.target_kind == ObjectKind::table) take_drop(statement);
      break;
    case StatementKind::alter_table:
      take_alter(statement);
      break;
    default:
      if (moves_objects(statement) || statement.kind == StatementKind::attach) m_new.clear();
  }
}

const TableRebuild* TableRebuilds::of(const Statement& drop) const {
  const auto found = m_rebuilds.find(&drop);
  return found != m_rebuilds.end() ? &found->second : nullptr;
}

}  // namespace dbw::review
