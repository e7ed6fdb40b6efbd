#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"

namespace dbw::review {

/// One word, name, literal or mark of a statement. Comments and blanks are left out.
struct Lexeme {
  enum class Kind : std::uint8_t {
    word,    ///< unquoted: a keyword or a name
    name,    ///< quoted
    string,  ///< a literal in quotes
    number,
    mark  ///< an operator or punctuation
  };
  Kind kind = Kind::mark;
  std::size_t depth = 0;  ///< parentheses that are open around it; those of a pair have the depth outside them
  std::string_view text;
};

/// The lexemes of one statement, for rules about the spelling of expressions that no parser's facts hold. They never
/// decide what a statement is: sqlparse does. Past the end every question answers "no".
class Lexemes {
 public:
  Lexemes() = default;
  /// `sql` must outlive the lexemes.
  Lexemes(Engine engine, std::string_view sql);

  std::size_t size() const { return m_list.size(); }
  const Lexeme& operator[](std::size_t i) const { return m_list[i]; }
  /// A word or mark; `lower` is in lower case.
  bool is(std::size_t i, std::string_view lower) const;
  bool is_any(std::size_t i, std::initializer_list<std::string_view> words) const;
  bool is_name(std::size_t i) const;
  bool is_kind(std::size_t i, Lexeme::Kind kind) const { return i < m_list.size() && m_list[i].kind == kind; }
  /// A name without its quotes, folded as the engine compares column names.
  std::string name(std::size_t i) const;
  /// The first of the words from `from` on, or size(); it looks into no group and leaves none.
  std::size_t find(std::size_t from, std::initializer_list<std::string_view> words) const;
  /// Behind the parenthesis that closes the one at `open`, or size().
  std::size_t behind_group(std::size_t open) const;
  /// The next lexeme at the same depth or less: behind the group that starts at `i`, else i + 1.
  std::size_t next(std::size_t i) const { return is(i, "(") ? behind_group(i) : i + 1; }

 private:
  void add_quoted(std::string_view sql, std::size_t start, std::size_t end);
  void add_mark(std::string_view text);
  Engine m_engine = Engine::postgresql;
  std::vector<Lexeme> m_list;
  std::vector<std::size_t> m_behind;  ///< of each "(": where its group ends; elsewhere 0
  std::vector<std::size_t> m_open;    ///< while reading: the parentheses that are open
};

}  // namespace dbw::review
