#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "review/batch_key.hpp"
#include "review/fix_rewrite.hpp"
#include "review/fixes/around.hpp"
#include "review/rule_helpers.hpp"
#include "sqlparse/batch_frame.hpp"

/// One UPDATE or DELETE of many rows, as a step that the executor runs piece by piece.
namespace dbw::review {
namespace {

constexpr std::int64_t k_batch_rows = 5000;
constexpr Milliseconds k_batch_pause{100};

/// Words before a parenthesis, and functions, whose value hangs on nothing but the row.
constexpr Keyword k_row_words[] = {
    "and",  "or",     "not",    "in",     "between", "like",     "ilike", "is",    "when",   "then",        "else",
    "case", "cast",   "set",    "any",    "all",     "coalesce", "lower", "upper", "length", "char_length", "trim",
    "abs",  "nullif", "ifnull", "concat", "replace", "round",    "where", "row",   "least",  "greatest"};

/// PostgreSQL reads them in a literal as the time at which it does.
constexpr std::string_view k_clock_literals[] = {"now", "today", "tomorrow", "yesterday", "allballs"};

/// "lower(" is the built-in function, and so is "pg_catalog.lower("; of other schemas it is anybody's.
bool is_of_other_schema(const FixInput& in, std::size_t i) {
  const Lexemes& lexemes = in.lexemes;
  if (i < 2 || !lexemes.is(i - 1, ".")) return false;
  const bool built_in = in.review.engine == Engine::postgresql && lexemes.name(i - 2) == "pg_catalog";
  return !built_in || (i > 2 && lexemes.is(i - 3, "."));
}

/// The name before a parenthesis is one of the words, or a call of one of the functions.
bool hangs_on_row(const FixInput& in, std::size_t i) {
  const bool known =
      in.lexemes.is_kind(i, Lexeme::Kind::word) && in.lexemes.is_any(i, k_row_words) && !is_of_other_schema(in, i);
  return known && std::none_of(in.statement.functions.begin(), in.statement.functions.end(), [&](const auto& use) {
           return !use.constant && to_lower(use.name.name) == in.lexemes.name(i);
         });
}

bool reads_clock_literal(const FixInput& in, std::size_t i) {
  const Lexemes& lexemes = in.lexemes;
  if (in.review.engine != Engine::postgresql || !lexemes.is_kind(i, Lexeme::Kind::string)) return false;
  const std::string_view text = lexemes[i].text;
  // What an escape or a second piece spells is not read here.
  const bool prefixed = i > 0 && lexemes[i - 1].text.end() == text.begin();
  if (lexemes.is_kind(i + 1, Lexeme::Kind::string) || (prefixed && text.find('\\') != std::string_view::npos))
    return true;
  const auto is_letter = [](char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_letter(text[end])) ++end;
    const std::string word = to_lower(text.substr(at, end - at));
    if (std::find(std::begin(k_clock_literals), std::end(k_clock_literals), word) != std::end(k_clock_literals))
      return true;
    at = end + 1;
  }
  return false;
}

/// The words in [first, end) may give another value in every piece: a function, the time, a variable.
bool hangs_on_more(const FixInput& in, std::size_t first, std::size_t end) {
  const Lexemes& lexemes = in.lexemes;
  for (std::size_t i = first; i < end; ++i) {
    if (in.review.engine != Engine::postgresql && lexemes[i].text.starts_with('@')) return true;
    if (reads_clock_literal(in, i) || (lexemes.is_name(i) && lexemes.is(i + 1, "(") && !hangs_on_row(in, i)))
      return true;
    if (!lexemes.is_kind(i, Lexeme::Kind::word)) continue;
    const std::string word = to_lower(lexemes[i].text);
    if (word.starts_with("current_") || word.starts_with("local") || word.starts_with("utc_") ||
        word == "session_user" || word == "user")
      return true;
  }
  return false;
}

bool refers_to_itself(const schema::Relation& table) {
  return std::any_of(table.constraints.begin(), table.constraints.end(), [&](const schema::Constraint& it) {
    return it.kind == ConstraintKind::foreign_key && to_lower(it.references.name) == to_lower(table.name.name);
  });
}

bool sets_unique_column(const FixInput& in, const schema::Relation& table) {
  for (const std::string& name : assigned_columns(in.lexemes)) {
    const auto holds = [column = to_lower(name.substr(name.rfind('.') + 1))](const std::vector<std::string>& columns) {
      return std::any_of(columns.begin(), columns.end(), [&](const std::string& it) { return to_lower(it) == column; });
    };
    const bool indexed = std::any_of(table.indexes.begin(), table.indexes.end(),
                                     [&](const schema::Index& it) { return it.unique && holds(it.columns); });
    const bool key = std::any_of(table.constraints.begin(), table.constraints.end(), [&](const auto& it) {
      return it.kind != ConstraintKind::check && it.kind != ConstraintKind::not_null &&
             it.kind != ConstraintKind::foreign_key && holds(it.columns);
    });
    if (indexed || key) return true;
  }
  return false;
}

/// What the statement itself says against pieces.
std::optional<std::string> why_in_one_statement(const FixInput& in) {
  const sqlparse::Statement& statement = in.statement;
  const bool other_table = std::any_of(statement.objects.begin(), statement.objects.end(), [&](const auto& use) {
    return use.kind == ObjectKind::table && !(use.name == statement.target);
  });
  if (other_table) return "it reads another table, which may change between the pieces";
  if (statement.kind == StatementKind::delete_ && statement.restriction == sqlparse::Restriction::none)
    return "without WHERE every row goes: say which are meant, or TRUNCATE";
  const std::size_t where = in.lexemes.find(0, {"where"});
  if (hangs_on_more(in, where, in.lexemes.size()))
    return "its condition may choose other rows in every piece: write values for functions and variables";
  return why_not_beside_others(in);
}

/// What the table says against pieces.
std::optional<std::string> why_not_this_table(const FixInput& in, const schema::Relation& table) {
  const std::string name = quoted(in.statement.target);
  const std::string& storage = table.storage_engine;
  if (!table.is_table()) return name + " is no table";
  if (!storage.empty() && to_lower(storage) != "innodb") return name + " takes no part in transactions";
  if (!table.triggers.empty()) return name + " has triggers, and only a person knows what they do in pieces";
  if (in.statement.kind == StatementKind::delete_ && refers_to_itself(table))
    return name + " refers to itself: a piece could not delete a row that a later piece's rows refer to";
  if (sets_unique_column(in, table)) return "it sets a column that must be unique: pieces may meet what one would not";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> fix_backfill(const FixInput& in, Rewrite& out) {
  const std::string name = quoted(in.statement.target);
  if (in.lexemes.size() == 0 || !in.lexemes.is_any(0, {"update", "delete"}))
    return "the statement is not written as expected";
  if (std::optional<std::string> why = why_in_one_statement(in)) return why;
  const schema::Relation* table = in.schema.relation(in.statement.target);
  if (table == nullptr)
    return in.schema.has_snapshot() ? "the schema snapshot does not have " + name
                                    : "what could cut " + name + " into pieces, only a schema snapshot says (--schema)";
  if (std::optional<std::string> why = why_not_this_table(in, *table)) return why;
  const schema::Column* key = batch_key(in.review.engine, *table);
  if (key == nullptr)
    return fmt::format("{} has no column that could cut it: NOT NULL, unique by itself, {}", name,
                       in.review.engine == Engine::postgresql ? "an integer or a uuid"
                       : in.review.engine == Engine::sqlite   ? "an INTEGER PRIMARY KEY"
                                                              : "an integer");
  const std::string why = sqlparse::why_not_batchable(
      sqlparse::parse(in.review.engine, in.join(0, in.lexemes.size()), {.bytes_max = k_sql_bytes_max}), key->name);
  if (!why.empty()) return why;
  out.batch = model::Batch{key->name, k_batch_rows, k_batch_pause, std::nullopt, std::nullopt};
  out.conditions.push_back(fmt::format(
      "{} is changed in pieces of {} rows: others see it half done, and what is done stays done where a later piece or "
      "step fails.",
      name, k_batch_rows));
  if (hangs_on_more(in, 0, in.lexemes.find(0, {"where"})))
    out.conditions.push_back("What " + name + " is set to is computed in every piece anew, the time as well.");
  return std::nullopt;
}

std::optional<std::string> fix_missing_where(const FixInput& in, Rewrite& out) {
  constexpr std::string_view k_unknown = "whether every row is meant, only a person can say";
  const sqlparse::BatchFrame frame = sqlparse::batch_frame(in.review.engine, in.file.parsed.sql, in.statement);
  const std::vector<std::string> columns = assigned_columns(in.lexemes);
  if (!frame.refusal.empty() || !frame.condition.empty() || columns.size() != 1 || frame.assigned.size() != 1)
    return std::string(k_unknown);
  const std::size_t set = in.lexemes.find(0, {"set"});
  const std::string column = columns.front().substr(columns.front().rfind('.') + 1);
  if (!is_null_everywhere(in, column)) return std::string(k_unknown);
  out.edits.push_back(
      in.insert_behind(in.lexemes.size() - 1, " WHERE " + in.join(set + 1, in.lexemes.find(set, {"="})) + " IS NULL"));
  return std::nullopt;
}

}  // namespace dbw::review
