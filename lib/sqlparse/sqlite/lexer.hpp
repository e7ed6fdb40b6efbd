#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"

/// SQLite's lexical structure (tokenize.c of 3.40). It finds boundaries and words; it decides no class.
namespace dbw::sqlparse::sqlite {

enum class TokenKind {
  word,
  quoted_identifier,
  string,
  blob,
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
  std::string text;   ///< as written
  std::string lower;  ///< of words, in lower case; of punctuation as written; else empty
  /// The name that a word, quoted identifier or, where SQLite expects one, literal stands for.
  std::string name() const;
  bool is_name() const { return kind == TokenKind::word || kind == TokenKind::quoted_identifier; }
};

/// All tokens but blanks. An unterminated literal or comment is the last token and reaches the end: SQLite would take
/// an open comment.
std::vector<Token> tokenize(std::string_view sql);

/// The tokens of each statement, without comments and semicolon. A semicolon inside CREATE TRIGGER ... BEGIN ... END
/// ends nothing.
std::vector<std::vector<Token>> split_statements(const std::vector<Token>& tokens);

}  // namespace dbw::sqlparse::sqlite
