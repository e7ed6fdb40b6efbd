#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sqlparse/mysql/lexer.hpp"

/// The tokens of one statement with their parentheses matched, and a cursor over a part of them. Past the end every
/// question answers "no".
namespace dbw::sqlparse::mysql {

/// Case-insensitive (ASCII); `lower` is in lower case.
inline bool equals_lower(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != lower[i]) return false;
  }
  return true;
}

/// A set of words, asked first by length and first letter: most words of a text are in none.
template <std::size_t N>
class WordFilter {
 public:
  constexpr explicit WordFilter(const std::string_view (&words)[N]) : m_bits{} {
    for (const std::string_view word : words) add(word);
  }
  constexpr WordFilter& add(std::string_view word) {
    m_bits[word.size() & 31u] |= 1u << (static_cast<unsigned char>(word[0]) & 31u);
    return *this;
  }
  constexpr bool may_hold(std::string_view text) const {
    return (m_bits[text.size() & 31u] >> (static_cast<unsigned char>(text[0]) & 31u) & 1u) != 0;
  }

 private:
  std::uint32_t m_bits[32];
};

class Tokens {
 public:
  explicit Tokens(std::string_view sql) : m_sql(sql) {}
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  /// Takes over the tokens of a statement; `list` gets the memory of those before.
  void take(std::vector<Token>& list);

  std::size_t size() const { return m_list.size(); }
  const Token& operator[](std::size_t i) const { return m_list[i]; }
  std::string_view sql() const { return m_sql; }
  std::string_view text(std::size_t i) const { return m_sql.substr(m_list[i].start, m_list[i].end - m_list[i].start); }
  /// A keyword in lower case, or punctuation.
  bool is(std::size_t i, std::string_view lower) const {
    if (i >= m_size) return false;
    const Token& token = m_tokens[i];
    if (token.end - token.start != lower.size()) return false;
    if ((m_sql[token.start] | 0x20) != (lower[0] | 0x20)) return false;
    return (token.kind == TokenKind::word || token.kind == TokenKind::punctuation) && equals_lower(text(i), lower);
  }
  template <std::size_t N>
  bool is_any(std::size_t i, const std::string_view (&words)[N]) const {
    if (i >= m_list.size() || m_list[i].kind != TokenKind::word) return false;
    for (const std::string_view word : words) {
      if (is(i, word)) return true;
    }
    return false;
  }
  bool is_name(std::size_t i) const {
    return i < m_list.size() && (m_list[i].kind == TokenKind::word || m_list[i].kind == TokenKind::name);
  }
  bool is_kind(std::size_t i, TokenKind kind) const { return i < m_list.size() && m_list[i].kind == kind; }
  std::string name(std::size_t i) const { return name_of(text(i)); }
  /// The position of the parenthesis that closes the one at `i`, or the other way round.
  std::size_t match(std::size_t i) const { return m_match[i]; }
  bool balanced() const { return m_balanced; }
  /// The bytes between two positions as written.
  std::string source(ByteRange positions) const;

 private:
  std::string_view m_sql;
  std::vector<Token> m_list;
  const Token* m_tokens = nullptr;  ///< of m_list, which only take() changes
  std::size_t m_size = 0;
  std::vector<std::uint32_t> m_match;
  std::vector<std::uint32_t> m_open;  ///< while matching
  bool m_balanced = true;
};

class Cursor {
 public:
  Cursor(const Tokens& tokens, ByteRange positions) : m_tokens(&tokens), m_at(positions.start), m_end(positions.end) {}

  bool done() const { return m_at >= m_end; }
  std::size_t position() const { return m_at; }
  std::size_t end() const { return m_end; }
  const Tokens& tokens() const { return *m_tokens; }
  bool at(std::string_view lower, std::size_t ahead = 0) const {
    return m_at + ahead < m_end && m_tokens->is(m_at + ahead, lower);
  }
  template <std::size_t N>
  bool at_any(const std::string_view (&words)[N]) const {
    return !done() && m_tokens->is_any(m_at, words);
  }
  bool at_name() const { return !done() && m_tokens->is_name(m_at); }
  bool at_kind(TokenKind kind) const { return !done() && m_tokens->is_kind(m_at, kind); }
  void step(std::size_t count = 1) { m_at += count; }
  void move_to(std::size_t position) { m_at = position; }
  bool take(std::string_view lower) {
    if (!at(lower)) return false;
    ++m_at;
    return true;
  }
  bool take_all(std::string_view first, std::string_view second) {
    if (!at(first) || !at(second, 1)) return false;
    m_at += 2;
    return true;
  }
  template <std::size_t N>
  bool take_any(const std::string_view (&words)[N]) {
    if (!at_any(words)) return false;
    ++m_at;
    return true;
  }
  bool take_if_exists() {
    if (at("if") && at("not", 1) && at("exists", 2)) return step(3), true;
    return take_all("if", "exists");
  }
  std::string take_name() { return at_name() ? m_tokens->name(m_at++) : std::string(); }
  ObjectName take_object_name() {
    take(".");  // .t is t of the current schema
    std::string first = take_name();
    if (!take(".")) return {{}, std::move(first)};
    return {std::move(first), take_name()};
  }
  std::string text() const { return done() ? std::string() : std::string(m_tokens->text(m_at)); }
  /// Steps over one parenthesised group, if one starts here, and returns the positions of its content.
  ByteRange take_group() {
    if (!at("(")) return {m_at, m_at};
    const std::size_t open = m_at;
    const std::size_t close = m_tokens->match(open);
    m_at = close + 1;
    return {open + 1, close};
  }
  /// Steps over one token or group.
  void skip() {
    if (at("(")) {
      take_group();
    } else {
      ++m_at;
    }
  }
  /// The end of the part that starts here: the next comma outside parentheses.
  std::size_t part_end() const {
    Cursor cursor = *this;
    while (!cursor.done() && !cursor.at(",")) cursor.skip();
    return cursor.position() < m_end ? cursor.position() : m_end;
  }

 private:
  const Tokens* m_tokens;
  std::size_t m_at;
  std::size_t m_end;
};

}  // namespace dbw::sqlparse::mysql
