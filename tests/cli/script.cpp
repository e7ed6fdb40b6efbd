#include "script.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw::test {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_time(char c) { return is_digit(c) || c == '-' || c == ':' || c == 'T' || c == 'Z'; }
bool is_id(char c) { return is_digit(c) || (c >= 'A' && c <= 'Z') || c == '-'; }

struct Placeholder {
  std::string_view text;
  bool (*allowed)(char);
};
constexpr std::array<Placeholder, 4> k_placeholders = {
    {{"<hex>", is_hex}, {"<time>", is_time}, {"<id>", is_id}, {"<n>", is_digit}}};

bool placeholder_matches(const Placeholder& placeholder, std::string_view pattern, std::string_view line) {
  std::size_t taken = 0;
  while (taken < line.size() && placeholder.allowed(line[taken])) ++taken;
  for (; taken > 0; --taken) {
    if (line_matches(pattern.substr(placeholder.text.size()), line.substr(taken))) return true;
  }
  return false;
}

bool match_from(const std::vector<std::string>& patterns, std::size_t p, const std::vector<std::string_view>& lines,
                std::size_t l) {
  if (p == patterns.size()) return l == lines.size();
  if (patterns[p] == "...") {
    for (std::size_t next = l; next <= lines.size(); ++next) {
      if (match_from(patterns, p + 1, lines, next)) return true;
    }
    return false;
  }
  return l < lines.size() && line_matches(patterns[p], lines[l]) && match_from(patterns, p + 1, lines, l + 1);
}

/// "[exit 2]"
bool read_exit(std::string_view line, int& status) {
  constexpr std::string_view prefix = "[exit ";
  if (line.substr(0, prefix.size()) != prefix || line.back() != ']') return false;
  const char* end = line.data() + line.size() - 1;
  const auto [stop, error] = std::from_chars(line.data() + prefix.size(), end, status);
  return error == std::errc() && stop == end;
}

}  // namespace

std::vector<ScriptStep> parse_script(std::string_view text) {
  std::vector<ScriptStep> steps;
  int number = 0;
  bool in_command = false;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    const bool command = line.substr(0, 2) == "$ ";
    const bool more = in_command && line.substr(0, 2) == "> ";
    in_command = command || more;
    if (command) {
      steps.push_back({std::string(line.substr(2)), {}, 0, number});
    } else if (more) {
      steps.back().command += "\n" + std::string(line.substr(2));
    } else if (line.substr(0, 1) == "#" || (steps.empty() && line.empty())) {
      continue;
    } else if (steps.empty()) {
      throw Error(ErrorCode::bad_encoding, fmt::format("line {}: expected a command (\"$ ...\")", number));
    } else if (!read_exit(line, steps.back().status)) {
      steps.back().expected.emplace_back(line);
    }
  }
  for (ScriptStep& step : steps) {  // empty lines between commands are layout
    while (!step.expected.empty() && step.expected.back().empty()) step.expected.pop_back();
  }
  return steps;
}

bool line_matches(std::string_view pattern, std::string_view line) {
  for (;;) {
    if (pattern.empty()) return line.empty();
    if (pattern.substr(0, 3) == "...") {
      for (std::size_t next = 0; next <= line.size(); ++next) {
        if (line_matches(pattern.substr(3), line.substr(next))) return true;
      }
      return false;
    }
    for (const Placeholder& each : k_placeholders) {
      if (pattern.substr(0, each.text.size()) == each.text) return placeholder_matches(each, pattern, line);
    }
    if (line.empty() || pattern[0] != line[0]) return false;
    pattern.remove_prefix(1);
    line.remove_prefix(1);
  }
}

bool lines_match(const std::vector<std::string>& patterns, const std::vector<std::string_view>& lines) {
  return match_from(patterns, 0, lines, 0);
}

GuidePage parse_page(std::string_view markdown) {
  constexpr std::string_view fence = "```", yaml = "```yaml";
  GuidePage page;
  std::string* open = nullptr;
  std::string ignored;
  for (const std::string_view line : split_lines(markdown)) {
    if (open != nullptr && line == fence) {
      open = nullptr;
    } else if (open != nullptr) {
      *open += std::string(line) + "\n";
      if (open == &page.script) continue;
    } else if (line == "```console") {
      open = &page.script;
    } else if (line == yaml) {
      open = &page.quotations.emplace_back();
    } else if (line.substr(0, yaml.size()) == yaml) {
      open = &page.files[std::string(trim(line.substr(yaml.size())))];
    } else if (line.substr(0, fence.size()) == fence) {
      open = &ignored;
    }
    page.script += "\n";
  }
  if (open != nullptr) throw Error(ErrorCode::bad_encoding, "a block of the page is not closed");
  return page;
}

}  // namespace dbw::test
