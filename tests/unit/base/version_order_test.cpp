#include "base/version_order.hpp"

#include <gtest/gtest.h>

namespace dbw {
namespace {

TEST(VersionOrder, KnowsVersions) {
  for (const char* good : {"1", "20261129120000", "1.2", "3_1", "1.2.3"}) EXPECT_TRUE(is_version(good)) << good;
  for (const char* bad : {"", ".", "1.", ".1", "1..2", "v1", "1a", "1 ", "-1"}) EXPECT_FALSE(is_version(bad)) << bad;
  EXPECT_FALSE(is_version(std::string(65, '1')));
}

TEST(VersionOrder, ComparesNumberByNumber) {
  EXPECT_EQ(compare_versions("2", "10"), std::strong_ordering::less);
  EXPECT_EQ(compare_versions("1.9", "1.10"), std::strong_ordering::less);
  EXPECT_EQ(compare_versions("1", "1.1"), std::strong_ordering::less);
  EXPECT_EQ(compare_versions("1.2", "1.2.0"), std::strong_ordering::equal);
  EXPECT_EQ(compare_versions("007", "7"), std::strong_ordering::equal);
  EXPECT_EQ(compare_versions("1_2", "1.2"), std::strong_ordering::equal);
  // Longer than any machine integer.
  EXPECT_EQ(compare_versions("100000000000000000000000000000001", "100000000000000000000000000000000"),
            std::strong_ordering::greater);
}

}  // namespace
}  // namespace dbw
