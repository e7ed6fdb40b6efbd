#include "module_table.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dbw::test {
namespace {

using Row = std::vector<std::string>;

/// The rows of the Markdown table between two markers, without heading and rule.
std::vector<Row> table_rows(std::string_view markdown, std::string_view marker) {
  const auto start = markdown.find(fmt::format("<!-- {} -->", marker));
  const auto end = markdown.find(fmt::format("<!-- /{} -->", marker));
  std::vector<Row> rows;
  if (start == std::string_view::npos || end == std::string_view::npos) return rows;
  for (const std::string_view line : split_lines(markdown.substr(start, end - start))) {
    if (line.substr(0, 3) != "| `") continue;
    Row row;
    for (const std::string& cell : split(line.substr(1), '|')) row.emplace_back(trim(cell));
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The words in back-ticks.
std::vector<std::string> quoted_words(std::string_view cell) {
  std::vector<std::string> words;
  const auto parts = split(cell, '`');
  for (std::size_t i = 1; i < parts.size(); i += 2) words.push_back(parts[i]);
  return words;
}

/// Which row of the header table a header falls under; "" for the standard library and the system.
std::string header_prefix(const std::string& header, const std::map<std::string, std::set<std::string>>& headers) {
  std::string best;
  for (const auto& [prefix, modules] : headers) {
    if (header.compare(0, prefix.size(), prefix) == 0 && prefix.size() > best.size()) best = prefix;
  }
  return best;
}

/// C and C++ standard headers have no dot or come from this list of POSIX and C ones.
bool is_system_header(const std::string& header) {
  static const std::set<std::string> k_posix = {
      "dirent.h", "dlfcn.h", "errno.h", "fcntl.h", "grp.h",  "malloc.h", "netdb.h",   "poll.h",   "pthread.h", "pwd.h",
      "signal.h", "spawn.h", "stdio.h", "sched.h", "time.h", "syslog.h", "termios.h", "unistd.h", "limits.h"};
  const bool standard = header.find_first_of("./") == std::string::npos;
  return standard || k_posix.count(header) == 1 || header.compare(0, 4, "sys/") == 0 ||
         header.compare(0, 6, "linux/") == 0 || header.compare(0, 8, "netinet/") == 0 ||
         header.compare(0, 5, "arpa/") == 0;
}

}  // namespace

std::map<std::string, Module> parse_modules(std::string_view markdown) {
  std::map<std::string, Module> modules;
  for (const Row& row : table_rows(markdown, "modules")) {
    Module module;
    module.floor = std::stoi(row.at(1));
    for (const std::string& used : quoted_words(row.at(2))) module.uses.insert(used);
    modules[quoted_words(row.at(0)).at(0)] = std::move(module);
  }
  return modules;
}

std::map<std::string, std::set<std::string>> parse_headers(std::string_view markdown) {
  std::map<std::string, std::set<std::string>> headers;
  for (const Row& row : table_rows(markdown, "headers")) {
    const auto users = quoted_words(row.at(1));
    for (const std::string& prefix : quoted_words(row.at(0))) headers[prefix].insert(users.begin(), users.end());
  }
  return headers;
}

std::vector<Include> parse_includes(std::string_view source) {
  std::vector<Include> includes;
  int number = 0;
  for (const std::string_view raw : split_lines(source)) {
    ++number;
    std::string_view line = trim(raw);
    if (line.substr(0, 1) != "#") continue;
    line = trim(line.substr(1));
    if (line.substr(0, 7) != "include") continue;
    line = trim(line.substr(7));
    const bool angled = line.substr(0, 1) == "<";
    const auto end = line.find(angled ? '>' : '"', 1);
    includes.push_back({std::string(line.substr(1, end - 1)), angled, number});
  }
  return includes;
}

std::string code_only(std::string_view source) {
  std::string out;
  for (std::size_t i = 0; i < source.size();) {
    if (source.substr(i, 2) == "//") {
      i = std::min(source.find('\n', i), source.size());
    } else if (source.substr(i, 2) == "/*") {
      i = std::min(source.find("*/", i), source.size() - 2) + 2;
    } else if (source.substr(i, 2) == "R\"") {
      const auto open = source.find('(', i);
      const std::string close = fmt::format("){}\"", source.substr(i + 2, open - i - 2));
      i = std::min(source.find(close, open), source.size() - close.size()) + close.size();
    } else if (source[i] == '"' ||
               (source[i] == '\'' && (i == 0 || !std::isalnum(static_cast<unsigned char>(source[i - 1]))))) {
      const char quote = source[i];
      for (++i; i < source.size() && source[i] != quote; ++i) i += source[i] == '\\' ? 1u : 0u;
      ++i;
    } else {
      out += source[i++];
    }
  }
  return out;
}

std::vector<std::filesystem::path> sources_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& each : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string extension = each.path().extension().string();
    if (extension == ".hpp" || extension == ".cpp" || extension == ".def") files.push_back(each.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> include_violations(const std::string& name, std::string_view source,
                                            const std::map<std::string, Module>& modules,
                                            const std::map<std::string, std::set<std::string>>& headers) {
  std::vector<std::string> wrong;
  const auto self = modules.find(name);
  for (const Include& include : parse_includes(source)) {
    const auto report = [&](const std::string& why) {
      wrong.push_back(fmt::format("line {}: {}: {}", include.line, include.header, why));
    };
    if (!include.angled) {
      const auto slash = include.header.find('/');
      const std::string module = include.header.substr(0, slash);
      const bool known = slash != std::string::npos && modules.count(module) == 1;
      if (name == "tools" && (known || slash == std::string::npos)) continue;
      if (!known) {
        report("includes name a module: \"base/error.hpp\"");
      } else if (module != name && self->second.uses.count(module) == 0) {
        report(fmt::format("{} must not use {}", name, module));
      }
    } else if (const std::string prefix = header_prefix(include.header, headers); !prefix.empty()) {
      const auto& users = headers.at(prefix);
      if (users.count("*") == 0 && users.count(name) == 0) report(fmt::format("{} must not use this library", name));
    } else if (!is_system_header(include.header)) {
      report("library header that the table in ARCHITECTURE.md does not list");
    }
  }
  return wrong;
}

std::vector<std::string> forbidden_constructs(std::string_view source) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> k_forbidden = {
      {{"#include <format>", "use fmt"},
       {"#include <regex>", "std::regex recurses without bound"},
       {"#include <expected>", "throw Error, or return a struct"},
       {"#include <ranges>", "clang 14 cannot compile views"},
       {"std::views", "clang 14 cannot compile views"},
       {"std::regex", "std::regex recurses without bound"},
       {"std::expected", "throw Error, or return a struct"},
       {"using namespace std;", "name what is used"}}};
  std::vector<std::string> found;
  const std::string code = code_only(source);
  for (const auto& [text, why] : k_forbidden) {
    if (code.find(text) != std::string::npos) found.push_back(fmt::format("{}: {}", text, why));
  }
  return found;
}

}  // namespace dbw::test
