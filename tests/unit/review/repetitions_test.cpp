#include "review/change_index.hpp"

#include "support.hpp"

namespace dbw::test {
namespace {

/// The number of each statement among its slices, of all files.
std::vector<std::size_t> numbers(const review::ReviewInput& input) {
  const review::ChangeIndex index(input.engine, input.files);
  std::vector<std::size_t> out;
  for (const review::File& file : input.files) {
    for (const sqlparse::Statement& statement : file.parsed.statements)
      out.push_back(index.repetitions().number(statement));
  }
  return out;
}

using Numbers = std::vector<std::size_t>;

TEST(Repetitions, AreOfOneKindAndTableHoweverWritten) {
  EXPECT_EQ(numbers(input_of("DELETE FROM t WHERE id = 1; DELETE FROM s.t WHERE 2 = id OR id IN (3);")),
            (Numbers{1, 2}));
  EXPECT_EQ(numbers(input_of("UPDATE t SET a = 1; DELETE FROM t; UPDATE u SET a = 1; INSERT INTO t VALUES (1);")),
            (Numbers{1, 1, 1, 0}));
}

TEST(Repetitions, AreCountedOverAllFiles) {
  review::ReviewInput input = input_of("DELETE FROM t WHERE id = 1;");
  input.files.push_back(input_of("DELETE FROM t WHERE id = 2;").files[0]);
  EXPECT_EQ(numbers(input), (Numbers{1, 2}));
  const review::ChangeIndex index(input.engine, input.files);
  EXPECT_EQ(index.repetitions().total(input.files[0].parsed.statements[0]), 2u);
}

}  // namespace
}  // namespace dbw::test
