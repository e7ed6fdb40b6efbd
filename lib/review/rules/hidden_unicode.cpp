#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// UTF-8 of the blanks that look like a space and are none to the parser (or only to some parsers).
constexpr std::string_view k_wide_blanks[] = {
    "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84",
    "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
    "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xc2\x85"};

/// One finding blocks. Every search may read to the end of the text, so binary input must not be searched a million
/// times.
constexpr std::size_t k_places_max = 50;

std::size_t find_wide_blank(std::string_view text) {
  std::size_t first = std::string_view::npos;
  if (is_ascii(text)) return first;
  for (const std::string_view blank : k_wide_blanks) first = std::min(first, text.find(blank));
  return first;
}

void check_hidden_unicode_file(const RuleInput& in, Findings& out) {
  const std::string_view sql = in.file.parsed.sql;
  std::size_t from = 0;
  for (std::size_t places = 0; from < sql.size() && places < k_places_max; ++places) {
    std::string what;
    const std::size_t forbidden = find_forbidden_character(sql.substr(from), true, &what);
    const std::size_t blank = find_wide_blank(sql.substr(from));
    const std::size_t at = std::min(forbidden, blank);
    if (at == std::string_view::npos) break;
    if (blank < forbidden) what = "a blank that is not ASCII";
    const std::size_t start = from + at;
    from = start + 1;
    while (from < sql.size() && (static_cast<unsigned char>(sql[from]) & 0xc0) == 0x80) ++from;
    out.add({start, from}, "the text holds " + what);
  }
}

}  // namespace

constinit const Rule k_rule_hidden_unicode = {
    .info =
        {
            .id = "hidden-unicode",
            .category = "security",
            .engines = k_every_engine,
            .severity = model::Severity::block,
            .suppressible = false,
            .summary = "Characters that do not show what they are: bidirectional controls, zero-width and non-ASCII "
                       "blanks, control characters, invalid UTF-8.",
            .why = "What a reviewer sees and what the server runs are then two different texts, in comments and "
                   "literals as well.",
            .instead =
                "Remove the character; write it as an escape where a value really needs it, for example U&'\\200D'.",
            .sources = "Unicode Technical Report 36; CVE-2021-42574.",
        },
    .on_file = check_hidden_unicode_file,
};

}  // namespace dbw::review
