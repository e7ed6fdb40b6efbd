#include <algorithm>

#include "sqlparse/sqlite/shape.hpp"

/// Does a condition choose rows at all? It is judged from its tokens: alternatives, conjunctions, comparisons of a
/// thing with itself, and conditions without any column.
namespace dbw::sqlparse::sqlite {
namespace {

enum class Truth { unknown, always, never };
constexpr int k_condition_depth_max = 200;

using Tokens = std::vector<Token>;

Truth truth(const Tokens& tokens, ByteRange range, int depth);

/// A range without the parentheses around all of it.
ByteRange strip(const Tokens& tokens, ByteRange range) {
  while (range.end > range.start + 1 && tokens[range.start].lower == "(" &&
         Cursor(tokens, range.start, range.end).after_group(range.start) == range.end &&
         tokens[range.end - 1].lower == ")") {
    range = {range.start + 1, range.end - 1};
  }
  return range;
}

/// The parts between a word outside parentheses; the AND of BETWEEN ... AND stays inside its part.
std::vector<ByteRange> parts(const Tokens& tokens, ByteRange range, std::string_view separator) {
  std::vector<ByteRange> out;
  int depth = 0;
  int between = 0;
  std::size_t start = range.start;
  for (std::size_t i = range.start; i < range.end; ++i) {
    const std::string& word = tokens[i].lower;
    if (word == "(" || word == "case") ++depth;
    if (word == ")" || word == "end") --depth;
    if (depth != 0) continue;
    if (word == "between") ++between;
    if (word != separator) continue;
    if (word == "and" && between > 0) {
      --between;
      continue;
    }
    out.push_back({start, i});
    start = i + 1;
  }
  out.push_back({start, range.end});
  return out;
}

bool is_literal(const Token& token) {
  return token.kind == TokenKind::number || token.kind == TokenKind::string || token.kind == TokenKind::blob ||
         token.lower == "true" || token.lower == "false" || token.lower == "null";
}

/// Anything that could differ between rows; a double-quoted word may be a column.
bool varies(const Tokens& tokens, ByteRange range) {
  return std::any_of(tokens.begin() + static_cast<std::ptrdiff_t>(range.start),
                     tokens.begin() + static_cast<std::ptrdiff_t>(range.end), [](const Token& token) {
                       if (!token.is_name()) return false;
                       for (const std::string_view word : {"true", "false", "null", "and", "or", "not", "is", "in",
                                                           "like", "between", "case", "when", "then", "else", "end"}) {
                         if (token.lower == word) return false;
                       }
                       return true;
                     });
}

Truth of_literal(const Token& token) {
  if (token.lower == "true") return Truth::always;
  const bool nonzero = token.kind == TokenKind::number && token.text.find_first_of("123456789") != std::string::npos;
  return nonzero ? Truth::always : Truth::never;
}

bool same_text(const Tokens& tokens, ByteRange a, ByteRange b) {
  if (a.end - a.start != b.end - b.start || a.start == a.end) return false;
  for (std::size_t i = 0; i < a.end - a.start; ++i) {
    const Token& left = tokens[a.start + i];
    const Token& right = tokens[b.start + i];
    const bool same =
        left.lower.empty() || right.lower.empty() ? left.name() == right.name() : left.lower == right.lower;
    if (!same) return false;
  }
  return true;
}

Truth of_comparison(const Tokens& tokens, ByteRange range) {
  int depth = 0;
  for (std::size_t i = range.start; i < range.end; ++i) {
    const std::string& op = tokens[i].lower;
    if (op == "(") ++depth;
    if (op == ")") --depth;
    if (depth != 0) continue;
    const bool equality = op == "=" || op == "==" || op == ">=" || op == "<=" || op == "is";
    const bool inequality = op == "<>" || op == "!=" || op == "<" || op == ">";
    if (!equality && !inequality) continue;
    const ByteRange left{range.start, i};
    const ByteRange right{i + 1, range.end};
    if (same_text(tokens, left, right)) return equality ? Truth::always : Truth::never;
    const bool literals = left.end - left.start == 1 && right.end - right.start == 1 &&
                          is_literal(tokens[left.start]) && is_literal(tokens[right.start]);
    if (literals && (op == "=" || op == "==")) return Truth::never;
    break;
  }
  return varies(tokens, range) ? Truth::unknown : Truth::always;
}

Truth truth(const Tokens& tokens, ByteRange range, int depth) {
  if (depth > k_condition_depth_max) return Truth::always;
  range = strip(tokens, range);
  if (range.start >= range.end) return Truth::unknown;
  if (range.end - range.start == 1 && is_literal(tokens[range.start])) return of_literal(tokens[range.start]);
  const std::vector<ByteRange> alternatives = parts(tokens, range, "or");
  if (alternatives.size() > 1) {
    for (const ByteRange& part : alternatives) {
      if (truth(tokens, part, depth + 1) == Truth::always) return Truth::always;
    }
    return Truth::unknown;
  }
  const std::vector<ByteRange> conjunction = parts(tokens, range, "and");
  if (conjunction.size() > 1) {
    bool all = true;
    for (const ByteRange& part : conjunction) all = truth(tokens, part, depth + 1) == Truth::always && all;
    return all ? Truth::always : Truth::unknown;
  }
  if (tokens[range.start].lower == "not") {
    const Truth inner = truth(tokens, {range.start + 1, range.end}, depth + 1);
    return inner == Truth::never ? Truth::always : inner == Truth::always ? Truth::never : Truth::unknown;
  }
  return of_comparison(tokens, range);
}

}  // namespace

Restriction restriction_of(const std::vector<Token>& tokens, ByteRange positions) {
  return truth(tokens, positions, 0) == Truth::always ? Restriction::always_true : Restriction::some;
}

}  // namespace dbw::sqlparse::sqlite
