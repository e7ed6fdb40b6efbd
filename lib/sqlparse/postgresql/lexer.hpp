#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"

/// PostgreSQL's lexical structure (manual chapter 4.1, scan.l of version 15, standard_conforming_strings on). It finds
/// boundaries and names what the grammar refused; it decides no class.
namespace dbw::sqlparse::postgresql {

enum class TokenKind {
  word,
  quoted_identifier,
  unicode_identifier,
  string,
  number,
  parameter,
  punctuation,
  semicolon,
  comment,
  unterminated
};

struct Token {
  TokenKind kind;
  ByteRange range;
  std::string_view text(std::string_view sql) const { return sql.substr(range.start, range.end - range.start); }
};

/// The token at or behind `at`; nullopt where only blanks are left. `at` must not be inside a token.
std::optional<Token> next_token(std::string_view sql, std::size_t at);

/// All tokens but blanks, comments included. An unterminated literal or comment is the last token and reaches the end.
std::vector<Token> tokenize(std::string_view sql);

/// Case-insensitive comparison with a word given in lower case.
bool is_word(const Token& token, std::string_view sql, std::string_view lower);
bool is_punctuation(const Token& token, std::string_view sql, char character);

/// One piece of the input between semicolons: without leading blanks and comments, without the semicolon.
struct Piece {
  ByteRange range;
  std::size_t first_token;
  std::size_t end_token;
};

/// Where a piece ends: parentheses and SQL-standard function bodies (BEGIN ATOMIC ... END, with CASE ... END inside)
/// hold semicolons.
class Nesting {
 public:
  /// The next token that is no comment.
  void take(const Token& token, std::string_view sql);
  bool inside() const { return m_parentheses > 0 || m_bodies > 0; }

 private:
  int m_parentheses = 0;
  int m_bodies = 0;
  bool m_after_begin = false;
};

/// Cuts at semicolons outside parentheses and outside BEGIN ATOMIC bodies; pieces without a token are left out.
std::vector<Piece> split_pieces(std::string_view sql, const std::vector<Token>& tokens);

}  // namespace dbw::sqlparse::postgresql
