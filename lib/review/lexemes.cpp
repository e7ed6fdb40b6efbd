#include "review/lexemes.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/text.hpp"
#include "review/lexical.hpp"

namespace dbw::review {
namespace {

/// Marks of several characters, longest first.
constexpr std::string_view k_long_marks[] = {
    "<=>", "->>", "<=", ">=", "<>", "!=", ":=", "==", "||", "&&", "::", "->", "=>"};

/// What a lexeme that begins with the character can be.
enum class Start : std::uint8_t { mark, blank, word, digit, opaque };

constexpr auto k_starts = [] {
  std::array<Start, 256> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const char c = static_cast<char>(i);
    if (is_word_character(c)) out[i] = c >= '0' && c <= '9' ? Start::digit : Start::word;
  }
  for (const char c : {' ', '\t', '\n', '\r', '\f', '\v'}) out[static_cast<unsigned char>(c)] = Start::blank;
  for (const char c : {'-', '/', '#', '\'', '"', '`', '[', '$'})  // in some engine
    out[static_cast<unsigned char>(c)] = Start::opaque;
  return out;
}();

Start start_of(char c) { return k_starts[static_cast<unsigned char>(c)]; }

bool is_mysql(Engine engine) { return engine == Engine::mysql || engine == Engine::mariadb; }

/// A quoted text is a name or a literal; comments are neither.
bool is_comment(std::string_view text) { return text[0] == '-' || text[0] == '/' || text[0] == '#'; }

Lexeme::Kind quoted_kind(Engine engine, char quote) {
  const bool literal = quote == '\'' || quote == '$' || (quote == '"' && is_mysql(engine));
  return literal ? Lexeme::Kind::string : Lexeme::Kind::name;
}

std::size_t mark_size(std::string_view sql, std::size_t at) {
  const char c = sql[at];
  const bool may_be_long = c == '<' || c == '>' || c == '!' || c == ':' || c == '=' || c == '|' || c == '&' || c == '-';
  if (!may_be_long) return 1;
  for (const std::string_view mark : k_long_marks) {
    if (sql.substr(at, mark.size()) == mark) return mark.size();
  }
  return 1;
}

constexpr auto k_word_parts = [] {
  std::array<bool, 256> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const char c = static_cast<char>(i);
    out[i] = is_word_character(c) || c == '$';
  }
  return out;
}();

std::size_t word_end(std::string_view sql, std::size_t at, bool number) {
  while (at < sql.size() && (k_word_parts[static_cast<unsigned char>(sql[at])] || (number && sql[at] == '.'))) ++at;
  return at;
}

/// Of eight characters at a time: those between A and Z in lower case.
std::uint64_t lower_of_eight(std::uint64_t text) {
  constexpr std::uint64_t k_each = 0x0101010101010101U;
  const std::uint64_t low = text & (0x7f * k_each);
  const std::uint64_t from_a = low + (0x80 - 'A') * k_each, behind_z = low + (0x80 - 'Z' - 1) * k_each;
  return text | ((from_a & ~behind_z & ~text & (0x80 * k_each)) >> 2);
}

/// lexeme_key() of a part of `sql`, without a loop where eight characters can be read.
std::uint64_t key_of(std::string_view sql, std::size_t at, std::size_t size) {
  std::uint64_t text = 0;
  const bool fits = sql.size() - at >= sizeof text;
  if (!fits || std::endian::native != std::endian::little) return lexeme_key(sql.substr(at, size));
  std::memcpy(&text, sql.data() + at, sizeof text);
  if (size < sizeof text) text &= (std::uint64_t{1} << (8 * size)) - 1;
  return lower_of_eight(text);
}

}  // namespace

void Lexemes::add(Lexeme::Kind kind, std::string_view text, std::uint64_t key) {
  m_list.push_back({kind, static_cast<std::uint32_t>(m_open.size()), 0, text, key});
  m_keys[key_bit(key)] = true;
  if (kind == Lexeme::Kind::word || kind == Lexeme::Kind::name) m_longest_name = std::max(m_longest_name, text.size());
}

void Lexemes::read(Engine engine, std::string_view sql) {
  constexpr std::size_t k_bytes_per_lexeme = 3, k_usual_depth = 8;
  m_engine = engine;
  m_keys.reset();
  m_longest_name = 0;
  m_list.clear();
  m_open.clear();
  m_list.reserve(sql.size() / k_bytes_per_lexeme);
  m_open.reserve(k_usual_depth);
  for (std::size_t at = 0; at < sql.size();) {
    std::size_t end = at + 1;
    const Start start = start_of(sql[at]);
    if (start == Start::word || start == Start::digit) {
      const bool number = start == Start::digit;
      end = word_end(sql, at, number);
      const std::string_view text = sql.substr(at, end - at);
      const Lexeme::Kind kind = number ? Lexeme::Kind::number : Lexeme::Kind::word;
      add(kind, text, number ? 0 : key_of(sql, at, text.size()));
    } else if (start != Start::blank) {
      end = start == Start::opaque ? skip_opaque(engine, sql, at) : at;
      if (end != at) {
        add_quoted(sql, at, end);
      } else {
        end = at + mark_size(sql, at);
        add_mark(sql.substr(at, end - at));
      }
    }
    at = end;
  }
}

void Lexemes::add_quoted(std::string_view sql, std::size_t start, std::size_t end) {
  const std::string_view text = sql.substr(start, end - start);
  if (is_comment(text)) return;
  const Lexeme::Kind kind = quoted_kind(m_engine, text[0]);
  const bool joins = !m_list.empty() && m_list.back().kind == kind && m_list.back().text.end() == text.begin();
  if (joins) {  // a doubled quote inside a literal or name makes two pieces of it
    const std::size_t size = m_list.back().text.size() + text.size();
    m_list.back().text = sql.substr(end - size, size);
    if (kind == Lexeme::Kind::name) m_longest_name = std::max(m_longest_name, size);
    return;
  }
  add(kind, text, 0);
}

void Lexemes::add_mark(std::string_view text) {
  if (text == ")" && !m_open.empty()) {
    m_list[m_open.back()].behind = static_cast<std::uint32_t>(m_list.size() + 1);
    m_open.pop_back();
  }
  add(Lexeme::Kind::mark, text, lexeme_key(text));
  if (text == "(") m_open.push_back(m_list.size() - 1);
}

std::string Lexemes::name(std::size_t i) const {
  if (!is_name(i)) return {};
  const Lexeme& lexeme = m_list[i];
  if (lexeme.kind == Lexeme::Kind::word) return to_lower(lexeme.text);
  const std::string_view inside = lexeme.text.substr(1, lexeme.text.size() >= 2 ? lexeme.text.size() - 2 : 0);
  return m_engine == Engine::postgresql ? std::string(inside) : to_lower(inside);
}

std::size_t Lexemes::find(std::size_t from, std::initializer_list<Keyword> words) const {
  if (from >= m_list.size() || !may_have_any(words)) return m_list.size();
  const std::size_t depth = m_list[from].depth;
  for (std::size_t i = from; i < m_list.size() && m_list[i].depth >= depth; i = next(i)) {
    if (is_any(i, words)) return i;
  }
  return m_list.size();
}

std::size_t Lexemes::behind_group(std::size_t open) const {
  return open < m_list.size() && m_list[open].behind != 0 ? m_list[open].behind : m_list.size();
}

}  // namespace dbw::review
