#include <algorithm>

#include "base/text.hpp"
#include "sqlparse/mysql/shape.hpp"

/// Does a condition choose rows at all? It is judged from its tokens: alternatives, conjunctions, comparisons of a
/// thing with itself, and conditions without any column.
namespace dbw::sqlparse::mysql {
namespace {

enum class Truth { unknown, always, never };
constexpr int k_condition_depth_max = 60;

constexpr std::string_view k_constant_words[] = {"true", "false", "null", "and",  "or",      "not",
                                                 "is",   "in",    "xor",  "like", "between", "case",
                                                 "when", "then",  "else", "end",  "div",     "mod"};

Truth truth(const Tokens& t, ByteRange range, int depth);

ByteRange strip(const Tokens& t, ByteRange range) {
  while (range.end > range.start + 1 && t.is(range.start, "(") && t.match(range.start) == range.end - 1)
    range = {range.start + 1, range.end - 1};
  return range;
}

/// Where the operators stand that join conditions, outside parentheses; the AND of BETWEEN ... AND joins none.
struct Operators {
  std::vector<std::size_t> alternatives, differences, conjunctions;
};

Operators operators_in(const Tokens& t, ByteRange range) {
  Operators out;
  int cases = 0;
  int between = 0;
  for (Cursor cursor(t, range); !cursor.done(); cursor.skip()) {
    const std::size_t i = cursor.position();
    if (t.is(i, "case")) ++cases;
    if (t.is(i, "end")) --cases;
    if (cases > 0) continue;
    if (t.is(i, "between")) ++between;
    if (t.is(i, "and") && between > 0) {
      --between;
      continue;
    }
    if (t.is(i, "or") || t.is(i, "||")) out.alternatives.push_back(i);
    if (t.is(i, "xor")) out.differences.push_back(i);
    if (t.is(i, "and") || t.is(i, "&&")) out.conjunctions.push_back(i);
  }
  return out;
}

/// True where a part of the range between these operators is always true.
bool any_always(const Tokens& t, ByteRange range, const std::vector<std::size_t>& operators, int depth) {
  for (const std::size_t each : operators) {
    if (truth(t, {range.start, each}, depth) == Truth::always) return true;
    range.start = each + 1;
  }
  return truth(t, range, depth) == Truth::always;
}

bool all_always(const Tokens& t, ByteRange range, const std::vector<std::size_t>& operators, int depth) {
  for (const std::size_t each : operators) {
    if (truth(t, {range.start, each}, depth) != Truth::always) return false;
    range.start = each + 1;
  }
  return truth(t, range, depth) == Truth::always;
}

bool is_literal(const Tokens& t, std::size_t i) {
  return t.is_kind(i, TokenKind::number) || t.is_kind(i, TokenKind::string) || t.is(i, "true") || t.is(i, "false") ||
         t.is(i, "null");
}

/// Anything that could differ between rows.
bool varies(const Tokens& t, ByteRange range) {
  for (std::size_t i = range.start; i < range.end; ++i) {
    if (t.is_name(i) && !t.is_any(i, k_constant_words)) return true;
  }
  return false;
}

Truth of_literal(const Tokens& t, std::size_t i) {
  if (t.is(i, "true")) return Truth::always;
  const std::string_view text = t.text(i);
  if (t.is_kind(i, TokenKind::number))
    return text.find_first_of("123456789") != std::string_view::npos ? Truth::always : Truth::never;
  if (!t.is_kind(i, TokenKind::string)) return Truth::never;
  const bool number = text.size() > 2 && text.find_first_of("123456789") != std::string_view::npos;
  return number ? Truth::always : Truth::never;
}

bool same_text(const Tokens& t, ByteRange a, ByteRange b) {
  if (a.end - a.start != b.end - b.start || a.start == a.end) return false;
  for (std::size_t i = 0; i < a.end - a.start; ++i) {
    const bool names = t.is_name(a.start + i) && t.is_name(b.start + i);
    const bool same = names ? to_lower(t.name(a.start + i)) == to_lower(t.name(b.start + i))
                            : t.text(a.start + i) == t.text(b.start + i);
    if (!same) return false;
  }
  return true;
}

Truth of_comparison(const Tokens& t, ByteRange range) {
  for (Cursor cursor(t, range); !cursor.done(); cursor.skip()) {
    const std::size_t i = cursor.position();
    const bool equality = t.is(i, "=") || t.is(i, "<=>") || t.is(i, ">=") || t.is(i, "<=") || t.is(i, "like");
    const bool inequality = t.is(i, "<>") || t.is(i, "!=") || t.is(i, "<") || t.is(i, ">");
    if (!equality && !inequality) continue;
    const ByteRange left{range.start, i};
    const ByteRange right{i + 1, range.end};
    if (same_text(t, left, right)) return equality ? Truth::always : Truth::never;
    const bool literals = left.end - left.start == 1 && right.end - right.start == 1 && is_literal(t, left.start) &&
                          is_literal(t, right.start);
    if (literals && t.is(i, "=") && t[left.start].kind == t[right.start].kind) return Truth::never;
    break;
  }
  return varies(t, range) ? Truth::unknown : Truth::always;
}

Truth negated(Truth inner) {
  if (inner == Truth::unknown) return inner;
  return inner == Truth::never ? Truth::always : Truth::never;
}

Truth truth(const Tokens& t, ByteRange range, int depth) {
  if (depth > k_condition_depth_max) return Truth::always;
  range = strip(t, range);
  if (range.start >= range.end) return Truth::unknown;
  if (range.end - range.start == 1 && is_literal(t, range.start)) return of_literal(t, range.start);
  const Operators operators = operators_in(t, range);
  if (!operators.alternatives.empty())
    return any_always(t, range, operators.alternatives, depth + 1) ? Truth::always : Truth::unknown;
  if (!operators.differences.empty()) return varies(t, range) ? Truth::unknown : Truth::always;
  if (!operators.conjunctions.empty())
    return all_always(t, range, operators.conjunctions, depth + 1) ? Truth::always : Truth::unknown;
  // Behind NOT there is no operator left to split at.
  bool inverted = false;
  while (t.is(range.start, "not") || t.is(range.start, "!")) {
    inverted = !inverted;
    if (++range.start >= range.end) return Truth::unknown;
  }
  const ByteRange inner = strip(t, range);
  const bool literal = range.end - range.start == 1 && is_literal(t, range.start);
  const bool whole = inner == range && !literal;
  const Truth found = whole ? of_comparison(t, range) : truth(t, range, depth + 1);
  return inverted ? negated(found) : found;
}

}  // namespace

Restriction restriction_of(const Tokens& tokens, ByteRange positions) {
  return truth(tokens, positions, 0) == Truth::always ? Restriction::always_true : Restriction::some;
}

}  // namespace dbw::sqlparse::mysql
