#include "base/folder_watch.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dbw {
namespace {

const auto k_never = [] { return false; };

TEST(FolderWatch, SeesWhatHappensBetweenTwoCalls) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "a.sql", "SELECT 1;");
  FolderWatch watch({folder.path()});
  write_file_atomic(folder.path() / "a.sql", "SELECT 2;");
  EXPECT_TRUE(watch.wait(k_never));
  std::filesystem::remove(folder.path() / "a.sql");
  EXPECT_TRUE(watch.wait(k_never));
}

TEST(FolderWatch, EndsWhenToldTo) {
  const TemporaryFolder folder;
  int asked = 0;
  EXPECT_FALSE(FolderWatch({folder.path()}).wait([&] { return ++asked == 2; }));
  EXPECT_EQ(asked, 2);
}

TEST(FolderWatch, RefusesWhatIsNoFolder) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "a.sql", "SELECT 1;");
  for (const char* name : {"a.sql", "missing"}) {
    try {
      FolderWatch({folder.path() / name});
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::file_unreadable);
    }
  }
}

}  // namespace
}  // namespace dbw
