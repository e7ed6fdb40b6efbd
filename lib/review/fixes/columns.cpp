#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "review/fix_rewrite.hpp"

/// Types of new columns, and of new tables, that are spelt in one word.
namespace dbw::review {
namespace {

using sqlparse::AlterAction;
using sqlparse::ColumnDefinition;
using sqlparse::Statement;
using sqlparse::StatementKind;

constexpr std::string_view k_unexpected = "the statement is not written as expected";

/// Where the definition of each new column starts: its name.
std::vector<std::size_t> definitions(const FixInput& in) {
  std::vector<std::size_t> out;
  const Lexemes& lexemes = in.lexemes;
  if (in.statement.kind == StatementKind::create_table) {
    const std::size_t open = lexemes.find(0, {"("});
    for (std::size_t at = open + 1; at < lexemes.behind_group(open); at = lexemes.find(at, {",", ")"}) + 1)
      out.push_back(at);
  } else if (const std::optional<AlterTable> alter = read_alter_table(in)) {
    for (const auto& [first, last] : alter->spans) {
      std::size_t at = first + 1;
      if (!lexemes.is(first, "add")) continue;
      if (lexemes.is(at, "column")) ++at;
      if (lexemes.is(at, "if")) at += 3;
      out.push_back(at);
    }
  }
  return out;
}

std::vector<ColumnDefinition> new_columns(const Statement& statement) {
  if (statement.kind == StatementKind::create_table) return statement.columns;
  std::vector<ColumnDefinition> out;
  for (const AlterAction& action : statement.actions) {
    if (action.kind == AlterAction::Kind::add_column) out.push_back(action.column);
  }
  return out;
}

struct Spelling {
  std::string_view from;
  std::string_view to;
};

/// Gives each new column of the type `type` another one; the number of columns must come out right.
std::optional<std::string> retype(const FixInput& in, Rewrite& out, std::initializer_list<std::string_view> types,
                                  std::initializer_list<Spelling> spellings) {
  const std::vector<ColumnDefinition> columns = new_columns(in.statement);
  const std::vector<std::size_t> starts = definitions(in);
  const bool other = std::any_of(in.statement.actions.begin(), in.statement.actions.end(),
                                 [](const AlterAction& it) { return it.kind == AlterAction::Kind::alter_type; });
  if (other) return "an existing column changes its type";
  for (const ColumnDefinition& column : columns) {
    if (std::find(types.begin(), types.end(), column.type) == types.end()) continue;
    const auto start =
        std::find_if(starts.begin(), starts.end(), [&](std::size_t at) { return in.lexemes.name(at) == column.name; });
    if (start == starts.end()) return std::string(k_unexpected);
    const auto spelling = std::find_if(spellings.begin(), spellings.end(),
                                       [&](const Spelling& it) { return in.lexemes.is(*start + 1, Keyword(it.from)); });
    if (spelling == spellings.end()) return "the type is not written in one word";
    out.edits.push_back(in.replace(*start + 1, *start + 2, std::string(spelling->to)));
    std::size_t behind = *start + 2;
    if (in.lexemes.is(behind, "(")) behind = in.lexemes.behind_group(behind);
    if (in.lexemes.is(behind, "without") && in.lexemes.is(behind + 2, "zone")) {
      Edit edit = in.replace(behind, behind + 3, "");
      edit.range.start = in.end(behind - 1);
      out.edits.push_back(std::move(edit));
    }
  }
  return std::nullopt;
}

bool partitions_by_expression(const Lexemes& lexemes) {
  const std::size_t partition = lexemes.find(0, {"partition"});
  if (!lexemes.is(partition + 1, "by")) return false;
  const std::size_t open = lexemes.find(partition, {"("});
  for (std::size_t i = open + 1; i < lexemes.behind_group(open); ++i) {
    if (lexemes.is(i, "(")) return true;
  }
  return false;
}

constexpr std::array<std::string_view, 6> k_strict_types = {"int", "integer", "real", "text", "blob", "any"};

}  // namespace

std::optional<std::string> fix_timestamp(const FixInput& in, Rewrite& out) {
  const std::vector<ColumnDefinition> columns = new_columns(in.statement);
  const bool computes = std::any_of(columns.begin(), columns.end(),
                                    [](const ColumnDefinition& column) { return column.generated_stored; });
  // What PostgreSQL computes and stores must be immutable, and much of timestamptz depends on the time zone.
  if (computes || partitions_by_expression(in.lexemes)) return "an expression of the table may not allow timestamptz";
  return retype(in, out, {"timestamp"}, {{"timestamp", "timestamptz"}});
}

std::optional<std::string> fix_int(const FixInput& in, Rewrite& out) {
  if (in.review.engine != Engine::postgresql) return "columns of a foreign key must have one type";
  return retype(in, out, {"int", "integer", "serial"},
                {{"int", "bigint"}, {"integer", "bigint"}, {"int4", "bigint"}, {"serial", "bigserial"}});
}

std::optional<std::string> fix_smallint(const FixInput& in, Rewrite& out) {
  if (in.review.engine != Engine::postgresql) return "columns of a foreign key must have one type";
  return retype(in, out, {"smallint", "smallserial"},
                {{"smallint", "bigint"}, {"int2", "bigint"}, {"smallserial", "bigserial"}});
}

std::optional<std::string> fix_json(const FixInput& in, Rewrite& out) {
  return retype(in, out, {"json"}, {{"json", "jsonb"}});
}

std::optional<std::string> fix_strict_table(const FixInput& in, Rewrite& out) {
  const bool typed =
      std::all_of(in.statement.columns.begin(), in.statement.columns.end(), [](const ColumnDefinition& column) {
        return std::find(k_strict_types.begin(), k_strict_types.end(), to_lower(column.type)) != k_strict_types.end();
      });
  if (!typed) return "a STRICT table has columns of type INT, INTEGER, REAL, TEXT, BLOB and ANY only";
  const std::size_t open = in.lexemes.find(0, {"("});
  const bool options = in.lexemes.behind_group(open) < in.lexemes.size();
  out.edits.push_back(in.insert_behind(in.lexemes.size() - 1, options ? ", STRICT" : " STRICT"));
  return std::nullopt;
}

}  // namespace dbw::review
