#include "base/glob.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dbw {
namespace {

TEST(Glob, MatchesWholePaths) {
  struct Case {
    const char* pattern;
    const char* path;
    bool matches;
  };
  const Case cases[] = {
      {"db/a.sql", "db/a.sql", true},
      {"db/a.sql", "db/a.sqlx", false},
      {"*.sql", "a.sql", true},
      {"*.sql", "db/a.sql", false},
      {"db/*.sql", "db/.sql", true},
      {"db/*.sql", "db/x/a.sql", false},
      {"**", "a/b/c", true},
      {"**/a.sql", "a.sql", true},
      {"**/a.sql", "x/y/a.sql", true},
      {"db/**", "db/x/y.sql", true},
      {"db/**", "dbx/y.sql", false},
      {"a/**/z", "a/z", true},
      {"a/**/z", "a/b/c/z", true},
      {"a/**/z", "a/b/c/y", false},
      {"**/x/**/y", "x/a/x/b/y", true},
      {"a*b*c", "a-b-b-c", true},
      {"a*b*c", "a-c-b", false},
      {"db/A.sql", "db/a.sql", false},
      {"services/*/db/**", "services/pay/db/1/2.sql", true},
  };
  for (const Case& it : cases) EXPECT_EQ(glob_matches(it.pattern, it.path), it.matches) << it.pattern << " " << it.path;
}

TEST(Glob, CostsNoMoreThanTheProductOfLengths) {
  std::string stars, deep;
  for (int i = 0; i < 200; ++i) stars += "*a";
  for (int i = 0; i < 200; ++i) deep += "**/a/";
  EXPECT_FALSE(glob_matches(stars + "b", std::string(20'000, 'a')));
  std::string path;
  for (int i = 0; i < 5'000; ++i) path += "a/";
  EXPECT_FALSE(glob_matches(deep + "b", path + "c"));
}

TEST(Glob, PatternsMeanWhatTheySay) {
  for (const char* good : {"*.sql", "db/**", "**/a b.sql", "db/0001_x.sql"}) EXPECT_TRUE(is_glob(good)) << good;
  for (const char* bad :
       {"", "/db/*", "db/", "./db", "db/../x", "a?", "[ab]", "{a,b}", "!a", "a\\*", "a**", "db/**.sql"})
    EXPECT_FALSE(is_glob(bad)) << bad;
}

}  // namespace
}  // namespace dbw
