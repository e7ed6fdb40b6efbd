#include <algorithm>
#include <array>
#include <set>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool holds_text(const schema::Column& column) {
  constexpr std::array<std::string_view, 6> k_types = {"char", "varchar", "tinytext", "mediumtext", "longtext", "text"};
  return std::find(k_types.begin(), k_types.end(), column.type) != k_types.end();
}

/// The tables that the statement reads and writes; empty where one of them is not known.
std::vector<const schema::Relation*> known_tables(const RuleInput& in) {
  std::vector<const schema::Relation*> out;
  std::set<ObjectName> seen;
  for (const sqlparse::ObjectUse& use : in.statement.objects) {
    if (!seen.insert(use.name).second) continue;
    const schema::Relation* table = in.schema.relation(use.name);
    if (table == nullptr) return {};
    out.push_back(table);
  }
  return out;
}

/// The one column of these tables by that name; nullptr for none and for several.
const schema::Column* only_column(const std::vector<const schema::Relation*>& tables, const std::string& name) {
  const schema::Column* out = nullptr;
  for (const schema::Relation* table : tables) {
    for (const schema::Column& column : table->columns) {
      if (to_lower(column.name) != name) continue;
      if (out != nullptr) return nullptr;
      out = &column;
    }
  }
  return out;
}

/// Where conditions begin: before that = assigns.
std::size_t first_condition(const RuleInput& in) {
  std::size_t i = 0;
  const bool assigns = in.statement.kind == StatementKind::update;
  while (i < in.lexemes.size() && !in.lexemes.is(i, "where") && (assigns || !in.lexemes.is_any(i, {"on", "having"})))
    ++i;
  return i;
}

void check_implicit_conversion(const RuleInput& in, Findings& out) {
  const StatementKind kind = in.statement.kind;
  if (kind != StatementKind::select && kind != StatementKind::update && kind != StatementKind::delete_) return;
  if (!in.schema.has_snapshot()) return;
  const std::vector<const schema::Relation*> tables = known_tables(in);
  if (tables.empty()) return;
  const auto compares = [&](std::size_t i) {
    return in.lexemes.is_any(i, {"=", "<", ">", "<=", ">=", "<>", "!=", "<=>"});
  };
  for (std::size_t i = first_condition(in); i < in.lexemes.size(); ++i) {
    if (!in.lexemes.is_name(i) || in.lexemes.is(i + 1, ".") || in.lexemes.is(i + 1, "(")) continue;
    const bool number_behind = compares(i + 1) && in.lexemes.is_kind(i + 2, Lexeme::Kind::number);
    std::size_t first = i;  // of the qualified name
    while (first >= 2 && in.lexemes.is(first - 1, ".")) first -= 2;
    const bool number_before = first >= 2 && compares(first - 1) && in.lexemes.is_kind(first - 2, Lexeme::Kind::number);
    if (!number_behind && !number_before) continue;
    const std::string name = in.lexemes.name(i);
    const schema::Column* column = only_column(tables, to_lower(name));
    if (column == nullptr || !holds_text(*column)) continue;
    out.add(in.statement.range, "column " + quoted(name) + " is " + column->type + " and is compared with a number",
            name);
  }
}

}  // namespace

constinit const Rule k_rule_implicit_conversion = {
    .info =
        {
            .id = "implicit-conversion",
            .category = "dml",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "A condition that compares a text column with a number, by the snapshot's types.",
            .why = "The server converts the column's value of each row to a floating-point number: no index helps, "
                   "and '12abc', '012' and '1.2e1' all equal 12, so that UPDATE and DELETE reach rows that nobody "
                   "meant.",
            .instead = "WHERE code = '12'",
            .sources = "MySQL manual, \"Type Conversion in Expression Evaluation\"; MariaDB manual, \"Type "
                       "Conversion\".",
        },
    .on_statement = check_implicit_conversion,
    .kinds = {StatementKind::select, StatementKind::update, StatementKind::delete_},
};

}  // namespace dbw::review
