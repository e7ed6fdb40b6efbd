#include "harness.hpp"

namespace dbw::test {
namespace {

using ::testing::HasSubstr;

struct Accepted {
  std::vector<std::string> arguments;
  std::string out;
  friend void PrintTo(const Accepted& row, std::ostream* out) { *out << ::testing::PrintToString(row.arguments); }
};

class Accepts : public ::testing::TestWithParam<Accepted> {};

TEST_P(Accepts, Arguments) {
  const Outcome run = run_demo(GetParam().arguments);
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr(GetParam().out));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Accepts,
    ::testing::Values(Accepted{{"show", "-d", "shop", "REQ-1"},
                               "repo=. json=false quiet=false color=false database=shop push=false labels= count=0 "
                               "request=REQ-1 files=\n"},
                      Accepted{{"show", "--database=shop", "REQ-1", "--push"}, "push=true"},
                      Accepted{{"show", "REQ-1", "-dshop"}, "database=shop"},
                      Accepted{{"show", "-d", "shop", "REQ-1", "a", "b"}, "files=a+b"},
                      Accepted{{"show", "-d", "shop", "-l", "x", "--label", "y", "REQ-1", "z"},
                               "labels=x+y count=0 request=REQ-1 files=z"},
                      Accepted{{"show", "-d", "shop", "--count", "010", "REQ-1"}, "count=10"},
                      Accepted{{"show", "-d", "shop", "--count", "-7", "REQ-1"}, "count=-7"},
                      Accepted{{"show", "-d", "shop", "[a,b]"}, "request=[a,b]"},
                      Accepted{{"show", "-d", "[a,b]", "-l", "[c,d]", "R"}, "database=[a,b] push=false labels=[c,d]"},
                      Accepted{{"show", "-d", "shop", "show"}, "request=show"},
                      Accepted{{"show", "-d", "shop", "root", "sign"}, "request=root files=sign"},
                      Accepted{{"show", "-d", "shop", "-"}, "request=-"},
                      Accepted{{"show", "-d", "shop", "--", "--push", "--"},
                               "push=false labels= count=0 request=--push files=--"},
                      Accepted{{"-C", "a", "show", "-d", "shop", "R"}, "repo=a "},
                      Accepted{{"show", "-d", "shop", "R", "-C", "b"}, "repo=b "},
                      Accepted{{"-C", "a", "show", "-d", "shop", "R", "-C", "b"}, "repo=b "},
                      Accepted{{"--quiet", "show", "-d", "shop", "R", "--format", "json", "--color=always"},
                               "json=true quiet=true color=true"},
                      Accepted{{"root", "sign"}, "signed in .\n"},
                      Accepted{{"root", "-C", "x", "sign"}, "signed in x\n"},
                      Accepted{{"show", "-d", "", "R"}, "database= push"}));

struct Refused {
  std::vector<std::string> arguments;
  std::string message;
  friend void PrintTo(const Refused& row, std::ostream* out) { *out << ::testing::PrintToString(row.arguments); }
};

class Refuses : public ::testing::TestWithParam<Refused> {};

TEST_P(Refuses, Arguments) {
  const Outcome run = run_demo(GetParam().arguments);
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err.rfind("dbw-demo: error[DBW-E0002]: ", 0), 0u) << run.err;
  EXPECT_THAT(run.err, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Refuses,
    ::testing::Values(Refused{{}, "a command is missing\n  hint: Commands: show, root, fail"},
                      Refused{{"root"}, "a command is missing\n  hint: Commands: sign."},
                      Refused{{"shwo"}, "unknown command shwo\n  hint: Did you mean show? Usage: dbw-demo COMMAND"},
                      Refused{{"--", "show"}, "unknown command show"},
                      Refused{{"root", "sing"}, "unknown command sing\n  hint: Did you mean sign?"},
                      Refused{{"zebra"}, "unknown command zebra\n  hint: Usage"},
                      Refused{{"zebra", "root", "sign"}, "unknown command zebra"},
                      Refused{{"show", "--psuh", "-d", "x", "R"},
                              "unknown option --psuh\n  hint: Did you mean --push?"},
                      Refused{{"--databse=x", "show"}, "unknown option --databse"},
                      Refused{{"show", "--formt", "json", "-d", "x", "R"}, "Did you mean --format?"},
                      Refused{{"show", "-x", "-d", "x", "R"}, "unknown option -x"},
                      Refused{{"show", "R"}, "--database NAME is missing"},
                      Refused{{"show", "-d", "x"}, "REQUEST is missing"},
                      Refused{{"show", "R", "-d"}, "--database needs a value"},
                      Refused{{"show", "R", "--database="}, "--database= has no value"},
                      Refused{{"show", "-d", "x", "-d", "y", "R"}, "given more than once"},
                      Refused{{"show", "-d", "x", "--count", "many", "R"}, "takes a whole number, not \"many\""},
                      Refused{{"show", "-d", "x", "--count", "9223372036854775808", "R"}, "takes a whole number"},
                      Refused{{"show", "-d", "x", "--count", "0x10", "R"}, "takes a whole number"},
                      Refused{{"show", "-d", "x", "--push=false", "R"}, "--push takes no value"},
                      Refused{{"root", "sign", "more"}, "unexpected argument \"more\""},
                      Refused{{"root", "sign", "--format", "xml"}, "--format is text or json, not \"xml\""},
                      Refused{{"root", "sign", "--color", "red"}, "--color is auto, always or never"},
                      Refused{{"root", "sign", "--version"}, "unknown option --version"},
                      Refused{{"root", "sign", "\x1b[31m"}, "unexpected argument \"\\x1b[31m\""},
                      Refused{{"--explain", "DBW-E9999"}, "there is no error \"DBW-E9999\""},
                      Refused{{"completion", "csh"}, "no completion for the shell \"csh\""}));

TEST(Parse, UsageErrorsHonourTheFormat) {
  const Outcome run = run_demo({"--format", "json", "shwo"});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(
      run.err,
      HasSubstr(
          R"({"error":{"id":"DBW-E0002","name":"bad_usage","message":"unknown command shwo","hint":"Did you mean show?)"));
  EXPECT_THAT(run.err, HasSubstr("\"exit_status\":2}}\n"));
}

}  // namespace
}  // namespace dbw::test
