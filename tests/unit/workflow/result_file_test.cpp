#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "crypto/hash.hpp"
#include "support/paths.hpp"
#include "workflow/progress.hpp"
#include "workflow/result_file.hpp"

/// How rows become bytes, and where the bounds of a result lie.
namespace dbw::test {
namespace {

using workflow::ResultFile;
using OwnedRows = std::vector<std::vector<std::optional<std::string>>>;

struct Written {
  std::string bytes;
  std::string truncated;
  std::int64_t rows = 0;
};

class ResultFiles : public testing::Test {
 protected:
  /// The file of rows whose columns are a, b ...; stops where the file says so.
  Written write(const std::string& format, const OwnedRows& rows, std::int64_t rows_max = 1000,
                std::int64_t bytes_max = 1 << 30, std::size_t columns = 0) {
    const auto path = m_folder.path() / "result";
    ResultFile file(path, format, rows_max, bytes_max);
    std::vector<db::Column> names;
    for (std::size_t i = 0; i < (rows.empty() ? columns : rows.front().size()); ++i)
      names.push_back({std::string(1, static_cast<char>('a' + i)), "text"});
    file.columns(names);
    for (const auto& row : rows) {
      if (!file.row(std::vector<db::Field>(row.begin(), row.end()))) break;
    }
    const Digest digest = file.finish();
    Written out{slurp(path), file.truncated(), file.rows()};
    EXPECT_EQ(digest, crypto::sha256(out.bytes));
    EXPECT_EQ(file.bytes(), static_cast<std::int64_t>(out.bytes.size()));
    return out;
  }

 private:
  TemporaryFolder m_folder;
};

TEST_F(ResultFiles, CsvTellsNullFromEmptyAndQuotesWhatItMust) {
  EXPECT_EQ(write("csv", {{"1", "plain text", std::nullopt}, {"", "a,b", "say \"so\""}, {"\"", "\r", "x\ny"}}).bytes,
            "a,b,c\r\n"
            "1,plain text,\r\n"
            "\"\",\"a,b\",\"say \"\"so\"\"\"\r\n"
            "\"\"\"\",\"\r\",\"x\ny\"\r\n");
}

TEST_F(ResultFiles, CsvKeepsEveryOtherByte) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  std::string doubled = all;
  doubled.insert(doubled.find('"'), 1, '"');
  EXPECT_EQ(write("csv", {{all}}).bytes, "a\r\n\"" + doubled + "\"\r\n");
  const std::string harmless = "\t;'\\ \x80\xff";
  EXPECT_EQ(write("csv", {{harmless}}).bytes, "a\r\n" + harmless + "\r\n");
}

TEST_F(ResultFiles, JsonIsOneListALine) {
  EXPECT_EQ(write("json", {{"1", std::nullopt}, {"", "q\"b\\\n\x01\xff"}}).bytes,
            "[[\"a\",\"1\"],[\"b\",null]]\n"
            "[[\"a\",\"\"],[\"b\",\"q\\\"b\\\\\\\\x0a\\\\x01\\\\xff\"]]\n");
  EXPECT_EQ(write("json", {{"tab\t"}}).bytes, "[[\"a\",\"tab\\u0009\"]]\n");
}

TEST_F(ResultFiles, TablesAreSafeToLookAt) {
  EXPECT_EQ(write("table", {{"1", std::nullopt}, {"\x1b[31m", "x"}}).bytes, "a | b\n1 | NULL\n\\x1b[31m | x\n");
}

TEST_F(ResultFiles, NoRowsAreAHeader) {
  EXPECT_EQ(write("csv", {}, 10, 100, 2).bytes, "a,b\r\n");
  EXPECT_EQ(write("json", {}, 10, 100, 2).bytes, "");
  EXPECT_EQ(write("csv", {{}, {}}).bytes, "\r\n\r\n\r\n") << "SELECT without columns has rows all the same";
  EXPECT_EQ(write("json", {{}}).bytes, "[]\n");
}

TEST_F(ResultFiles, TheBoundOfRowsIsExact) {
  const OwnedRows rows = {{"1"}, {"2"}, {"3"}};
  EXPECT_EQ(write("csv", rows, 3).truncated, "");
  const Written cut = write("csv", rows, 2);
  EXPECT_EQ(cut.bytes, "a\r\n1\r\n2\r\n");
  EXPECT_EQ(cut.truncated, "rows");
  EXPECT_EQ(cut.rows, 2);
}

TEST_F(ResultFiles, TheBoundOfBytesKeepsWholeRows) {
  const OwnedRows rows = {{"1"}, {"22"}, {"3"}};
  EXPECT_EQ(write("csv", rows, 10, 13).truncated, "");
  const Written cut = write("csv", rows, 10, 9);
  EXPECT_EQ(cut.bytes, "a\r\n1\r\n") << "and no later row that would fit";
  EXPECT_EQ(cut.truncated, "bytes");
  EXPECT_EQ(cut.rows, 1);
  EXPECT_EQ(write("csv", rows, 10, 2).bytes, "") << "no rows without their header";
}

TEST_F(ResultFiles, RowsLongerThanTheBufferStayWhole) {
  const std::string big(3'000'000, 'x'), quotes(300'000, '"');
  const Written written = write("csv", {{big}, {"1"}, {quotes}, {big}}, 10, 8'000'000);
  EXPECT_TRUE(written.bytes == "a\r\n" + big + "\r\n1\r\n\"" + quotes + quotes + "\"\r\n" + big + "\r\n");
  EXPECT_EQ(write("csv", {{"1"}, {big}}, 10, 2'000'000).bytes, "a\r\n1\r\n");
}

TEST(QueryProgress, IsShort) {
  EXPECT_EQ(workflow::query_progress(0, 0, 45), "no row yet, 45 s");
  EXPECT_EQ(workflow::query_progress(1'000'000, 130 * 1024 * 1024, 2), "1000000 rows, 130 MiB, 500000 rows/s, 2 s");
  EXPECT_EQ(workflow::rounded_duration(600), "10 min");
  EXPECT_EQ(workflow::rounded_duration(9000), "2.5 h");
}

}  // namespace
}  // namespace dbw::test
