#include "review/change_index.hpp"

#include <map>

#include "support.hpp"

namespace dbw::test {
namespace {

/// "t:1:x u:0:w" from the statement with that index: tables, slow statements under the lock, x where readers wait too.
std::string windows(const review::ReviewInput& input, std::size_t statement) {
  const review::ChangeIndex index(input.engine, input.files);
  std::string out;
  for (const review::LockWindow& window : index.locks().windows_from(input.files[0].parsed.statements.at(statement))) {
    out += (out.empty() ? "" : " ") + window.table.text() + ":" + std::to_string(window.work) +
           (window.mode == review::LockMode::access_exclusive ? ":x" : ":w");
  }
  return out;
}

TEST(ChangeLocks, WindowsCountTheWorkBehindEachLock) {
  const review::ReviewInput input = input_of(
      "CREATE INDEX i ON a (x); ALTER TABLE b ADD COLUMN y int; CREATE INDEX j ON c (x); ALTER TABLE a ADD z int;");
  EXPECT_EQ(windows(input, 0), "a:2:x b:1:x c:1:w");
  EXPECT_EQ(windows(input, 1), "");
}

TEST(ChangeLocks, EndWithTheTransaction) {
  review::ReviewInput input = input_of("BEGIN; ALTER TABLE a ADD x int; COMMIT; BEGIN; DROP TABLE b; ROLLBACK;");
  input.files[0].transactional = false;
  EXPECT_EQ(windows(input, 1), "a:0:x");
  EXPECT_EQ(windows(input, 4), "b:0:x");
}

TEST(ChangeLocks, TablesOfTheChangeAndWeakLocksDoNotCount) {
  const review::ReviewInput input = input_of(
      "CREATE TABLE n (id int); CREATE INDEX i ON n (id); ALTER TABLE t VALIDATE CONSTRAINT c; ALTER TABLE n ADD x "
      "int;");
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(windows(input, i), "") << i;
}

std::size_t inversions(const review::ReviewInput& input) {
  const review::ChangeIndex index(input.engine, input.files);
  std::size_t out = 0;
  for (const review::File& file : input.files) {
    for (const sqlparse::Statement& statement : file.parsed.statements)
      out += index.locks().inversion_at(statement).has_value();
  }
  return out;
}

TEST(ChangeLocks, OppositeOrdersOfTwoFilesAreOneInversion) {
  review::ReviewInput input = input_of("DROP TABLE a; DROP TABLE b; DROP TABLE c;");
  input.files.push_back(input_of("DROP TABLE c; DROP TABLE a;").files[0]);
  EXPECT_EQ(inversions(input), 1u);
  input.files[1] = input_of("DROP TABLE a; DROP TABLE c;").files[0];
  EXPECT_EQ(inversions(input), 0u);
}

TEST(ChangeLocks, LongChainsNeedNoStack) {
  std::string sql;
  for (int i = 0; i < 5000; ++i) sql += "LOCK TABLE x; DROP TABLE t" + std::to_string(i) + ";";
  review::ReviewInput input = input_of(sql);
  EXPECT_EQ(inversions(input), 0u);
  input.files.push_back(input_of("DROP TABLE t4999; DROP TABLE t0;").files[0]);
  EXPECT_EQ(inversions(input), 1u);
}

}  // namespace
}  // namespace dbw::test
