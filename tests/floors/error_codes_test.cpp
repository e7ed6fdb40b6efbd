#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "docgen/pages.hpp"
#include "module_table.hpp"
#include "support/paths.hpp"

namespace dbw::test {
namespace {

/// All code of lib and tools in one string: asking it 300 times is cheaper than reading the files 300 times.
std::string all_code() {
  std::string code;
  for (const char* folder : {"lib", "tools"}) {
    for (const auto& file : sources_below(source_dir() / folder)) {
      if (file.filename() != "error_codes.def") code += code_only(slurp(file)) + "\n";
    }
  }
  return code;
}

bool holds_word(const std::string& text, const std::string& word) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const char next = at + word.size() < text.size() ? text[at + word.size()] : ' ';
    if (next != '_' && !std::isalnum(static_cast<unsigned char>(next))) return true;
  }
  return false;
}

TEST(ErrorCodes, EveryCodeIsProducedSomewhere) {
  const std::string code = all_code();
  for (const ErrorInfo& info : error_table()) {
    EXPECT_TRUE(holds_word(code, "ErrorCode::" + std::string(info.name)))
        << error_id(info.code) << " " << info.name << " is produced nowhere";
  }
}

TEST(ErrorCodes, NumbersAscendInTheFile) {
  int last = 0;
  for (const ErrorInfo& info : error_table()) {
    EXPECT_GT(static_cast<int>(info.code), last) << info.name;
    last = static_cast<int>(info.code);
  }
  EXPECT_LT(last, 1000);
}

TEST(ErrorCodes, EveryRowSaysWhatAndWhatToDo) {
  std::set<std::string_view> names;
  for (const ErrorInfo& info : error_table()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name << " stands twice";
    EXPECT_FALSE(info.title.empty()) << info.name;
    EXPECT_FALSE(info.hint.empty()) << info.name;
    EXPECT_EQ(info.hint.back(), '.') << info.name << ": a hint is a sentence";
    EXPECT_NE(info.title.back(), '.') << info.name << ": a title is no sentence";
    EXPECT_TRUE(is_ascii(info.title) && is_ascii(info.hint)) << info.name;
    EXPECT_NE(info.status, ExitStatus::done) << info.name;
  }
}

TEST(GeneratedDocs, ErrorsPageIsCurrent) {
  EXPECT_EQ(slurp(source_dir() / "docs/errors.md"), docgen::errors_page()) << "run scripts/generate-docs";
}

TEST(GeneratedDocs, LimitsPageIsCurrent) {
  const std::string page = docgen::limits_page(slurp(source_dir() / "lib/base/limits.hpp"));
  EXPECT_EQ(slurp(source_dir() / "docs/limits.md"), page) << "run scripts/generate-docs";
}

TEST(GeneratedDocs, LimitsPageNamesEveryConstant) {
  const std::string header = slurp(source_dir() / "lib/base/limits.hpp");
  const std::string page = docgen::limits_page(header);
  for (const std::string_view line : split_lines(header)) {
    if (line.substr(0, 16) != "inline constexpr") continue;
    const auto start = line.find(" k_") + 1;
    EXPECT_NE(page.find("| `" + std::string(line.substr(start, line.find(' ', start) - start)) + "` | "),
              std::string::npos)
        << line;
  }
}

}  // namespace
}  // namespace dbw::test
