#include "sqlparse/mysql/lexer.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dbw::sqlparse::mysql {
namespace {

using Kind = ParseProblem::Kind;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::array<bool, 256> word_characters() {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c) {
    table[static_cast<std::size_t>(c)] =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || c >= 0x80;
  }
  return table;
}
constexpr std::array<bool, 256> k_word = word_characters();
bool is_word(char c) { return k_word[static_cast<unsigned char>(c)]; }

/// Length of the head behind "/*" of an executable comment ("!", "!50000", "M!100100"); 0 for another comment. Digits
/// count as a version from five on.
std::size_t executable_head(std::string_view text) {
  std::size_t head = 0;
  if (!text.empty() && (text[0] == 'M')) head = 1;
  if (head >= text.size() || text[head] != '!') return 0;
  ++head;
  std::size_t digits = 0;
  while (head + digits < text.size() && is_digit(text[head + digits])) ++digits;
  return digits >= 5 ? head + digits : head;
}

}  // namespace

VersionGroups version_groups(std::string_view sql) {
  VersionGroups groups;
  for (std::size_t at = sql.find("/*"); at != std::string_view::npos; at = sql.find("/*", at + 2)) {
    const std::size_t length = executable_head(sql.substr(at + 2, 40));
    if (length == 0) continue;
    std::string head(sql.substr(at + 2, length));
    if (std::find(groups.begin(), groups.end(), head) == groups.end()) groups.push_back(std::move(head));
    if (groups.size() > 16) break;
  }
  return groups;
}

std::vector<LexMode> lex_modes(std::string_view sql, std::size_t groups) {
  const bool double_quotes = sql.find('"') != std::string_view::npos;
  const bool backslashes = sql.find('\\') != std::string_view::npos;
  const unsigned all = (1u << groups) - 1;
  std::vector<LexMode> modes;
  for (unsigned skipped = 0; skipped <= all; ++skipped) {
    for (const bool ansi : {false, true}) {
      for (const bool plain : {false, true}) {
        if ((ansi && !double_quotes) || (plain && !backslashes)) continue;
        modes.push_back({ansi, plain, all & ~skipped});
      }
    }
  }
  return modes;
}

std::string name_of(std::string_view text) {
  if (text.size() < 2 || (text.front() != '`' && text.front() != '"')) return std::string(text);
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    out += text[i];
    if (text[i] == text.front()) ++i;
  }
  return out;
}

void Lexer::problem(std::size_t start, std::string message, Kind kind) {
  if (m_problems.size() > k_problems_max) return;
  if (m_problems.size() == k_problems_max) {
    m_problems.push_back({{0, m_sql.size()}, "too many problems to name them all", Kind::syntax});
    return;
  }
  m_problems.push_back({{start, std::min(std::max(m_at, start + 1), m_sql.size())}, std::move(message), kind});
}

void Lexer::cut_off(std::size_t start, std::string_view what) {
  m_at = m_sql.size();
  problem(start, fmt::format("{} is not closed", what), Kind::cut_off);
}

std::size_t Lexer::outer_end(const Token& token) const {
  if (!token.executed) return token.end;
  const std::size_t close = m_sql.find("*/", token.end);
  return close == std::string_view::npos ? m_sql.size() : close + 2;
}

bool Lexer::next(Token& token) {
  const std::size_t before = m_at;
  skip_blanks_and_comments();
  if (m_at >= m_sql.size()) {
    if (m_in_comment) {
      m_in_comment = false;
      cut_off(m_comment_start, "executable comment");
    }
    return false;
  }
  token.glued = m_at == before && before != 0;
  if (!token.glued) m_after_word = m_after_dot = false;
  token.executed = m_in_comment;
  const std::size_t start = m_at;
  token.start = static_cast<std::uint32_t>(start);
  const bool separates = m_after_word && m_sql[m_at] == '.' && is_word(peek(1));
  token.kind = separates ? (++m_at, TokenKind::punctuation) : token_at();
  token.end = static_cast<std::uint32_t>(m_at);
  // Before a dot and a name every word is a name, as servers read it.
  if (token.kind == TokenKind::word && peek() == '.' && is_word(peek(1))) token.kind = TokenKind::name;
  m_after_word = token.kind == TokenKind::word || (token.kind == TokenKind::name && m_sql[start] != '`');
  m_after_dot = token.kind == TokenKind::punctuation && m_sql[start] == '.';
  if (m_in_comment) {
    const std::string_view text = m_sql.substr(start, m_at - start);
    if (token.kind == TokenKind::semicolon)
      problem(start, "a semicolon inside an executable comment: where statements end depends on the server's version",
              Kind::ambiguous);
    if (text.size() > 3 && text.find("*/") != std::string_view::npos)
      problem(start, "a literal with */ inside an executable comment: servers disagree on where the comment ends",
              Kind::ambiguous);
  }
  return true;
}

