#include "review/lookalikes.hpp"

#include "support.hpp"

namespace dbw::test {
namespace {

using review::latin_look;
using review::skeleton;

TEST(Lookalikes, OfOtherScriptsReadAsLatin) {
  EXPECT_EQ(skeleton("\xd0\xb0\xd1\x81\xd1\x81ount"), "account");  // Cyrillic
  EXPECT_EQ(skeleton("us\xd0\xb5rs"), "users");
  EXPECT_EQ(skeleton("\xce\xbfrders"), "orders");                 // Greek
  EXPECT_EQ(skeleton("\xef\xbd\x84\xef\xbd\x82"), "db");          // fullwidth
  EXPECT_EQ(skeleton("\xf0\x9d\x90\xae\xf0\x9d\x90\xac"), "us");  // mathematical bold
  EXPECT_EQ(skeleton("gr\xc3\xb6\xc3\x9f"
                     "e"),
            "gr\xc3\xb6\xc3\x9f"
            "e");  // no lookalikes
}

TEST(Lookalikes, AreShownInLatinLetters) {
  EXPECT_EQ(latin_look("\xd0\xb0"
                       "dmin0"),
            "admin0");
  EXPECT_EQ(latin_look("gr\xc3\xb6"
                       "n"),
            "gr\xc3\xb6"
            "n");
}

TEST(Lookalikes, OfAsciiShareASkeleton) {
  EXPECT_EQ(skeleton("modern"), skeleton("modem"));
  EXPECT_EQ(skeleton("user1"), skeleton("userl"));
  EXPECT_EQ(skeleton("t0"), skeleton("to"));
  EXPECT_EQ(skeleton("T0"), skeleton("TO"));
  EXPECT_NE(skeleton("Orders"), skeleton("orders"));
  EXPECT_NE(skeleton("item_1"), skeleton("item_2"));
}

TEST(Lookalikes, ScriptsAreNamedOnce) {
  EXPECT_EQ(review::scripts_of("ab_1"), (std::vector<std::string_view>{"Latin"}));
  EXPECT_EQ(review::scripts_of("\xd0\xb6"
                               "a\xd0\xb6"),
            (std::vector<std::string_view>{"Cyrillic", "Latin"}));
  EXPECT_TRUE(review::scripts_of("").empty());
}

TEST(Lookalikes, CutOffBytesEndNothing) { EXPECT_EQ(skeleton("a\xd0").size(), 2u); }

}  // namespace
}  // namespace dbw::test
