#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sqlparse/statement.hpp"

/// The lexical structure of MySQL 8 and MariaDB 10.11 (sql_lex.cc). It finds boundaries and words; it decides no class.
namespace dbw::sqlparse::mysql {

/// More problems than these are summed up in one that covers the whole text.
inline constexpr std::size_t k_problems_max = 100;

enum class TokenKind : std::uint8_t {
  word,             ///< unquoted: a keyword or a name
  name,             ///< quoted, or behind a dot: never a keyword
  string,           ///< '...', "...", N'...', x'...', b'...'
  number,           ///< also 0x.. and 0b..
  variable,         ///< @a, @'a', also the host of 'user'@'host'
  system_variable,  ///< @@a.b
  punctuation,
  semicolon,
  parameter  ///< ?
};

struct Token {
  TokenKind kind = TokenKind::punctuation;
  bool glued = false;     ///< nothing between it and the token before
  bool executed = false;  ///< stands in an executable comment
  std::uint32_t start = 0;
  std::uint32_t end = 0;
};

/// How one server may read the text: what sql_mode and version decide.
struct LexMode {
  bool ansi_quotes = false;
  bool no_backslash_escapes = false;
  unsigned executed = 0;  ///< bit i: the executable comments of VersionGroups[i] run
};

/// The distinct heads of the executable comments of a text: "!", "!50000", "M!100100".
using VersionGroups = std::vector<std::string>;
VersionGroups version_groups(std::string_view sql);
/// All modes in which some server reads the text otherwise than in another one; `groups` of them. The first runs all
/// executable comments.
std::vector<LexMode> lex_modes(std::string_view sql, std::size_t groups);

class Lexer {
 public:
  /// `sql` is free of what check_bytes refuses. Problems are appended as they are met.
  Lexer(std::string_view sql, Engine engine, LexMode mode, const VersionGroups& groups,
        std::vector<ParseProblem>& problems)
      : m_sql(sql), m_engine(engine), m_mode(mode), m_groups(groups), m_problems(problems) {}

  /// False at the end. Comments and blanks are stepped over.
  bool next(Token& token);
  /// The optimizer hints met since the last call, which are comments to the grammar.
  std::vector<ByteRange> take_hints() { return std::exchange(m_hints, {}); }
  /// Where the executable comment that `token` stands in ends or starts; the token's own bounds elsewhere.
  std::size_t outer_start(const Token& token) const { return token.executed ? m_comment_start : token.start; }
  std::size_t outer_end(const Token& token) const;

 private:
  char peek(std::size_t ahead = 0) const { return m_at + ahead < m_sql.size() ? m_sql[m_at + ahead] : '\0'; }
  void skip_blanks_and_comments();
  void block_comment();
  void executable_comment(std::size_t head);
  void line_comment();
  TokenKind token_at();
  TokenKind word_or_literal();
  TokenKind digits();
  TokenKind fraction();
  TokenKind at_sign();
  TokenKind punctuation();
  void word_rest();
  TokenKind quoted(char quote, TokenKind kind, bool escapes);
  TokenKind digit_string();
  TokenKind double_quoted();
  void problem(std::size_t start, std::string message, ParseProblem::Kind kind);
  void cut_off(std::size_t start, std::string_view what);

  std::string_view m_sql;
  Engine m_engine;
  LexMode m_mode;
  const VersionGroups& m_groups;
  std::vector<ParseProblem>& m_problems;
  std::vector<ByteRange> m_hints;
  std::size_t m_at = 0;
  std::size_t m_comment_start = 0;  ///< of the executable comment that is open, or was last
  bool m_in_comment = false;
  bool m_after_word = false;  ///< the token before is an unquoted word or name that ends right here
  bool m_after_dot = false;   ///< the token before is a dot that separates names and ends right here
};

/// The name that a word or quoted name stands for.
std::string name_of(std::string_view text);

}  // namespace dbw::sqlparse::mysql
