#include "review/lookalikes.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>

#include "base/text.hpp"

namespace dbw::review {
namespace {

struct Lookalike {
  std::uint32_t code_point;
  char ascii;
};

/// Sorted by code point. Letters of Latin extensions, Greek, Cyrillic and Armenian whose common shape is that of an
/// ASCII letter.
constexpr Lookalike k_lookalikes[] = {
    {0x0131, 'i'}, {0x017f, 'f'}, {0x0251, 'a'}, {0x0261, 'g'}, {0x0269, 'i'}, {0x028b, 'u'}, {0x0391, 'A'},
    {0x0392, 'B'}, {0x0395, 'E'}, {0x0396, 'Z'}, {0x0397, 'H'}, {0x0399, 'I'}, {0x039a, 'K'}, {0x039c, 'M'},
    {0x039d, 'N'}, {0x039f, 'O'}, {0x03a1, 'P'}, {0x03a4, 'T'}, {0x03a5, 'Y'}, {0x03a7, 'X'}, {0x03b1, 'a'},
    {0x03b3, 'y'}, {0x03b9, 'i'}, {0x03ba, 'k'}, {0x03bd, 'v'}, {0x03bf, 'o'}, {0x03c1, 'p'}, {0x03c3, 'o'},
    {0x03c5, 'u'}, {0x03f2, 'c'}, {0x03f3, 'j'}, {0x0405, 'S'}, {0x0406, 'I'}, {0x0408, 'J'}, {0x0410, 'A'},
    {0x0412, 'B'}, {0x0415, 'E'}, {0x0417, '3'}, {0x041a, 'K'}, {0x041c, 'M'}, {0x041d, 'H'}, {0x041e, 'O'},
    {0x0420, 'P'}, {0x0421, 'C'}, {0x0422, 'T'}, {0x0423, 'Y'}, {0x0425, 'X'}, {0x042c, 'b'}, {0x0430, 'a'},
    {0x0433, 'r'}, {0x0435, 'e'}, {0x043a, 'k'}, {0x043e, 'o'}, {0x0440, 'p'}, {0x0441, 'c'}, {0x0443, 'y'},
    {0x0445, 'x'}, {0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'}, {0x04ae, 'Y'}, {0x04af, 'y'}, {0x04ba, 'h'},
    {0x04bb, 'h'}, {0x04c0, 'I'}, {0x04cf, 'l'}, {0x0501, 'd'}, {0x051a, 'Q'}, {0x051b, 'q'}, {0x051c, 'W'},
    {0x051d, 'w'}, {0x054d, 'U'}, {0x0555, 'O'}, {0x0563, 'q'}, {0x0566, 'q'}, {0x0570, 'h'}, {0x0578, 'n'},
    {0x057d, 'u'}, {0x0581, 'g'}, {0x0585, 'o'},
};

struct ScriptRange {
  std::uint32_t first, last;
  std::string_view script;
};
constexpr ScriptRange k_scripts[] = {
    {'A', 'Z', "Latin"},        {'a', 'z', "Latin"},           {0x00c0, 0x02af, "Latin"},
    {0x0370, 0x03ff, "Greek"},  {0x0400, 0x052f, "Cyrillic"},  {0x0530, 0x058f, "Armenian"},
    {0x0590, 0x05ff, "Hebrew"}, {0x0600, 0x06ff, "Arabic"},    {0x1e00, 0x1eff, "Latin"},
    {0x1f00, 0x1fff, "Greek"},  {0x3040, 0x30ff, "Kana"},      {0x4e00, 0x9fff, "Han"},
    {0xac00, 0xd7af, "Hangul"}, {0xff21, 0xff5a, "fullwidth"}, {0x1d400, 0x1d7ff, "mathematical"},
};

/// The character at `at`, and moves behind it. What is no UTF-8 counts as one character per byte.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
  std::uint32_t code_point = more == 0 ? lead : lead & (0x3fu >> more);
  for (int i = 0; i < more && at < text.size(); ++i)
    code_point = code_point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3fu);
  return code_point;
}

/// The ASCII character of the same shape, or 0.
char ascii_shape(std::uint32_t code_point) {
  if (code_point < 0x80) return static_cast<char>(code_point);
  if (code_point >= 0xff01 && code_point <= 0xff5e) return static_cast<char>(code_point - 0xfee0);
  if (code_point >= 0x1d400 && code_point <= 0x1d6a3) {  // alphabets of 26 capitals and 26 small letters each
    const std::uint32_t letter = (code_point - 0x1d400) % 52;
    return static_cast<char>(letter < 26 ? 'A' + letter : 'a' + (letter - 26));
  }
  const auto found = std::lower_bound(std::begin(k_lookalikes), std::end(k_lookalikes), code_point,
                                      [](const Lookalike& row, std::uint32_t value) { return row.code_point < value; });
  return found != std::end(k_lookalikes) && found->code_point == code_point ? found->ascii : '\0';
}

void append_shape(std::string& out, char c, bool capitals) {
  if (c == '1' || c == 'I' || c == '|') {
    out += 'l';
  } else if (c == '0') {
    out += capitals ? 'O' : 'o';
  } else if (c == 'm') {
    out += "rn";
  } else {
    out += c;
  }
}

}  // namespace

std::string latin_look(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t start = at;
    const char shape = ascii_shape(next_code_point(name, at));
    if (shape == '\0') {
      out += name.substr(start, at - start);
    } else {
      out += shape;
    }
  }
  return out;
}

std::string skeleton(std::string_view name) {
  const std::string look = is_ascii(name) ? std::string(name) : latin_look(name);
  const bool capitals = std::any_of(look.begin(), look.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  std::string out;
  out.reserve(look.size());
  for (const char c : look) append_shape(out, c, capitals);
  return out;
}

std::vector<std::string_view> scripts_of(std::string_view name) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < name.size();) {
    const std::uint32_t code_point = next_code_point(name, at);
    for (const ScriptRange& range : k_scripts) {
      if (code_point < range.first || code_point > range.last) continue;
      if (std::find(out.begin(), out.end(), range.script) == out.end()) out.push_back(range.script);
    }
  }
  return out;
}

void Lookalikes::take(const sqlparse::Statement& statement) {
  for (const sqlparse::ObjectUse& object : statement.objects) take_name(object.name.name);
  for (const sqlparse::ColumnDefinition& column : statement.columns) take_name(column.name);
  for (const sqlparse::AlterAction& action : statement.actions) {
    take_name(action.column.name);
    take_name(action.new_name);
  }
}

void Lookalikes::take_name(const std::string& name) {
  if (name.empty()) return;
  std::string_view& last = m_recent[std::hash<std::string_view>()(name) % m_recent.size()];
  if (name == last) return;
  last = name;
  if (m_seen.insert(name).second) m_any |= !m_first.try_emplace(skeleton(name), name).second;
}

std::optional<std::string> Lookalikes::of(const std::string& name) const {
  const auto found = m_first.find(skeleton(name));
  if (found == m_first.end() || found->second == name) return std::nullopt;
  return std::string(found->second);
}

}  // namespace dbw::review
