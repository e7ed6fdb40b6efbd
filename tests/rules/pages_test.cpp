#include <filesystem>

#include "base/files.hpp"
#include "base/process.hpp"
#include "review/review.hpp"
#include "support/paths.hpp"

namespace dbw {
namespace {

namespace fs = std::filesystem;

// docs/rules is what `dbw-review rules --pages` writes; run scripts/generate-docs where this fails.
TEST(RulePages, AreNotStale) {
  const fs::path tool = test::bin_dir() / "dbw-review";
  ASSERT_TRUE(fs::exists(tool)) << "build dbw-review first";
  const TemporaryFolder folder;
  const ProcessResult result = run_process({.argv = {tool.string(), "rules", "--pages", folder.path().string(),
                                                     "--examples", (test::source_dir() / "tests/rules").string()},
                                            .environment = clean_environment()});
  ASSERT_EQ(result.status, 0) << result.errors;
  std::size_t pages = 0;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    const fs::path page = test::source_dir() / "docs/rules" / entry.path().filename();
    ASSERT_TRUE(fs::exists(page)) << page << " is missing: dbw-review rules --pages docs/rules";
    EXPECT_EQ(test::slurp(page), test::slurp(entry.path())) << page << " is stale: dbw-review rules --pages docs/rules";
    ++pages;
  }
  EXPECT_EQ(pages, review::all_rules().size() + 1);
}

TEST(RulePages, BelongToRules) {
  for (const auto& entry : fs::directory_iterator(test::source_dir() / "docs/rules")) {
    const std::string name = entry.path().stem().string();
    EXPECT_TRUE(name == "README" || review::find_rule(name) != nullptr) << name << " has a page and no rule";
  }
}

}  // namespace
}  // namespace dbw
