#include "base/file_changes.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "support/paths.hpp"

namespace dbw {
namespace {

namespace fs = std::filesystem;

class FileChangesTest : public testing::Test {
 protected:
  void write(const std::string& name, std::string_view bytes) {
    write_file_atomic(m_folder.path() / name, bytes, 0640);
  }
  std::string read(const std::string& name) const { return read_file(m_folder.path() / name, 1000); }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::recursive_directory_iterator(m_folder.path()), fs::recursive_directory_iterator()));
  }
  void expect_refused(const std::function<void(FileChanges&)>& use, std::string_view why) {
    FileChanges changes(m_folder.path());
    try {
      use(changes);
      ADD_FAILURE() << "was not refused: " << why;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::fix_not_written);
      EXPECT_NE(error.message().find(why), std::string::npos) << error.message();
    }
  }

  TemporaryFolder m_folder;
};

TEST_F(FileChangesTest, ChangesAndCreatesTogether) {
  fs::create_directory(m_folder.path() / "db");
  write("db/a.sql", "old");
  write("b.sql", "");
  FileChanges changes(m_folder.path());
  changes.change("db/a.sql", "old", "new");
  changes.create("db/a.step02.sql", "second", "a.sql");
  changes.change("./b.sql", "", "b");
  EXPECT_EQ(read("db/a.sql"), "old");
  changes.commit();
  EXPECT_EQ(read("db/a.sql") + read("db/a.step02.sql") + read("b.sql"), "newsecondb");
  EXPECT_EQ(entries(), 4u);
  struct stat info {};
  ASSERT_EQ(::stat((m_folder.path() / "db/a.step02.sql").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777u, 0640u);
}

TEST_F(FileChangesTest, LeavesNothingWithoutCommit) {
  write("a.sql", "old");
  {
    FileChanges changes(m_folder.path());
    changes.change("a.sql", "old", "new");
    changes.create("b.sql", "b", "a.sql");
  }
  EXPECT_EQ(read("a.sql"), "old");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileChangesTest, UndoesWhatWasDoneWhenALaterOneFails) {
  write("a.sql", "old a");
  write("b.sql", "old b");
  {
    FileChanges changes(m_folder.path());
    changes.change("a.sql", "old a", "new a");
    changes.create("c.sql", "c", "a.sql");
    changes.change("b.sql", "old b", "new b");
    fs::remove(m_folder.path() / "b.sql");
    EXPECT_THROW(changes.commit(), Error);
  }
  EXPECT_EQ(read("a.sql"), "old a");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileChangesTest, TakesNoPlaceThatIsTakenMeanwhile) {
  write("a.sql", "old");
  {
    FileChanges changes(m_folder.path());
    changes.create("b.sql", "ours", "a.sql");
    write("b.sql", "theirs");
    EXPECT_THROW(changes.commit(), Error);
  }
  EXPECT_EQ(read("b.sql"), "theirs");
  EXPECT_EQ(entries(), 2u);
}

TEST_F(FileChangesTest, LosesNoEditMadeBeforeTheCommit) {
  for (const bool in_place : {true, false}) {
    write("a.sql", "old a");
    write("b.sql", "old b");
    expect_refused(
        [&](FileChanges& changes) {
          changes.change("a.sql", "old a", "new a");
          changes.create("c.sql", "c", "a.sql");
          changes.change("b.sql", "old b", "new b");
          if (in_place)
            std::ofstream(m_folder.path() / "b.sql") << "edited";
          else
            write("b.sql", "edited");
          changes.commit();
        },
        "b.sql: somebody has changed it meanwhile");
    EXPECT_EQ(read("a.sql") + " " + read("b.sql"), "old a edited");
    EXPECT_EQ(entries(), 2u);
  }
}

TEST_F(FileChangesTest, FollowsNoLinkThatTookThePlaceOfTheFile) {
  write("a.sql", "old");
  write("b.sql", "old");
  expect_refused(
      [&](FileChanges& changes) {
        changes.change("a.sql", "old", "new");
        fs::remove(m_folder.path() / "a.sql");
        fs::create_symlink("b.sql", m_folder.path() / "a.sql");
        changes.commit();
      },
      "it is a symbolic link");
  EXPECT_TRUE(fs::is_symlink(m_folder.path() / "a.sql"));
  EXPECT_EQ(read("b.sql"), "old");
  EXPECT_EQ(entries(), 2u);
}

TEST_F(FileChangesTest, RefusesWhatItDoesNotKnow) {
  write("a.sql", "old");
  fs::create_directory(m_folder.path() / "db");
  fs::create_symlink("a.sql", m_folder.path() / "link.sql");
  fs::create_symlink("db", m_folder.path() / "folder");
  fs::create_symlink("nowhere", m_folder.path() / "dangling.sql");
  write("db/x.sql", "x");
  expect_refused([](FileChanges& it) { it.change("a.sql", "other", "new"); }, "changed it meanwhile");
  expect_refused([](FileChanges& it) { it.change("a.sql", "older", "new"); }, "changed it meanwhile");
  expect_refused([](FileChanges& it) { it.change("a.sql", "ol", "new"); }, "changed it meanwhile");
  expect_refused([](FileChanges& it) { it.change("link.sql", "old", "new"); }, "it is a symbolic link");
  expect_refused([](FileChanges& it) { it.change("folder/x.sql", "x", "new"); }, "folder is not a folder");
  expect_refused([](FileChanges& it) { it.change("db/../a.sql", "old", "new"); }, "outside of the folder");
  expect_refused([](FileChanges& it) { it.change("../a.sql", "old", "new"); }, "outside of the folder");
  expect_refused([&](FileChanges& it) { it.change(m_folder.path() / "a.sql", "old", "new"); }, "outside of the folder");
  expect_refused([](FileChanges& it) { it.change("db", "", "new"); }, "not a regular file");
  expect_refused([](FileChanges& it) { it.create("db", "", "a.sql"); }, "it is there already");
  expect_refused([](FileChanges& it) { it.create("dangling.sql", "", "a.sql"); }, "it is there already");
  expect_refused([](FileChanges& it) { it.change("none.sql", "", "new"); }, "No such file");
  EXPECT_EQ(read("a.sql"), "old");
  EXPECT_EQ(entries(), 6u);
}

}  // namespace
}  // namespace dbw