void Lexer::skip_blanks_and_comments() {
  while (m_at < m_sql.size()) {
    const char c = m_sql[m_at];
    if (is_blank(c)) {
      ++m_at;
    } else if (c == '#') {
      line_comment();
    } else if (c == '-' && peek(1) == '-' &&
               (m_at + 2 >= m_sql.size() || static_cast<unsigned char>(peek(2)) <= ' ' || peek(2) == 0x7f)) {
      line_comment();
    } else if (c == '/' && peek(1) == '*') {
      block_comment();
    } else if (c == '*' && peek(1) == '/' && m_in_comment) {
      m_in_comment = false;
      m_at += 2;
    } else {
      break;
    }
  }
}

void Lexer::line_comment() {
  const std::size_t start = m_at;
  m_at = std::min(m_sql.find('\n', m_at), m_sql.size());
  if (m_in_comment)
    problem(start, "a comment inside an executable comment: servers disagree on where it ends", Kind::ambiguous);
}

void Lexer::block_comment() {
  const std::size_t start = m_at;
  const std::size_t head = executable_head(m_sql.substr(m_at + 2, 40));
  if (m_in_comment)
    problem(start, "a comment inside an executable comment: servers disagree on where it ends", Kind::ambiguous);
  if (head != 0 && !m_in_comment) {
    return executable_comment(head);
  }
  const std::size_t close = m_sql.find("*/", m_at + 2);
  if (close == std::string_view::npos) return cut_off(start, "comment");
  m_at = close + 2;
  if (m_sql[start + 2] != '+') return;
  const std::string_view text = m_sql.substr(start, m_at - start);
  for (const char quote : {'`', '"', '\''}) {
    if (std::count(text.begin(), text.end(), quote) % 2 != 0)
      problem(start, "an optimizer hint with an open quote: servers disagree on where it ends", Kind::ambiguous);
  }
  m_hints.push_back({start, m_at});
}

void Lexer::executable_comment(std::size_t head) {
  const std::size_t start = m_at;
  const std::string_view text = m_sql.substr(start + 2, head);
  const std::size_t digits = head - (text[0] == 'M' ? 2 : 1);
  m_at += 2 + head;
  if (digits > (m_engine == Engine::mariadb ? 6u : 5u))
    problem(start,
            fmt::format("executable comment with {} digits of version: servers disagree on how many they read", digits),
            Kind::ambiguous);
  const auto group = std::find(m_groups.begin(), m_groups.end(), text);
  const auto index = static_cast<unsigned>(group - m_groups.begin());
  m_comment_start = start;
  if (group != m_groups.end() && (m_mode.executed >> index & 1u) != 0) {
    m_in_comment = true;
    return;
  }
  const std::size_t close = m_sql.find("*/", m_at);
  if (close == std::string_view::npos) return cut_off(start, "executable comment");
  const bool nested = m_sql.substr(m_at, close - m_at).find("/*") != std::string_view::npos;
  m_at = close + 2;
  if (nested)
    problem(start, "a comment inside an executable comment: servers disagree on where it ends", Kind::ambiguous);
}

TokenKind Lexer::token_at() {
  const char c = m_sql[m_at];
  if (is_word(c)) {
    if (m_after_dot) {
      word_rest();
      return TokenKind::name;
    }
    return is_digit(c) ? digits() : word_or_literal();
  }
  if (c == '\'') return quoted('\'', TokenKind::string, !m_mode.no_backslash_escapes);
  if (c == '"') return double_quoted();
  if (c == '`') return quoted('`', TokenKind::name, false);
  if (c == '@') return at_sign();
  if (c == '.' && is_digit(peek(1))) return fraction();
  if (c == '\\') {
    const std::size_t start = m_at;
    m_at = std::min(m_at + 2, m_sql.size());
    problem(start, "client command behind a backslash: dbw runs no client commands", Kind::client_command);
    return TokenKind::punctuation;
  }
  return punctuation();
}

void Lexer::word_rest() {
  while (m_at < m_sql.size() && is_word(m_sql[m_at])) ++m_at;
}

TokenKind Lexer::word_or_literal() {
  const char c = m_sql[m_at];
  if (peek(1) == '\'') {
    const bool national = c == 'n' || c == 'N';
    const bool digits = c == 'x' || c == 'X' || c == 'b' || c == 'B';
    if (national || digits) ++m_at;
    if (national) return quoted('\'', TokenKind::string, !m_mode.no_backslash_escapes);
    if (digits) return digit_string();
  }
  word_rest();
  return TokenKind::word;
}

