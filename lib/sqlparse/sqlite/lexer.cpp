#include "sqlparse/sqlite/lexer.hpp"

#include "base/text.hpp"

namespace dbw::sqlparse::sqlite {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_word_part(char c) { return is_word_start(c) || is_digit(c) || c == '$'; }

class Lexer {
 public:
  explicit Lexer(std::string_view sql) : m_sql(sql) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    for (;;) {
      while (m_at < m_sql.size() && is_blank(m_sql[m_at])) ++m_at;
      if (m_at >= m_sql.size()) return tokens;
      const std::size_t start = m_at;
      const TokenKind kind = next();
      Token token{kind, {start, m_at}, std::string(m_sql.substr(start, m_at - start)), {}};
      if (kind == TokenKind::word) token.lower = to_lower(token.text);
      if (kind == TokenKind::punctuation) token.lower = token.text;
      tokens.push_back(std::move(token));
    }
  }

 private:
  char peek(std::size_t ahead = 0) const { return m_at + ahead < m_sql.size() ? m_sql[m_at + ahead] : '\0'; }
  bool looks_at(std::string_view text) const { return m_sql.substr(m_at, text.size()) == text; }

  TokenKind next() {
    const char c = peek();
    if (looks_at("--")) return take_while([](char d) { return d != '\n'; }, TokenKind::comment);
    if (looks_at("/*")) return block_comment();
    if (c == '\'') return quoted('\'', TokenKind::string);
    if (c == '"' || c == '`') return quoted(c, TokenKind::quoted_identifier);
    if (c == '[') return bracketed();
    if ((c == 'x' || c == 'X') && peek(1) == '\'') {
      ++m_at;
      return quoted('\'', TokenKind::blob);
    }
    if (is_word_start(c)) return take_while(is_word_part, TokenKind::word);
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (c == '?' || ((c == ':' || c == '@' || c == '$' || c == '#') && is_word_part(peek(1)))) {
      ++m_at;
      return take_while(is_word_part, TokenKind::parameter);
    }
    return punctuation();
  }

  template <typename Predicate>
  TokenKind take_while(Predicate belongs, TokenKind kind) {
    while (m_at < m_sql.size() && belongs(m_sql[m_at])) ++m_at;
    return kind;
  }

  /// Digits, fraction, exponent; hexadecimal digits and letters glued to a number are left for SQLite to refuse.
  TokenKind number() {
    while (m_at < m_sql.size()) {
      const char c = m_sql[m_at];
      const bool sign =
          (c == '+' || c == '-') && (m_sql[m_at - 1] == 'e' || m_sql[m_at - 1] == 'E') && is_digit(peek(1));
      if (!is_word_part(c) && c != '.' && !sign) break;
      ++m_at;
    }
    return TokenKind::number;
  }

  TokenKind unterminated() {
    m_at = m_sql.size();
    return TokenKind::unterminated;
  }

  /// Comments do not nest.
  TokenKind block_comment() {
    const std::size_t end = m_sql.find("*/", m_at + 2);
    if (end == std::string_view::npos) return unterminated();
    m_at = end + 2;
    return TokenKind::comment;
  }

  TokenKind quoted(char quote, TokenKind kind) {
    for (++m_at; m_at < m_sql.size(); ++m_at) {
      if (m_sql[m_at] != quote) continue;
      ++m_at;
      if (peek() != quote) return kind;
    }
    return unterminated();
  }

  TokenKind bracketed() {
    const std::size_t end = m_sql.find(']', m_at);
    if (end == std::string_view::npos) return unterminated();
    m_at = end + 1;
    return TokenKind::quoted_identifier;
  }

  TokenKind punctuation() {
    for (const std::string_view pair : {"==", "<>", "!=", "<=", ">=", "||"}) {
      if (!looks_at(pair)) continue;
      m_at += 2;
      return TokenKind::punctuation;
    }
    return m_sql[m_at++] == ';' ? TokenKind::semicolon : TokenKind::punctuation;
  }

  std::string_view m_sql;
  std::size_t m_at = 0;
};

bool begins_trigger(const std::vector<Token>& tokens) {
  std::size_t i = 0;
  const auto word = [&](std::string_view lower) { return i < tokens.size() && tokens[i].lower == lower; };
  if (word("explain")) ++i;
  if (word("query")) i += 2;
  if (!word("create")) return false;
  ++i;
  if (word("temp") || word("temporary")) ++i;
  return word("trigger");
}

/// The semicolon that ends a trigger follows END, and END follows the semicolon of the last statement inside: CASE ...
/// END never does.
bool ends_trigger(const std::vector<Token>& tokens) {
  return tokens.size() >= 2 && tokens.back().lower == "end" && tokens[tokens.size() - 2].kind == TokenKind::semicolon;
}

}  // namespace

std::string Token::name() const {
  if ((kind != TokenKind::quoted_identifier && kind != TokenKind::string) || text.size() < 2) return text;
  const char quote = text.front();
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    out += text[i];
    if (text[i] == quote) ++i;
  }
  return out;
}

std::vector<Token> tokenize(std::string_view sql) { return Lexer(sql).run(); }

std::vector<std::vector<Token>> split_statements(const std::vector<Token>& tokens) {
  std::vector<std::vector<Token>> statements;
  std::vector<Token> open;
  for (const Token& token : tokens) {
    if (token.kind == TokenKind::comment) continue;
    const bool ends = token.kind == TokenKind::semicolon && (!begins_trigger(open) || ends_trigger(open));
    if (!ends) {
      open.push_back(token);
      continue;
    }
    if (!open.empty()) statements.push_back(std::move(open));
    open.clear();
  }
  if (!open.empty()) statements.push_back(std::move(open));
  return statements;
}

}  // namespace dbw::sqlparse::sqlite
