#include "git/checkout.hpp"

#include "base/files.hpp"
#include "expect_error.hpp"
#include "support/git_server.hpp"

namespace dbw::git {
namespace {

namespace fs = std::filesystem;
using test::Scratch;

/// A working tree with one commit on main, and a branch that stands on it.
class CheckoutTest : public testing::Test {
 protected:
  void SetUp() override {
    git({"init", "-q", "-b", "main", "."});
    for (const char* name : {"kept.sql", "edited.sql", "old name.sql", "gone.sql"}) write(name, "SELECT 1;\n");
    commit("base");
    git({"checkout", "-q", "-b", "branch"});
  }
  void write(const std::string& name, const std::string& text) {
    make_folders((m_scratch.path() / name).parent_path());
    write_file_atomic(m_scratch.path() / name, text);
  }
  std::string git(std::vector<std::string> arguments) { return m_scratch.git(m_scratch.path(), std::move(arguments)); }
  void commit(const std::string& message) {
    git({"add", "-A"});
    git({"-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", message});
  }
  Checkout checkout(const fs::path& folder = {}) { return Checkout::open(m_scratch.path() / folder); }

  Scratch m_scratch;
};

using Names = std::set<std::string>;

TEST_F(CheckoutTest, NothingChangedIsNothing) {
  EXPECT_EQ(checkout().changed_since("main"), Names());
  EXPECT_EQ(fs::canonical(checkout().root()), fs::canonical(m_scratch.path()));
}

TEST_F(CheckoutTest, CommittedStagedAndUnstagedChangesCount) {
  write("db/committed.sql", "SELECT 2;\n");
  commit("more");
  write("db/staged \xc3\xa4\n.sql", "SELECT 3;\n");
  git({"add", "-A"});
  write("edited.sql", "SELECT 4;\n");
  write("db/untracked.sql", "SELECT 5;\n");
  const Names changed{"db/committed.sql", "db/staged \xc3\xa4\n.sql", "edited.sql"};
  EXPECT_EQ(checkout().changed_since("main"), changed);
  EXPECT_EQ(checkout("db").changed_since("main"), changed) << "paths start at the root, wherever we are";
  EXPECT_EQ(checkout().tracked().count("db/untracked.sql"), 0u);
  EXPECT_EQ(checkout().tracked().count("kept.sql"), 1u);
}

TEST_F(CheckoutTest, RenamedFilesAreNewAndDeletedOnesAreNone) {
  git({"mv", "old name.sql", "new name.sql"});
  git({"rm", "-q", "gone.sql"});
  commit("moved");
  EXPECT_EQ(checkout().changed_since("main"), Names{"new name.sql"});
}

// What main did since the branch left it is not the branch's.
TEST_F(CheckoutTest, ComparesWithTheMergeBase) {
  write("mine.sql", "SELECT 1;\n");
  commit("mine");
  git({"checkout", "-q", "main"});
  write("edited.sql", "SELECT 9;\n");
  commit("theirs");
  git({"checkout", "-q", "branch"});
  EXPECT_EQ(checkout().changed_since("main"), Names{"mine.sql"});
}

TEST_F(CheckoutTest, SaysWhyItCannot) {
  EXPECT_DBW_ERROR(checkout().changed_since("nosuch"), ErrorCode::git_object_missing);
  EXPECT_DBW_ERROR(checkout().changed_since("--output=x"), ErrorCode::git_object_missing);
  EXPECT_FALSE(fs::exists(m_scratch.path() / "x"));
  git({"checkout", "-q", "--orphan", "other"});
  commit("another history");
  EXPECT_DBW_ERROR(checkout().changed_since("main"), ErrorCode::git_object_missing);
  const TemporaryFolder plain;
  EXPECT_DBW_ERROR(Checkout::open(plain.path()), ErrorCode::git_not_repository);
}

}  // namespace
}  // namespace dbw::git
