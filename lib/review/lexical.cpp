#include "review/lexical.hpp"

#include <algorithm>

namespace dbw::review {

namespace {

/// Where the text that starts at `at` ends, behind its closing quote; backslashes count where `escapes`.
std::size_t skip_quoted(std::string_view sql, std::size_t at, char quote, bool escapes) {
  for (std::size_t i = at + 1; i < sql.size(); ++i) {
    if (escapes && sql[i] == '\\') {
      ++i;
    } else if (sql[i] == quote) {
      return i + 1;  // a doubled quote simply starts the next piece
    }
  }
  return sql.size();
}

std::size_t skip_block_comment(std::string_view sql, std::size_t at, bool nests) {
  int depth = 0;
  for (std::size_t i = at; i + 1 < sql.size(); ++i) {
    if (sql[i] == '/' && sql[i + 1] == '*') {
      if (depth == 0 || nests) ++depth;
      ++i;
    } else if (sql[i] == '*' && sql[i + 1] == '/') {
      ++i;
      if (--depth == 0) return i + 1;
    }
  }
  return sql.size();
}

/// Behind a dollar-quoted text, or `at` where none starts there.
std::size_t skip_dollar(std::string_view sql, std::size_t at) {
  if (at > 0 && is_word_character(sql[at - 1])) return at;
  std::size_t end = at + 1;
  while (end < sql.size() && is_word_character(sql[end])) ++end;
  if (end >= sql.size() || sql[end] != '$' || (end > at + 1 && sql[at + 1] >= '0' && sql[at + 1] <= '9')) return at;
  const std::string_view tag = sql.substr(at, end - at + 1);
  const std::size_t close = sql.find(tag, end + 1);
  return close == std::string_view::npos ? sql.size() : close + tag.size();
}

}  // namespace

std::size_t skip_opaque(Engine engine, std::string_view sql, std::size_t at) {
  const bool postgresql = engine == Engine::postgresql;
  const char c = sql[at];
  const char next = at + 1 < sql.size() ? sql[at + 1] : '\0';
  const bool mysql = engine == Engine::mysql || engine == Engine::mariadb;
  if (mysql && c == '#') return std::min(sql.find('\n', at), sql.size());
  const bool line = c == '-' && next == '-' && (!mysql || at + 2 >= sql.size() || sql[at + 2] <= ' ');
  if (line) return std::min(sql.find('\n', at), sql.size());
  if (c == '/' && next == '*') return skip_block_comment(sql, at, postgresql);
  if (c == '\'') {
    const bool escapes = postgresql && at > 0 && (sql[at - 1] == 'e' || sql[at - 1] == 'E') &&
                         (at < 2 || !is_word_character(sql[at - 2]));
    return skip_quoted(sql, at, c, escapes || mysql);
  }
  if (c == '"' || (c == '`' && !postgresql)) return skip_quoted(sql, at, c, mysql && c == '"');
  if (c == '[' && engine == Engine::sqlite) return skip_quoted(sql, at, ']', false);
  return c == '$' && postgresql ? skip_dollar(sql, at) : at;
}

}  // namespace dbw::review
