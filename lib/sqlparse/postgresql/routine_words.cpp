#include "sqlparse/postgresql/routine_words.hpp"

#include "base/text.hpp"
#include "sqlparse/postgresql/lexer.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

constexpr std::string_view k_operator_characters = "+-*/<>=~!@#%^&|`?";
/// Pieces grow with the square; of longer runs nothing is said.
constexpr std::size_t k_run_bytes_max = 16;
/// The server cuts longer names.
constexpr std::size_t k_name_bytes_max = 63;

std::string name_of(const Token& token, std::string_view text) {
  if (token.kind == TokenKind::word) return to_lower(token.text(text));
  std::string out;
  const std::string_view inside = token.text(text).substr(1, token.text(text).size() - 2);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    out += inside[i];
    if (inside[i] == '"') ++i;  // doubled
  }
  return out;
}

void add_run(std::string_view run, RoutineWords& out) {
  if (run.size() > k_run_bytes_max) {
    out.unclear = true;
    return;
  }
  for (std::size_t start = 0; start < run.size(); ++start) {
    for (std::size_t size = 1; start + size <= run.size(); ++size) out.operators.emplace(run.substr(start, size));
  }
}

}  // namespace

RoutineWords routine_words(std::string_view body) {
  RoutineWords out;
  std::string name;  // of the token before, where it is one
  bool behind_dot = false, behind_hash = false;
  std::string run;  // of operator characters
  std::size_t run_end = 0;
  for (const Token& token : tokenize(body)) {
    if (token.kind == TokenKind::comment) continue;
    const std::string_view text = token.text(body);
    const bool is_operator =
        token.kind == TokenKind::punctuation && text.find_first_not_of(k_operator_characters) == std::string_view::npos;
    if (!run.empty() && (!is_operator || token.range.start != run_end)) {
      add_run(run, out);
      run.clear();
    }
    if (is_operator) {
      run += text;
      run_end = token.range.end;
    }
    const bool is_name = token.kind == TokenKind::word || token.kind == TokenKind::quoted_identifier;
    if (token.kind == TokenKind::unicode_identifier || token.kind == TokenKind::unterminated) out.unclear = true;
    // TREAT(x AS name) calls name(x).
    if (is_word(token, body, "execute") || is_word(token, body, "treat")) out.unclear = true;
    if (name == "raise" && (is_word(token, body, "log") || is_word(token, body, "warning"))) out.logs = true;
    if (behind_hash && is_word(token, body, "option")) out.logs = true;  // #option dump
    if (token.kind == TokenKind::word && !is_ascii(text)) out.beyond_ascii = true;
    if (is_punctuation(token, body, '(') && !name.empty()) out.calls.insert(name);
    name = is_name ? name_of(token, body) : std::string();
    if (is_name) out.words.insert(name);
    if (name.size() > k_name_bytes_max) out.unclear = true;
    if (is_name && behind_dot) out.members.insert(name);
    behind_dot = is_punctuation(token, body, '.');
    behind_hash = is_punctuation(token, body, '#');
  }
  add_run(run, out);
  return out;
}

}  // namespace dbw::sqlparse::postgresql
