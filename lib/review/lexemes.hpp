#pragma once

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
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
  std::uint32_t depth = 0;   ///< parentheses that are open around it; those of a pair have the depth outside them
  std::uint32_t behind = 0;  ///< of "(": where its group ends, 0 where it is not closed
  std::string_view text;
  std::uint64_t key = 0;  ///< of words and marks: their first eight characters in lower case
};

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr std::uint64_t lexeme_key(std::string_view text) {
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < text.size() && i < sizeof key; ++i)
    key |= std::uint64_t{static_cast<unsigned char>(ascii_lower(text[i]))} << (8 * i);
  return key;
}

/// A keyword or mark that rules look for, in lower case; rules ask so often that it is prepared when they are compiled.
struct Keyword {
  consteval Keyword(const char* lower) : Keyword(std::string_view(lower)) {}  // NOLINT: written as a literal
  constexpr explicit Keyword(std::string_view lower) : text(lower), key(lexeme_key(text)) {}
  std::string_view text;
  std::uint64_t key;
};

/// The lexemes of one statement, for rules about the spelling of expressions that no parser's facts hold. They never
/// decide what a statement is: sqlparse does. Past the end every question answers "no".
class Lexemes {
 public:
  Lexemes() = default;
  /// `sql` must outlive the lexemes.
  Lexemes(Engine engine, std::string_view sql) { read(engine, sql); }
  /// Forgets what it holds for another statement's, in the same memory.
  void read(Engine engine, std::string_view sql);

  std::size_t size() const { return m_list.size(); }
  const Lexeme& operator[](std::size_t i) const { return m_list[i]; }
  /// A word or mark.
  bool is(std::size_t i, const Keyword& wanted) const {
    if (i >= m_list.size() || m_list[i].key != wanted.key) return false;
    return m_list[i].text.size() == wanted.text.size() && ends_alike(m_list[i].text, wanted.text);
  }
  bool is_any(std::size_t i, std::initializer_list<Keyword> wanted) const {
    for (const Keyword& each : wanted) {
      if (is(i, each)) return true;
    }
    return false;
  }
  template <std::size_t N>
  bool is_any(std::size_t i, const Keyword (&wanted)[N]) const {
    return std::any_of(std::begin(wanted), std::end(wanted), [&](const Keyword& each) { return is(i, each); });
  }
  /// False: none of the lexemes is the wanted one. Cheap, so that a rule need not look for what is not there.
  bool may_have(const Keyword& wanted) const { return m_keys[key_bit(wanted.key)]; }
  bool is_name(std::size_t i) const {
    return i < m_list.size() && (m_list[i].kind == Lexeme::Kind::word || m_list[i].kind == Lexeme::Kind::name);
  }
  /// Bytes of the longest name, quotes included.
  std::size_t longest_name() const { return m_longest_name; }
  bool is_kind(std::size_t i, Lexeme::Kind kind) const { return i < m_list.size() && m_list[i].kind == kind; }
  /// A name without its quotes, folded as the engine compares column names.
  std::string name(std::size_t i) const;
  /// Any of them, as may_have.
  bool may_have_any(std::initializer_list<Keyword> wanted) const {
    for (const Keyword& each : wanted) {
      if (may_have(each)) return true;
    }
    return false;
  }
  /// The next such lexeme from `from` on, at whatever depth, or size().
  std::size_t seek(std::size_t from, const Keyword& wanted) const {
    if (!may_have(wanted)) return m_list.size();
    while (from < m_list.size() && !is(from, wanted)) ++from;
    return from;
  }
  /// The first of the words from `from` on, or size(); it looks into no group and leaves none.
  std::size_t find(std::size_t from, std::initializer_list<Keyword> words) const;
  /// Behind the parenthesis that closes the one at `open`, or size().
  std::size_t behind_group(std::size_t open) const;
  /// The next lexeme at the same depth or less: behind the group that starts at `i`, else i + 1.
  std::size_t next(std::size_t i) const { return is(i, "(") ? behind_group(i) : i + 1; }

 private:
  /// A statement has some dozens of different words: of ten times as many bits few are set by chance.
  static constexpr std::size_t k_key_bits = 512;
  static constexpr std::size_t key_bit(std::uint64_t key) { return (key * 0xFF51AFD7ED558CCDU) >> 55; }
  void add(Lexeme::Kind kind, std::string_view text, std::uint64_t key);
  /// Of texts of one size and key: what the key does not hold.
  static bool ends_alike(std::string_view text, std::string_view lower) {
    for (std::size_t i = sizeof(Lexeme::key); i < text.size(); ++i) {
      if (ascii_lower(text[i]) != lower[i]) return false;
    }
    return true;
  }
  void add_quoted(std::string_view sql, std::size_t start, std::size_t end);
  void add_mark(std::string_view text);
  Engine m_engine = Engine::postgresql;
  std::bitset<k_key_bits> m_keys;  ///< the bits of all keys
  std::size_t m_longest_name = 0;
  std::vector<Lexeme> m_list;
  std::vector<std::size_t> m_open;  ///< while reading: the parentheses that are open
};

}  // namespace dbw::review
