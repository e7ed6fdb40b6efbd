#include "workflow/migrations.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/files.hpp"

namespace dbw::workflow {
namespace {

class MigrationFolder : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const { std::ofstream(m_folder.path() / name) << text; }
  std::vector<MigrationFile> read() const { return read_migrations(m_folder.path()); }
  void expect_refused(const std::string& name, const std::string& text) const {
    write(name, text);
    try {
      read();
      ADD_FAILURE() << name << " was read";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::migration_file) << error.message();
      EXPECT_NE(error.message().find(name), std::string::npos) << error.message();
    }
    std::filesystem::remove(m_folder.path() / name);
  }
  TemporaryFolder m_folder;
};

TEST_F(MigrationFolder, ReadsBothFormsInTheOrderOfVersions) {
  write("V10__ten.sql", "SELECT 10;\n");
  write("U10__ten.sql", "SELECT -10;\n");
  write("2_two.sql", "-- a word\n-- migrate:up transaction:false\nSELECT 2;\n-- migrate:down\nSELECT -2;\n");
  write("9_nine.sql", "--  migrate:up\nSELECT 9;\n-- migrate:down\n\n");
  write("V2_1__two_and_one.sql", "SELECT 21;\n");
  write("notes.txt", "nothing");
  const std::vector<MigrationFile> files = read();
  ASSERT_EQ(files.size(), 4U);
  EXPECT_EQ(files[0].version + files[0].name, "2two");
  EXPECT_EQ(files[0].up, "SELECT 2;\n");
  EXPECT_EQ(files[0].down, "SELECT -2;\n");
  EXPECT_FALSE(files[0].transactional);
  EXPECT_EQ(files[1].version + files[1].name, "2.1two_and_one");
  EXPECT_EQ(files[2].down, std::nullopt);
  EXPECT_TRUE(files[2].transactional);
  EXPECT_EQ(files[3].down, "SELECT -10;\n");
}

TEST_F(MigrationFolder, RefusesWhatItCannotPlace) {
  write("2_two.sql", "-- migrate:up\nSELECT 2;\n");
  expect_refused("R__views.sql", "SELECT 1;\n");
  expect_refused("three.sql", "SELECT 1;\n");
  expect_refused("3_three.sql", "SELECT 3;\n");
  expect_refused("4_four.sql", "-- migrate:up\n");
  expect_refused("5_five.sql", "SELECT 5;\n-- migrate:up\nSELECT 5;\n");
  expect_refused("6_six.sql", "-- migrate:up\nSELECT 6;\n-- migrate:up\nSELECT 6;\n");
  expect_refused("7_seven.sql", "-- migrate:sideways\nSELECT 7;\n");
  expect_refused("V2.0__again.sql", "SELECT 2;\n");
}

TEST_F(MigrationFolder, WritesOneBehindTheOthers) {
  const auto path = new_migration(m_folder.path(), "Add Order-Status!", Timestamp::parse("2026-11-29T12:00:01Z"));
  EXPECT_EQ(path.filename(), "20261129120001_add_order_status_.sql");
  EXPECT_THROW(new_migration(m_folder.path(), "earlier", Timestamp::parse("2026-11-28T12:00:01Z")), Error);
}

}  // namespace
}  // namespace dbw::workflow
