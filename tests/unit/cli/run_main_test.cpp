#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include "base/files.hpp"
#include "harness.hpp"

namespace dbw::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(RunMain, ErrorsHaveIdMessageAndHint) {
  const Outcome run = run_demo({"fail"});
  EXPECT_EQ(run.status, 4);
  EXPECT_EQ(run.out, "before\n");
  EXPECT_EQ(run.err,
            "dbw-demo: error[DBW-E0003]: no \"file\"\\x1b[31m here\n\\x3a:error::forged \\x23#[command]x\n"
            "  hint: Look\tagain.\n");
}

TEST(RunMain, ErrorsAsJson) {
  const Outcome run = run_demo({"fail", "--format", "json"});
  EXPECT_EQ(run.status, 4);
  EXPECT_EQ(
      run.err,
      R"({"error":{"id":"DBW-E0003","name":"file_missing",)"
      R"("message":"no \"file\"\\x1b[31m here\n::error::forged #\u0023[command]x","hint":"Look\tagain.","exit_status":4}})"
      "\n");
}

TEST(RunMain, UnforeseenExceptionsAreBugs) {
  for (const char* command : {"crash", "odd"}) {
    const Outcome run = run_demo({command});
    EXPECT_EQ(run.status, 70);
    EXPECT_THAT(run.err, HasSubstr("error[DBW-E0001]"));
    EXPECT_THAT(run.err, HasSubstr("report"));
  }
  EXPECT_THAT(run_demo({"crash"}).err, HasSubstr("index out of range"));
}

TEST(RunMain, MemoryIsNoBug) {
  const Outcome run = run_demo({"memory"});
  EXPECT_EQ(run.status, 4);
  EXPECT_THAT(run.err, HasSubstr("error[DBW-E0017]"));
}

TEST(RunMain, StatusOfTheCommandIsTheStatusOfTheTool) {
  const Outcome run = run_demo({"refuse"});
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.out, "no\n");
  EXPECT_EQ(run.err, "");
}

TEST(RunMain, Version) {
  const Outcome run = run_demo({"--version"});
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.out, "dbw-demo " DBW_VERSION "\n");
}

TEST(RunMain, Explain) {
  for (const char* spelling : {"DBW-E0003", "dbw-e0003", "E0003", "3", "file_missing"}) {
    const Outcome run = run_demo({"--explain", spelling});
    EXPECT_EQ(run.status, 0) << spelling;
    EXPECT_EQ(run.out.rfind("DBW-E0003 file_missing: file not found\n", 0), 0u) << run.out;
  }
  EXPECT_THAT(run_demo({"--explain", "3", "--format=json"}).out,
              HasSubstr(R"({"id":"DBW-E0003","name":"file_missing",)"));
}

TEST(RunMain, QuietSilencesNotesOnly) {
  EXPECT_EQ(run_demo({"show", "-d", "x", "R"}).err, "a note\n");
  EXPECT_EQ(run_demo({"-q", "show", "-d", "x", "R"}).err, "");
  EXPECT_THAT(run_demo({"-q", "fail"}).err, HasSubstr("DBW-E0003"));
}

TEST(RunMain, ColorIsOffWithoutTerminal) {
  const auto no_color = [] { ::setenv("NO_COLOR", "1", 1); };
  EXPECT_THAT(run_demo({"show", "-d", "x", "R"}).out, HasSubstr("color=false"));
  EXPECT_THAT(run_demo({"show", "-d", "x", "R", "--color", "always"}, no_color).out, HasSubstr("color=true"));
}

TEST(Output, FullDeviceIsAnError) {
  const auto full = [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); };
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--version"}, {"--help"}, {"flood"}, {"root", "sign"}, {"man"}}) {
    const Outcome run = run_demo(arguments, full);
    EXPECT_EQ(run.status, 4);
    EXPECT_THAT(run.err, HasSubstr("error[DBW-E0005]: cannot write standard output: No space left on device"));
  }
}

TEST(Output, ClosedDescriptorIsAnError) {
  const Outcome run = run_demo({"root", "sign"}, [] { ::close(STDOUT_FILENO); });
  EXPECT_EQ(run.status, 4);
  EXPECT_THAT(run.err, HasSubstr("error[DBW-E0005]: cannot write standard output"));
}

TEST(Output, AllDescriptorsClosed) {
  const Outcome run = run_demo({"root", "sign"}, [] {
    for (const int fd : {0, 1, 2}) ::close(fd);
  });
  EXPECT_EQ(run.status, 4);
}

TEST(Output, FailureDoesNotHideAnotherStatus) {
  const Outcome run = run_demo({"refuse"}, [] { ::close(STDOUT_FILENO); });
  EXPECT_EQ(run.status, 1);
}

TEST(Output, GoneReaderEndsQuietly) {
  const auto broken_pipe = [] {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ::close(ends[0]);
    ::dup2(ends[1], STDOUT_FILENO);
  };
  for (const char* command : {"flood", "--version"}) {
    const Outcome run = run_demo({command}, broken_pipe);
    EXPECT_EQ(run.status, 4) << command;
    EXPECT_EQ(run.err, "");
  }
}

TEST(Output, EveryByteArrives) {
  const Outcome run = run_demo({"flood"});
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.out.size(), 100'000 * std::string("a line of output that fills the pipe\n").size());
}

TEST(Signals, SetTheFlagAndEndWaits) {
  const Outcome told = run_demo({"signal"});
  EXPECT_EQ(told.status, 4);
  EXPECT_EQ(told.out, "told\n");
  EXPECT_THAT(told.err, HasSubstr("error[DBW-E0012]"));
  EXPECT_EQ(run_demo({"wait"}).status, 7);
}

TEST(Signals, TheThirdOneKills) { EXPECT_EQ(run_demo({"deaf"}).status, 128 + SIGINT); }

TEST(Signals, TheFirstOneKillsWhatOnlyReads) { EXPECT_EQ(run_demo({"reader"}).status, 128 + SIGTERM); }

TEST(Signals, IgnoredOnesStayIgnored) {
  EXPECT_EQ(run_demo({"deaf"}, [] { std::signal(SIGINT, SIG_IGN); }).status, 0);
  EXPECT_EQ(run_demo({"reader"}, [] { std::signal(SIGTERM, SIG_IGN); }).status, 0);
}

TEST(Ask, NeedsATerminal) {
  const Outcome run = run_demo(
      {"ask"}, [] {}, "shop\n");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("Give --which NAME on the command line."));
}

TEST(Ask, ReadsOneLine) {
  const auto terminal = [] {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    ASSERT_EQ(::grantpt(master) + ::unlockpt(master), 0);
    const int slave = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
    ASSERT_GE(slave, 0);
    ASSERT_EQ(::write(master, " shop \nrest\n", 12), 12);
    ::dup2(slave, STDIN_FILENO);
    ::dup2(slave, STDERR_FILENO);
  };
  const Outcome run = run_demo({"ask"}, terminal);
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.out, "shop\n");
}

TEST(Refusals, AreIndentedAndSafe) {
  const std::string text =
      cli::format_refusals({{ErrorCode::bad_name, "bad \x1b name", "Rename it."}, {ErrorCode::bad_time, "late"}});
  EXPECT_EQ(text,
            "  DBW-E0015 bad \\x1b name\n    -> Rename it.\n  DBW-E0010 late\n"
            "    -> Write 2026-11-20T10:15:00Z, or a duration such as 30s, 15m, 7d.\n");
  EXPECT_EQ(cli::format_refusals({}), "");
}

}  // namespace
}  // namespace dbw::test
