#include "review/fix_rewrite.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "review/lexical.hpp"

namespace dbw::review {
namespace {

constexpr std::size_t k_name_bytes_max = 63;  // PostgreSQL manual, "Identifiers and Key Words": NAMEDATALEN - 1

struct FixRow {
  std::string_view rule;
  Fix fix;
};
constexpr FixRow k_fixes[] = {
    {"create-index-not-concurrent", fix_create_index},
    {"drop-index-not-concurrent", fix_drop_index},
    {"reindex-not-concurrent", fix_reindex},
    {"refresh-matview-not-concurrent", fix_refresh_view},
    {"detach-partition-not-concurrent", fix_detach_partition},
    {"add-foreign-key-without-not-valid", fix_add_foreign_key},
    {"add-check-without-not-valid", fix_add_check},
    {"set-not-null-full-scan", fix_set_not_null},
    {"add-unique-constraint-blocking", fix_add_unique},
    {"add-primary-key-blocking", fix_add_primary_key},
    {"require-algorithm-clause", fix_online_clauses},
    {"require-lock-clause", fix_online_clauses},
    {"ddl-copy-algorithm", fix_refuse_copy},
    {"add-column-position", fix_column_position},
    {"merge-alter-table", fix_merge_alter_table},
    {"prefer-timestamptz", fix_timestamp},
    {"prefer-bigint-over-int", fix_int},
    {"prefer-bigint-over-smallint", fix_smallint},
    {"prefer-jsonb", fix_json},
    {"sqlite-non-strict-table", fix_strict_table},
    {"unbatched-backfill", fix_backfill},
    {"update-delete-without-where", fix_missing_where},
};

bool glued(const Lexeme& left, const Lexeme& right) {
  return left.text == "(" || left.text == "." || right.text == ")" || right.text == "," || right.text == ".";
}

}  // namespace

Fix find_fix(std::string_view rule) {
  for (const FixRow& row : k_fixes) {
    if (row.rule == rule) return row.fix;
  }
  return nullptr;
}

FreshNames::FreshNames(const ReviewInput& input) {
  const auto take_all = [&](const std::vector<sqlparse::Constraint>& constraints) {
    for (const sqlparse::Constraint& constraint : constraints) m_taken.insert(constraint.name);
  };
  for (const File& file : input.files) {
    for (const sqlparse::Statement& statement : file.parsed.statements) {
      for (const sqlparse::ObjectUse& use : statement.objects) m_taken.insert(use.name.name);
      take_all(statement.constraints);
      for (const sqlparse::AlterAction& action : statement.actions) {
        m_taken.insert({action.name, action.new_name, action.constraint.name});
        take_all(action.column.constraints);
      }
    }
  }
}

std::string FreshNames::take(const std::string& wanted) {
  std::string name(truncate_utf8(wanted, k_name_bytes_max));
  for (int number = 1; !m_taken.insert(name).second; ++number) {
    const std::string suffix = std::to_string(number);
    name = std::string(truncate_utf8(wanted, k_name_bytes_max - suffix.size())) + suffix;
  }
  return name;
}

std::size_t FixInput::start(std::size_t lexeme) const {
  return static_cast<std::size_t>(lexemes[lexeme].text.data() - file.parsed.sql.data());
}

std::size_t FixInput::end(std::size_t lexeme) const { return start(lexeme) + lexemes[lexeme].text.size(); }

Edit FixInput::insert_behind(std::size_t lexeme, std::string text) const {
  return {{end(lexeme), end(lexeme)}, std::move(text)};
}

Edit FixInput::insert_before(std::size_t lexeme, std::string text) const {
  return {{start(lexeme), start(lexeme)}, std::move(text)};
}

Edit FixInput::replace(std::size_t first, std::size_t last, std::string text) const {
  return {{start(first), end(last - 1)}, std::move(text)};
}

std::string FixInput::join(std::size_t first, std::size_t last) const {
  std::string out;
  for (std::size_t i = first; i < last; ++i) {
    if (i > first && !glued(lexemes[i - 1], lexemes[i])) out += ' ';
    out += lexemes[i].text;
  }
  return out;
}

std::string FixInput::spell(const std::string& name) const {
  for (std::size_t i = 0; i < lexemes.size(); ++i) {
    if (lexemes.is_kind(i, Lexeme::Kind::name) && lexemes.name(i) == name) return std::string(lexemes[i].text);
  }
  return identifier(name);
}

std::optional<AlterTable> read_alter_table(const FixInput& in) {
  const Lexemes& lexemes = in.lexemes;
  AlterTable out;
  if (!lexemes.is(0, "alter") || !lexemes.is(1, "table")) return std::nullopt;
  std::size_t at = 2;
  out.if_exists = lexemes.is(at, "if") && lexemes.is(at + 1, "exists");
  if (out.if_exists) at += 2;
  out.only = lexemes.is(at, "only");
  if (out.only) ++at;
  if (lexemes.is(at, "(")) return std::nullopt;
  out.name = at++;
  while (lexemes.is(at, ".")) at += 2;
  if (lexemes.is(at, "*")) ++at;
  out.actions = at;
  while (at < lexemes.size()) {
    const std::size_t comma = lexemes.find(at, {","});
    if (comma == at) return std::nullopt;
    out.spans.emplace_back(at, comma);
    at = comma + 1;
  }
  const bool known = std::all_of(out.spans.begin(), out.spans.end(), [&](const auto& span) {
    return lexemes.is_any(span.first, {"add", "alter", "drop", "validate", "set", "reset", "enable", "disable",
                                       "detach", "attach", "owner", "rename", "cluster", "inherit", "no", "replica"});
  });
  if (!known || out.spans.size() != in.statement.actions.size()) return std::nullopt;
  return out;
}

std::string identifier(const std::string& name) {
  const bool plain =
      !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), [](char c) {
        return is_word_character(c) && !(c >= 'A' && c <= 'Z') && static_cast<unsigned char>(c) < 0x80;
      });
  if (plain) return name;
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace dbw::review
