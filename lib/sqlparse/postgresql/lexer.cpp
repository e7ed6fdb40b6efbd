#include "sqlparse/postgresql/lexer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dbw::sqlparse::postgresql {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

constexpr auto k_word_parts = [] {
  std::array<bool, 256> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const char c = static_cast<char>(i);
    out[i] = is_word_start(c) || (c >= '0' && c <= '9') || c == '$';
  }
  return out;
}();
bool is_word_part(char c) { return k_word_parts[static_cast<unsigned char>(c)]; }

class Lexer {
 public:
  Lexer(std::string_view sql, std::size_t at) : m_sql(sql), m_at(at) {}

  std::optional<Token> run() {
    while (m_at < m_sql.size() && is_blank(m_sql[m_at])) ++m_at;
    if (m_at >= m_sql.size()) return std::nullopt;
    const std::size_t start = m_at;
    const TokenKind kind = next();
    return Token{kind, {start, std::min(m_at, m_sql.size())}};
  }

 private:
  char peek(std::size_t ahead = 0) const { return m_at + ahead < m_sql.size() ? m_sql[m_at + ahead] : '\0'; }
  bool looks_at(std::string_view text) const { return m_sql.substr(m_at, text.size()) == text; }

  TokenKind next() {
    const char c = m_sql[m_at];
    if (is_word_start(c)) return word_or_prefixed();
    switch (c) {
      case '\'':
        return string(0, false);
      case '"':
        return quoted_identifier(0, TokenKind::quoted_identifier);
      case '$':
        return dollar();
      case '-':
        if (peek(1) == '-') return line_comment();
        break;
      case '/':
        if (peek(1) == '*') return block_comment();
        break;
      default:
        if (is_digit(c) || (c == '.' && is_digit(peek(1))))
          return take_while([](char d) { return is_digit(d) || d == '.'; }, TokenKind::number);
    }
    ++m_at;
    return c == ';' ? TokenKind::semicolon : TokenKind::punctuation;
  }

  /// A letter before a quote makes it another kind of literal or name.
  TokenKind word_or_prefixed() {
    const char behind = peek(1);
    if (behind == '\'' || behind == '&') {
      const char c = m_sql[m_at];
      if ((c == 'e' || c == 'E') && behind == '\'') return string(1, true);
      if ((c == 'b' || c == 'B' || c == 'x' || c == 'X' || c == 'n' || c == 'N') && behind == '\'')
        return string(1, false);
      if ((c == 'u' || c == 'U') && behind == '&' && peek(2) == '\'') return string(2, false);
      if ((c == 'u' || c == 'U') && behind == '&' && peek(2) == '"')
        return quoted_identifier(2, TokenKind::unicode_identifier);
    }
    return take_while(is_word_part, TokenKind::word);
  }

  template <typename Predicate>
  TokenKind take_while(Predicate belongs, TokenKind kind) {
    while (m_at < m_sql.size() && belongs(m_sql[m_at])) ++m_at;
    return kind;
  }

  TokenKind unterminated() {
    m_at = m_sql.size();
    return TokenKind::unterminated;
  }

  TokenKind line_comment() {
    return take_while([](char c) { return c != '\n' && c != '\r'; }, TokenKind::comment);
  }

  TokenKind block_comment() {
    int depth = 0;
    while (m_at < m_sql.size()) {
      if (looks_at("/*")) {
        ++depth, m_at += 2;
      } else if (looks_at("*/")) {
        m_at += 2;
        if (--depth == 0) return TokenKind::comment;
      } else {
        ++m_at;
      }
    }
    return unterminated();
  }

  TokenKind quoted_identifier(std::size_t prefix, TokenKind kind) {
    m_at += prefix + 1;
    for (; m_at < m_sql.size(); ++m_at) {
      if (m_sql[m_at] != '"') continue;
      ++m_at;
      if (peek() != '"') return kind;
    }
    return unterminated();
  }

