#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "review/batch_key.hpp"
#include "review/fix_rewrite.hpp"
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

/// The words in [first, end) may give another value in every piece: a function, the time, a variable.
bool hangs_on_more(const FixInput& in, std::size_t first, std::size_t end) {
  const Lexemes& lexemes = in.lexemes;
  for (std::size_t i = first; i < end; ++i) {
    if (in.review.engine != Engine::postgresql && lexemes[i].text.starts_with('@')) return true;
    if (!lexemes.is_kind(i, Lexeme::Kind::word)) continue;
    const std::string word = to_lower(lexemes[i].text);
    const bool clock = word.starts_with("current_") || word.starts_with("local") || word.starts_with("utc_") ||
                       word == "session_user" || word == "user";
    if (clock || (lexemes.is(i + 1, "(") && !lexemes.is_any(i, k_row_words))) return true;
  }
  return false;
}

/// Types that bring no default of their own, as a domain may.
constexpr std::string_view k_plain_types[] = {
    "bool",    "boolean", "int2", "smallint",  "int",         "integer",          "int4", "int8",    "bigint",
    "numeric", "decimal", "real", "float4",    "float8",      "double precision", "text", "varchar", "char",
    "bpchar",  "date",    "time", "timestamp", "timestamptz", "interval",         "uuid", "json",    "jsonb",
    "bytea",   "inet"};

/// The change has added the column to a table that it does not write to otherwise, and every old row has NULL there.
bool is_null_everywhere(const FixInput& in, const std::string& column) {
  const sqlparse::ColumnDefinition* added = in.facts.column(in.statement.target, column);
  if (added == nullptr || added->not_null || added->has_default || added->generated_stored ||
      added->generated_virtual || added->auto_increment || added->identity || !added->constraints.empty())
    return false;
  if (in.review.engine == Engine::postgresql &&
      std::find(std::begin(k_plain_types), std::end(k_plain_types), added->type) == std::end(k_plain_types))
    return false;
  return std::none_of(in.review.files.begin(), in.review.files.end(), [&](const File& file) {
    return std::any_of(file.parsed.statements.begin(), file.parsed.statements.end(),
                       [&](const sqlparse::Statement& it) {
                         return &it != &in.statement && it.statement_class != StatementClass::ddl &&
                                to_lower(it.target.name) == to_lower(in.statement.target.name);
                       });
  });
}

/// Every column that the statement sets is new: nothing else can depend on its rows changing together.
bool fills_new_columns(const FixInput& in) {
  const std::vector<std::string> columns = assigned_columns(in.lexemes);
  return !columns.empty() && std::all_of(columns.begin(), columns.end(), [&](const std::string& name) {
    return in.facts.created_column(in.statement.target, name.substr(name.rfind('.') + 1));
  });
}

bool changes_other_rows(const FixInput& in) {
  const std::vector<sqlparse::Statement>& statements = in.file.parsed.statements;
  return std::any_of(statements.begin(), statements.end(), [&](const sqlparse::Statement& it) {
    return &it != &in.statement && it.statement_class == StatementClass::dml && !in.facts.created_table(it.target);
  });
}

/// Limits of time are the request's own for a batch; every other setting would be lost.
bool has_settings(const FixInput& in) {
  const std::vector<sqlparse::Statement>& statements = in.file.parsed.statements;
  return std::any_of(statements.begin(), statements.end(), [&](const sqlparse::Statement& it) {
    return it.range.start < in.statement.range.start && it.kind == StatementKind::set &&
           !it.setting.ends_with("timeout");
  });
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
  if (has_settings(in)) return "the file changes a setting, and a step in batches is one statement";
  if (!fills_new_columns(in) && changes_other_rows(in))
    return "the file changes rows elsewhere, and only a person knows what belongs together";
  return std::nullopt;
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