/// A number; or a name that begins with digits, as 1a and 0xg are.
TokenKind Lexer::digits() {
  const std::size_t start = m_at;
  while (is_digit(peek())) ++m_at;
  const char c = peek();
  if (c == '.') return fraction();
  if ((c == 'e' || c == 'E') && (is_digit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && is_digit(peek(2))))) {
    m_at += 2;
    while (is_digit(peek())) ++m_at;
    return TokenKind::number;
  }
  if (!is_word(c)) return TokenKind::number;
  word_rest();
  const std::string_view text = m_sql.substr(start, m_at - start);
  const bool hex = text.substr(0, 2) == "0x" && text.size() > 2 &&
                   text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
  const bool bits =
      text.substr(0, 2) == "0b" && text.size() > 2 && text.find_first_not_of("01", 2) == std::string_view::npos;
  return hex || bits ? TokenKind::number : TokenKind::word;
}

TokenKind Lexer::fraction() {
  ++m_at;
  while (is_digit(peek())) ++m_at;
  if (peek() == 'e' || peek() == 'E') {
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (is_digit(peek(1 + sign))) {
      m_at += 1 + sign;
      while (is_digit(peek())) ++m_at;
    } else {
      problem(m_at, "a number without its exponent: servers disagree on where it ends", Kind::ambiguous);
    }
  }
  return TokenKind::number;
}

TokenKind Lexer::at_sign() {
  ++m_at;
  if (peek() == '\'') return quoted('\'', TokenKind::variable, !m_mode.no_backslash_escapes);
  if (peek() == '"') return double_quoted(), TokenKind::variable;
  if (peek() == '`') return quoted('`', TokenKind::variable, false);
  if (peek() == '@') {
    ++m_at;
    for (;;) {
      if (peek() == '`') {
        quoted('`', TokenKind::name, false);
      } else {
        word_rest();
      }
      if (peek() != '.' || (!is_word(peek(1)) && peek(1) != '`')) return TokenKind::system_variable;
      ++m_at;
    }
  }
  while (m_at < m_sql.size() && (is_word(m_sql[m_at]) || m_sql[m_at] == '.')) ++m_at;
  return TokenKind::variable;
}

/// Of x'..' and b'..': it ends at the first quote, for none is doubled there.
TokenKind Lexer::digit_string() {
  const std::size_t start = m_at;
  const std::size_t end = m_sql.find('\'', start + 1);
  if (end == std::string_view::npos) {
    cut_off(start, "literal");
    return TokenKind::string;
  }
  m_at = end + 1;
  if (m_sql.substr(start + 1, end - start - 1).find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
    problem(start, "something else than digits in x'..' or b'..'", Kind::syntax);
  return TokenKind::string;
}

TokenKind Lexer::double_quoted() {
  if (m_mode.ansi_quotes) return quoted('"', TokenKind::name, false);
  return quoted('"', TokenKind::string, !m_mode.no_backslash_escapes);
}

TokenKind Lexer::quoted(char quote, TokenKind kind, bool escapes) {
  const std::size_t start = m_at;
  for (++m_at;;) {
    if (escapes) {
      while (m_at < m_sql.size() && m_sql[m_at] != quote && m_sql[m_at] != '\\') ++m_at;
    } else {
      m_at = std::min(m_sql.find(quote, m_at), m_sql.size());
    }
    if (m_at == m_sql.size()) {
      cut_off(start, kind == TokenKind::name ? "quoted name" : "literal");
      return kind;
    }
    if (m_sql[m_at] == quote) {
      if (peek(1) != quote) break;
      ++m_at;
    } else {
      ++m_at;  // the backslash; what it escapes follows
    }
    if (++m_at >= m_sql.size()) {
      cut_off(start, kind == TokenKind::name ? "quoted name" : "literal");
      return kind;
    }
  }
  ++m_at;
  return kind;
}

TokenKind Lexer::punctuation() {
  const char c = m_sql[m_at];
  if (c == ';') return ++m_at, TokenKind::semicolon;
  if (c == '?') return ++m_at, TokenKind::parameter;
  const bool may_be_long = c == '<' || c == '-' || c == ':' || c == '>' || c == '!' || c == '|' || c == '&';
  if (!may_be_long) return ++m_at, TokenKind::punctuation;
  for (const std::string_view longer : {"<=>", "->>", ":=", "->", "<=", ">=", "<>", "!=", "||", "&&"}) {
    if (m_sql.compare(m_at, longer.size(), longer) != 0) continue;
    m_at += longer.size();
    return TokenKind::punctuation;
  }
  ++m_at;
  return TokenKind::punctuation;
}

}  // namespace dbw::sqlparse::mysql
