#include "base/text.hpp"
#include "module_table.hpp"
#include "support/paths.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string architecture() { return slurp(source_dir() / "ARCHITECTURE.md"); }

TEST(Floors, TableIsConsistent) {
  const auto modules = parse_modules(architecture());
  ASSERT_GE(modules.size(), 14u);
  for (const auto& [name, module] : modules) {
    for (const std::string& used : module.uses) {
      ASSERT_EQ(modules.count(used), 1u) << name << " uses " << used << ", which is not in the table";
      EXPECT_LT(modules.at(used).floor, module.floor) << name << " uses " << used;
    }
  }
}

TEST(Floors, EveryFolderOfLibIsInTheTable) {
  const auto modules = parse_modules(architecture());
  for (const auto& each : fs::directory_iterator(source_dir() / "lib")) {
    if (!each.is_directory() || sources_below(each.path()).empty()) continue;
    EXPECT_EQ(modules.count(each.path().filename().string()), 1u) << each.path();
  }
}

TEST(Floors, FloorThreeIsPure) {
  const std::set<std::string> pure = {"base", "codec", "crypto", "sqlparse", "model"};
  for (const auto& [name, module] : parse_modules(architecture())) {
    if (module.floor != 3) continue;
    for (const std::string& used : module.uses) EXPECT_EQ(pure.count(used), 1u) << name << " uses " << used;
  }
}

TEST(Floors, EveryIncludeIsAllowed) {
  const auto modules = parse_modules(architecture());
  const auto headers = parse_headers(architecture());
  ASSERT_FALSE(headers.empty());
  const fs::path root = source_dir();
  for (const std::string folder : {"lib", "tools"}) {
    for (const fs::path& file : sources_below(root / folder)) {
      const std::string below = fs::relative(file, root / folder).string();
      const std::string name = folder == "tools" ? "tools" : below.substr(0, below.find('/'));
      if (name != "tools" && modules.count(name) == 0) continue;  // the test above names it
      EXPECT_THAT(include_violations(name, slurp(file), modules, headers), IsEmpty()) << file;
    }
  }
}

TEST(Floors, NothingForbiddenIsUsed) {
  for (const std::string folder : {"lib", "tools", "tests"}) {
    for (const fs::path& file : sources_below(source_dir() / folder)) {
      EXPECT_THAT(forbidden_constructs(slurp(file)), IsEmpty()) << file;
    }
  }
}

/// <iostream> costs start-up time in every program that links it; results go through Context::out.
TEST(Floors, NoStreamsInTheProduct) {
  for (const std::string folder : {"lib", "tools"}) {
    for (const fs::path& file : sources_below(source_dir() / folder)) {
      for (const Include& include : parse_includes(slurp(file))) EXPECT_NE(include.header, "iostream") << file;
    }
  }
}

/// Floor 3 takes the time as a value and no environment, so that every attack is a unit test.
TEST(Floors, FloorThreeHasNoClockFileOrEnvironment) {
  const std::vector<std::string> banned = {
      "SystemClock",   "system_clock",  "getenv(", "read_file(", "write_file_atomic(", "run_process(",
      "std::ifstream", "std::ofstream", "::open(", "::socket(",  "std::random_device"};
  for (const auto& [name, module] : parse_modules(architecture())) {
    if (module.floor != 3) continue;
    if (!fs::exists(source_dir() / "lib" / name)) continue;
    for (const fs::path& file : sources_below(source_dir() / "lib" / name)) {
      const std::string code = code_only(slurp(file));
      for (const std::string& word : banned) EXPECT_EQ(code.find(word), std::string::npos) << file << " uses " << word;
    }
  }
}

TEST(Floors, BuildFileAgreesWithTheTable) {
  const std::string build = slurp(source_dir() / "lib/CMakeLists.txt");
  for (const auto& [name, module] : parse_modules(architecture())) {
    const auto start = build.find("dbw_module(" + name);
    if (start == std::string::npos) continue;
    const std::string call = build.substr(start, build.find(')', start) - start);
    const auto uses = call.find("USES ");
    if (uses == std::string::npos) continue;
    const auto end = std::min(call.find(" LINKS", uses), call.size());
    for (const std::string& used : split(call.substr(uses + 5, end - uses - 5), ' ')) {
      EXPECT_EQ(module.uses.count(used), 1u) << "lib/CMakeLists.txt lets " << name << " use " << used;
    }
  }
}

// The checks themselves must be able to fail.

TEST(FloorsSelfTest, ViolationsAreFound) {
  const std::map<std::string, Module> modules = {{"base", {0, {}}}, {"git", {1, {"base"}}}, {"db", {1, {"base"}}}};
  const std::map<std::string, std::set<std::string>> headers = {
      {"git2", {"git"}}, {"fmt/", {"*"}}, {"nlohmann/", {"codec"}}};
  const auto violations = [&](const char* name, const char* source) {
    return include_violations(name, source, modules, headers);
  };
  EXPECT_THAT(violations("git",
                         "#include <git2.h>\n#include <vector>\n#include <fmt/core.h>\n#include "
                         "\"base/x.hpp\"\n#include <sys/stat.h>\n"),
              IsEmpty());
  EXPECT_THAT(violations("db", "#include <git2.h>\n"), ElementsAre(HasSubstr("db must not use this library")));
  EXPECT_THAT(violations("db", "\n #  include \"git/x.hpp\"\n"), ElementsAre("line 2: git/x.hpp: db must not use git"));
  EXPECT_THAT(violations("base", "#include \"db/x.hpp\"\n"), ElementsAre(HasSubstr("base must not use db")));
  EXPECT_THAT(violations("db", "#include \"helper.hpp\"\n"), ElementsAre(HasSubstr("name a module")));
  EXPECT_THAT(violations("db", "#include <boost/any.hpp>\n"), ElementsAre(HasSubstr("does not list")));
  EXPECT_THAT(violations("tools", "#include \"git/x.hpp\"\n#include \"commands.hpp\"\n"), IsEmpty());
  EXPECT_THAT(violations("tools", "#include <nlohmann/json.hpp>\n"), ElementsAre(HasSubstr("tools must not use")));
}

TEST(FloorsSelfTest, ForbiddenConstructsAreFound) {
  EXPECT_THAT(forbidden_constructs("#include <format>\n"), Contains(HasSubstr("use fmt")));
  EXPECT_THAT(forbidden_constructs("auto x = v | std::views::filter(f);"), Contains(HasSubstr("std::views")));
  EXPECT_THAT(
      forbidden_constructs("// std::regex is banned\nconst char* s = \"std::regex\"; /* std::views */ int n = 1'000;"),
      IsEmpty());
  EXPECT_THAT(forbidden_constructs("auto s = R\"(std::regex \" )\";"), IsEmpty());
}

TEST(FloorsSelfTest, TablesAreRead) {
  const auto modules = parse_modules(
      "<!-- modules -->\n| module | floor |\n| --- | --- |\n| `a` | 0 | - | x |\n| `b` | 2 | `a` | y |\n<!-- /modules "
      "-->\n| `c` | 9 | | |\n");
  ASSERT_EQ(modules.size(), 2u);
  EXPECT_EQ(modules.at("b").floor, 2);
  EXPECT_THAT(modules.at("b").uses, ElementsAre("a"));
}

}  // namespace
}  // namespace dbw::test
