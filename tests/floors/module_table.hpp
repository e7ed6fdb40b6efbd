#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// ARCHITECTURE.md's tables and the sources they speak of, as data for the floors tests.
namespace dbw::test {

struct Module {
  int floor = 0;
  std::set<std::string> uses;
};

/// The table between `<!-- modules -->` and `<!-- /modules -->`: | `name` | floor | uses | ... |
std::map<std::string, Module> parse_modules(std::string_view markdown);

/// The table between `<!-- headers -->` and `<!-- /headers -->`: | `prefix` | `module` `module` | ... |. A header
/// belongs to the longest prefix that it begins with.
std::map<std::string, std::set<std::string>> parse_headers(std::string_view markdown);

struct Include {
  std::string header;
  bool angled = false;  ///< <header> rather than "header"
  int line = 0;
};
std::vector<Include> parse_includes(std::string_view source);

/// The source without comments and without what string literals hold.
std::string code_only(std::string_view source);

/// Every .hpp, .cpp and .def below `folder`, sorted.
std::vector<std::filesystem::path> sources_below(const std::filesystem::path& folder);

/// What is wrong with one file of module `name`; empty where nothing is. `name` "tools" may use every module.
std::vector<std::string> include_violations(const std::string& name, std::string_view source,
                                            const std::map<std::string, Module>& modules,
                                            const std::map<std::string, std::set<std::string>>& headers);

/// Constructs that clang 14 or g++ 12 cannot compile, or that the conventions ban.
std::vector<std::string> forbidden_constructs(std::string_view source);

}  // namespace dbw::test
