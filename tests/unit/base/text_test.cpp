#include "base/text.hpp"

#include "support/error_of.hpp"

namespace dbw::test {
namespace {

using ::testing::ElementsAre;

struct Shown {
  std::string_view text;
  std::string_view printed;
};

TEST(Printable, ShowsWhatHides) {
  for (const Shown& each : std::vector<Shown>{{"plain Größe 漢 😀", "plain Größe 漢 😀"},
                                              {"\x1b[31mred", "\\x1b[31mred"},
                                              {"a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd"},
                                              {"\x7f", "\\x7f"},
                                              {"\xe2\x80\xae", "\\u202e"},  // right-to-left override
                                              {"\xe2\x80\x8b", "\\u200b"},  // zero width space
                                              {"\xef\xbb\xbf", "\\ufeff"},  // byte order mark
                                              {"\xc2\x9b"
                                               "31m",
                                               "\\u009b31m"},                    // C1 control sequence introducer
                                              {"\xc2\xad", "\\u00ad"},           // soft hyphen
                                              {"\xf3\xa0\x81\x81", "\\ue0041"},  // tag letter A
                                              {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069"},
                                              {"\xff\xc0\x80", "\\xff\\xc0\\x80"},
                                              {"\xed\xa0\x80", "\\xed\\xa0\\x80"},  // surrogate
                                              {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
                                              {"\xe2\x82", "\\xe2\\x82"},
                                              {std::string_view("\0", 1), "\\x00"}}) {
    EXPECT_EQ(printable(each.text), each.printed);
  }
}

TEST(Printable, KeepsLinesOnRequest) {
  EXPECT_EQ(printable("a\n\tb\r\x1b", true), "a\n\tb\\x0d\\x1b");
  EXPECT_EQ(printable("a\r\nb\r", true), "a\nb\\x0d");
}

TEST(Printable, LeavesNothingHiddenWhateverComesIn) {
  std::string bytes;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) bytes += {static_cast<char>(a), static_cast<char>(b), '\xbf'};
  }
  std::string what;
  EXPECT_EQ(find_forbidden_character(printable(bytes), false, &what), std::string_view::npos) << what;
}

TEST(Utf8, WellFormedOnly) {
  for (const char* text :
       {"", "a", "\xc2\x80", "\xe0\xa0\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(text));
  }
  for (const char* text :
       {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82", "\xc3", "a\xc3z", "\xfe", "\xff"}) {
    EXPECT_FALSE(is_utf8(text)) << printable(text);
  }
}

struct Forbidden {
  std::string_view text;
  bool sql;
  std::size_t at;
  std::string_view what;
};

TEST(ForbiddenCharacters, AreFoundAndNamed) {
  constexpr auto none = std::string_view::npos;
  for (const Forbidden& each :
       std::vector<Forbidden>{{"SELECT 1;\n-- Größe\n", false, none, ""},
                              {"a\tb", true, none, ""},
                              {"a\tb", false, 1, "control character 0x09"},
                              {"ab\r\n", true, none, ""},
                              {"ab\r\n", false, 2, "a carriage return alone"},
                              {"ab\r\r\n", true, 2, "a carriage return alone"},
                              {"ab\r", true, 2, "a carriage return alone"},
                              {std::string_view("a\0b", 3), true, 1, "control character 0x00"},
                              {"\xef\xbb\xbfx", true, 0, "a byte order mark: save the file as UTF-8 without one"},
                              {"x\xef\xbb\xbf", true, 1, "invisible or direction-changing character U+FEFF"},
                              {"x\xe2\x80\xae", true, 1, "invisible or direction-changing character U+202E"},
                              {"x\xf3\xa0\x81\x81", true, 1, "invisible or direction-changing character U+E0041"},
                              {"xy\xff", true, 2, "invalid UTF-8"}}) {
    std::string what;
    EXPECT_EQ(find_forbidden_character(each.text, each.sql, &what), each.at) << printable(each.text);
    EXPECT_EQ(what, each.what);
  }
}

TEST(Strings, Split) {
  EXPECT_THAT(split("a:b::c", ':'), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(split("", ':'), ElementsAre(""));
  EXPECT_THAT(split(":", ':'), ElementsAre("", ""));
}

TEST(Strings, SplitLines) {
  EXPECT_THAT(split_lines("a\nb\n"), ElementsAre("a", "b"));
  EXPECT_THAT(split_lines("a\n\nb"), ElementsAre("a", "", "b"));
  EXPECT_TRUE(split_lines("").empty());
  EXPECT_THAT(split_lines("\n"), ElementsAre(""));
}

TEST(Strings, JoinTrimLower) {
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(to_lower("AbZ-Ä"), "abz-Ä");
  EXPECT_TRUE(is_ascii("a\x7f"));
  EXPECT_FALSE(is_ascii("\x80"));
}

TEST(Strings, ShellWords) {
  for (const std::string_view plain : {"db/0042_a-b.step02.sql", "/A9"}) EXPECT_EQ(shell_word(plain), plain);
  EXPECT_EQ(shell_word("a b.sql"), "'a b.sql'");
  EXPECT_EQ(shell_word("a'$(x)"), "'a'\\''$(x)'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("\xc3\xa4"), "'\xc3\xa4'");
}

}  // namespace
}  // namespace dbw::test
