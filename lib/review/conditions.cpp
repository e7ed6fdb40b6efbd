#include "review/conditions.hpp"

#include <string_view>

#include "base/text.hpp"

namespace dbw::review {
namespace {

/// One pair of parentheses stands around all of it.
bool is_wrapped(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (depth == 0) return i > 0 && i + 1 == text.size();
  }
  return false;
}

/// "((name IS NOT NULL))" -> "name is not null", without quotes and outer parentheses.
std::string plain_expression(std::string_view expression) {
  std::string text = to_lower(trim(expression));
  while (is_wrapped(text)) {
    text = std::string(trim(std::string_view(text).substr(1, text.size() - 2)));
  }
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t';
    if (c == '"' || (blank && !out.empty() && out.back() == ' ')) continue;
    out += blank ? ' ' : c;
  }
  return out;
}

}  // namespace

std::vector<std::string> conjuncts(const std::string& expression) {
  const std::string text = plain_expression(expression);
  if (expression.find_first_of("'\"$[/") != std::string::npos) return {text};
  for (const std::string_view word : {" or ", "between ", "case "}) {
    if (text.find(word) != std::string::npos) return {text};
  }
  std::vector<std::string> out;
  int depth = 0;
  std::size_t start = 0;
  constexpr std::string_view k_and = " and ";
  for (std::size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (depth != 0 || text.compare(i, k_and.size(), k_and) != 0) continue;
    out.push_back(plain_expression(std::string_view(text).substr(start, i - start)));
    start = i + k_and.size();
  }
  out.push_back(plain_expression(std::string_view(text).substr(start)));
  return out;
}

}  // namespace dbw::review
