#include "report/unified_diff.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/files.hpp"
#include "base/process.hpp"

namespace dbw {
namespace {

TEST(UnifiedDiff, SameBytesGiveNone) { EXPECT_EQ(report::unified_diff("a.sql", "a\nb", "a\nb"), ""); }

TEST(UnifiedDiff, ThreeLinesOfContextAndLinesWithoutEnd) {
  EXPECT_EQ(report::unified_diff("db/a b.sql", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12",
                                 "1\n2\n3\n4\n5\nsix\n7\n8\n9\n10\n11\n12\n"),
            "--- a/db/a b.sql\t\n+++ b/db/a b.sql\t\n@@ -3,10 +3,10 @@\n 3\n 4\n 5\n-6\n+six\n 7\n 8\n 9\n 10\n "
            "11\n-12\n\\ No newline "
            "at end of file\n+12\n");
  EXPECT_EQ(report::unified_diff_of_new("a.sql", "x\n"), "--- /dev/null\n+++ b/a.sql\n@@ -0,0 +1 @@\n+x\n");
}

std::string run(const std::vector<std::string>& argv, const std::filesystem::path& folder, const std::string& input) {
  ProcessRequest request{.argv = argv, .environment = clean_environment()};
  request.folder = folder;
  request.input = input;
  const ProcessResult result = run_process(request);
  return result.status == 0 ? "" : result.output + result.errors;
}

/// Lines of a small alphabet, so that many are alike; some texts end without a line end.
std::string random_text(std::mt19937& random, std::size_t lines) {
  std::string out;
  for (std::size_t i = 0; i < lines; ++i) out += std::string(1, static_cast<char>('a' + random() % 6)) + "\n";
  if (!out.empty() && random() % 3 == 0) out.pop_back();
  return out;
}

TEST(UnifiedDiff, GitAppliesWhatItSays) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    const TemporaryFolder folder;
    // The last ones differ by more lines than the shortest difference is looked for.
    const std::size_t size = round < 55 ? random() % 40 + 1 : 3000;
    const std::string before = random_text(random, size), after = random_text(random, size + random() % 5);
    if (before == after) continue;
    write_file_atomic(folder.path() / "a.sql", before);
    const std::string diff = report::unified_diff("a.sql", before, after) + report::unified_diff_of_new("b.sql", after);
    ASSERT_EQ(run({"git", "apply", "--whitespace=nowarn", "-"}, folder.path(), diff), "") << diff;
    EXPECT_EQ(read_file(folder.path() / "a.sql", 1 << 20), after) << diff;
    EXPECT_EQ(read_file(folder.path() / "b.sql", 1 << 20), after);
  }
}

TEST(UnifiedDiff, IsShort) {
  std::string before, after;
  for (int i = 0; i < 5000; ++i) {
    before += std::to_string(i) + "\n";
    if (i % 1000 != 500) after += std::to_string(i) + "\n";
  }
  std::size_t lines = 0;
  for (const char c : report::unified_diff("a", before, after)) lines += c == '\n';
  EXPECT_EQ(lines, 2u + 5u * 8u);
}

}  // namespace
}  // namespace dbw
