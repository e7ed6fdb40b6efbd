#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "script.hpp"
#include "support/paths.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;

/// Every script has a home and a working folder of its own; its commands share both, one after the other.
class ScriptTest : public ::testing::Test {
 public:
  explicit ScriptTest(fs::path script) : m_script(std::move(script)) {}

  void TestBody() override {
    make_folders(m_folder.path() / "home");
    make_folders(m_folder.path() / "work");
    const auto steps = parse_script(m_script.extension() == ".md" ? take_page() : slurp(m_script));
    ASSERT_FALSE(steps.empty()) << m_script << " holds no command";
    for (const ScriptStep& step : steps) {
      if (!run(step)) return;  // what follows builds on it
    }
  }

 private:
  /// The page's files lie in the working folder before its first command.
  std::string take_page() {
    const GuidePage page = parse_page(slurp(m_script));
    for (const auto& [name, bytes] : page.files) write_file_atomic(m_folder.path() / "work" / name, bytes, 0644);
    for (const std::string& quotation : page.quotations) {
      EXPECT_TRUE(
          std::any_of(page.files.begin(), page.files.end(),
                      [&](const auto& file) { return file.second.find("\n" + quotation) != std::string::npos; }))
          << m_script << " shows YAML that stands in none of its files:\n"
          << quotation;
    }
    return page.script;
  }

  bool run(const ScriptStep& step) {
    // One pipe for both streams keeps their order. Nothing of our environment reaches the tools.
    ProcessRequest request{{"sh", "-c", "exec 2>&1\n" + step.command}, environment()};
    request.folder = m_folder.path() / "work";
    request.timeout = Seconds(180);
    const ProcessResult result = run_process(request);
    const bool good = result.status == step.status && lines_match(step.expected, split_lines(result.output));
    EXPECT_TRUE(good) << m_script.string() << ":" << step.line << ": $ " << step.command << "\nexpected:\n"
                      << join(step.expected, "\n") << "\n[exit " << step.status << "]\ngot:\n"
                      << result.output << "[exit " << result.status << "]";
    return good;
  }

  std::map<std::string, std::string> environment() const {
    return {{"PATH", bin_dir().string() + ":/usr/local/bin:/usr/bin:/bin"},
            {"HOME", (m_folder.path() / "home").string()},
            {"TMPDIR", m_folder.path().string()},
            {"SOURCE", source_dir().string()},
            {"LANG", "C.UTF-8"},
            {"TZ", "UTC"},
            {"GIT_CONFIG_NOSYSTEM", "1"},
            {"ASAN_OPTIONS", "detect_leaks=1"}};
  }

  fs::path m_script;
  TemporaryFolder m_folder{"dbw-cli"};
};

/// A page that says so is a test.
constexpr std::string_view k_tested_page = "<!-- tested -->";

std::vector<fs::path> scripts() {
  std::vector<fs::path> found;
  for (const auto& each : fs::recursive_directory_iterator(source_dir() / "tests/cli")) {
    if (each.path().extension() == ".txt") found.push_back(each.path());
  }
  for (const auto& each : fs::directory_iterator(source_dir() / "docs/guide")) {
    const bool page = each.path().extension() == ".md";
    if (page && slurp(each.path()).find(k_tested_page) != std::string::npos) found.push_back(each.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// "root/sign.txt" becomes CliScript.root_sign, docs/guide/policy.md CliScript.guide_policy.
const bool k_registered = [] {
  for (const fs::path& script : scripts()) {
    std::string name = fs::relative(script, source_dir() / "tests/cli").replace_extension().string();
    if (script.extension() == ".md") name = "guide_" + script.stem().string();
    for (char& c : name) c = c == '/' || c == '-' ? '_' : c;
    ::testing::RegisterTest("CliScript", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [script]() -> ScriptTest* { return new ScriptTest(script); });
  }
  return true;
}();

using ::testing::ElementsAre;

TEST(Script, IsParsed) {
  const auto steps = parse_script("# why\n\n$ cat <<E\n> a\n> E\na\n\n$ false\n[exit 1]\n");
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].command, "cat <<E\na\nE");
  EXPECT_THAT(steps[0].expected, ElementsAre("a"));
  EXPECT_EQ(steps[0].status, 0);
  EXPECT_EQ(steps[1].status, 1);
  EXPECT_EQ(steps[1].line, 8);
  EXPECT_THROW(parse_script("output\n"), Error);
}

struct Pattern {
  const char* pattern;
  const char* line;
  bool matches;
};

TEST(Script, PagesGiveScriptFilesAndQuotations) {
  const GuidePage page = parse_page(
      "# Title\n```yaml a.yaml\nx: 1\ny: 2\n```\n```console\n$ cat a.yaml\nx: 1\n```\n```yaml\ny: "
      "2\n```\n```\nz\n```\n");
  EXPECT_EQ(page.files.at("a.yaml"), "x: 1\ny: 2\n");
  EXPECT_THAT(page.quotations, ElementsAre("y: 2\n"));
  const auto steps = parse_script(page.script);
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].line, 7);
  EXPECT_THAT(steps[0].expected, ElementsAre("x: 1"));
  EXPECT_THROW(parse_page("```console\n"), Error);
}

TEST(Script, Placeholders) {
  for (const Pattern& each : std::vector<Pattern>{{"a", "a", true},
                                                  {"a", "ab", false},
                                                  {"ab", "a", false},
                                                  {"a...", "a", true},
                                                  {"a...c", "abcbc", true},
                                                  {"sha256:<hex>", "sha256:00ff", true},
                                                  {"sha256:<hex>", "sha256:", false},
                                                  {"sha256:<hex>", "sha256:00FF", false},
                                                  {"<hex>d", "abcd", true},
                                                  {"at <time>.", "at 2026-11-20T10:15:00Z.", true},
                                                  {"<id>: <n>", "REQ-20261120-K7QF: 12", true},
                                                  {"<n>", "x", false},
                                                  {"<other>", "<other>", true}}) {
    EXPECT_EQ(line_matches(each.pattern, each.line), each.matches) << each.pattern << " / " << each.line;
  }
}

TEST(Script, LinesWithWildcards) {
  EXPECT_TRUE(lines_match({}, {}));
  EXPECT_FALSE(lines_match({}, {"a"}));
  EXPECT_FALSE(lines_match({"a"}, {}));
  EXPECT_TRUE(lines_match({"..."}, {}));
  EXPECT_TRUE(lines_match({"a", "...", "z"}, {"a", "b", "z", "z"}));
  EXPECT_FALSE(lines_match({"a", "...", "z"}, {"a", "b"}));
}

}  // namespace
}  // namespace dbw::test
