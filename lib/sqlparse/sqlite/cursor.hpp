#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sqlparse/sqlite/lexer.hpp"
#include "sqlparse/statement.hpp"

/// Steps over the tokens of one statement. Past the end every question answers "no".
namespace dbw::sqlparse::sqlite {

class Cursor {
 public:
  explicit Cursor(const std::vector<Token>& tokens, std::size_t begin = 0) : Cursor(tokens, begin, tokens.size()) {}
  Cursor(const std::vector<Token>& tokens, std::size_t begin, std::size_t end)
      : m_tokens(&tokens), m_at(begin), m_end(end) {}

  /// The same tokens between two positions.
  Cursor(const Cursor& other, ByteRange positions)
      : m_tokens(other.m_tokens), m_at(positions.start), m_end(positions.end) {}

  bool done() const { return m_at >= m_end; }
  std::size_t position() const { return m_at; }
  std::size_t end() const { return m_end; }
  const Token& operator[](std::size_t i) const { return (*m_tokens)[i]; }
  bool at(std::string_view lower, std::size_t ahead = 0) const {
    return m_at + ahead < m_end && (*m_tokens)[m_at + ahead].lower == lower;
  }
  bool at_name() const { return !done() && (*m_tokens)[m_at].is_name(); }
  void step(std::size_t count = 1) { m_at += count; }

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
  bool take_all(std::string_view first, std::string_view second, std::string_view third) {
    if (!at(first) || !at(second, 1) || !at(third, 2)) return false;
    m_at += 3;
    return true;
  }
  /// Where a name must stand SQLite takes a literal for one.
  std::string take_name() {
    const bool literal = !done() && (*m_tokens)[m_at].kind == TokenKind::string;
    return literal || at_name() ? (*m_tokens)[m_at++].name() : std::string();
  }
  ObjectName take_object_name() {
    std::string first = take_name();
    if (!take(".")) return {{}, std::move(first)};
    return {std::move(first), take_name()};
  }
  /// The position after the parenthesis that closes the one at `open`; the end where it stays open.
  std::size_t after_group(std::size_t open) const {
    int depth = 0;
    for (std::size_t i = open; i < m_end; ++i) {
      if ((*m_tokens)[i].lower == "(") ++depth;
      if ((*m_tokens)[i].lower == ")" && --depth == 0) return i + 1;
    }
    return m_end;
  }
  /// Steps over one parenthesised group, if one starts here, and returns the positions of its content.
  ByteRange take_group() {
    if (!at("(")) return {m_at, m_at};
    const std::size_t open = m_at;
    m_at = after_group(open);
    const bool closed = m_at > open + 1 && (*m_tokens)[m_at - 1].lower == ")";
    return {open + 1, closed ? m_at - 1 : m_at};
  }

 private:
  const std::vector<Token>* m_tokens;
  std::size_t m_at;
  std::size_t m_end;
};

}  // namespace dbw::sqlparse::sqlite