  TokenKind string(std::size_t prefix, bool backslash_escapes) {
    m_at += prefix + 1;
    while (m_at < m_sql.size()) {
      const char c = m_sql[m_at];
      if (backslash_escapes && c == '\\') {
        m_at += 2;
      } else if (c != '\'') {
        ++m_at;
      } else if (peek(1) == '\'') {
        m_at += 2;
      } else {
        ++m_at;
        if (!skip_continuation()) return TokenKind::string;
      }
    }
    return unterminated();
  }

  /// A literal goes on after blanks and line comments with a line break ('a'<newline>'b'), in the same escape mode: the
  /// continuation of E'..' still knows backslashes.
  bool skip_continuation() {
    std::size_t at = m_at;
    bool newline = false;
    for (; at < m_sql.size(); ++at) {
      if (m_sql[at] == '\n' || m_sql[at] == '\r') {
        newline = true;
      } else if (m_sql.substr(at, 2) == "--") {
        while (at + 1 < m_sql.size() && m_sql[at + 1] != '\n' && m_sql[at + 1] != '\r') ++at;
      } else if (!is_blank(m_sql[at])) {
        break;
      }
    }
    if (!newline || at >= m_sql.size() || m_sql[at] != '\'') return false;
    m_at = at + 1;
    return true;
  }

  TokenKind dollar() {
    std::size_t end = m_at + 1;
    if (end < m_sql.size() && is_digit(m_sql[end])) {
      ++m_at;
      return take_while(is_digit, TokenKind::parameter);
    }
    while (end < m_sql.size() && is_word_part(m_sql[end]) && m_sql[end] != '$') ++end;
    if (end >= m_sql.size() || m_sql[end] != '$') {
      ++m_at;
      return TokenKind::punctuation;
    }
    const std::string_view tag = m_sql.substr(m_at, end + 1 - m_at);
    const std::size_t close = m_sql.find(tag, end + 1);
    if (close == std::string_view::npos) return unterminated();
    m_at = close + tag.size();
    return TokenKind::string;
  }

  std::string_view m_sql;
  std::size_t m_at;
};

}  // namespace

std::optional<Token> next_token(std::string_view sql, std::size_t at) { return Lexer(sql, at).run(); }

std::vector<Token> tokenize(std::string_view sql) {
  constexpr std::size_t k_bytes_per_token = 5;
  std::vector<Token> tokens;
  tokens.reserve(sql.size() / k_bytes_per_token);
  while (const auto token = next_token(sql, tokens.empty() ? 0 : tokens.back().range.end)) tokens.push_back(*token);
  return tokens;
}

void Nesting::take(const Token& token, std::string_view sql) {
  const bool after_begin = std::exchange(m_after_begin, false);
  if (token.kind == TokenKind::punctuation) {
    const char mark = sql[token.range.start];
    if (mark == '(') ++m_parentheses;
    if (mark == ')' && m_parentheses > 0) --m_parentheses;
  }
  if (token.kind != TokenKind::word) return;
  if (after_begin && is_word(token, sql, "atomic")) ++m_bodies;
  if (m_bodies > 0 && is_word(token, sql, "case")) ++m_bodies;
  if (m_bodies > 0 && is_word(token, sql, "end")) --m_bodies;
  m_after_begin = is_word(token, sql, "begin");
}

bool is_word(const Token& token, std::string_view sql, std::string_view lower) {
  if (token.kind != TokenKind::word || token.range.end - token.range.start != lower.size()) return false;
  const std::string_view text = token.text(sql);
  return std::equal(text.begin(), text.end(), lower.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

bool is_punctuation(const Token& token, std::string_view sql, char character) {
  return token.kind == TokenKind::punctuation && sql[token.range.start] == character;
}

std::vector<Piece> split_pieces(std::string_view sql, const std::vector<Token>& tokens) {
  std::vector<Piece> pieces;
  Nesting nesting;
  bool open = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (token.kind == TokenKind::comment) continue;
    nesting.take(token, sql);
    if (token.kind == TokenKind::semicolon && !nesting.inside()) {
      open = false;
      nesting = Nesting();
      continue;
    }
    if (!open) pieces.push_back({{token.range.start, 0}, i, i});
    open = true;
    pieces.back().range.end = token.range.end;
    pieces.back().end_token = i + 1;
  }
  return pieces;
}

}  // namespace dbw::sqlparse::postgresql
