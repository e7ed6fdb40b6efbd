#include "base/process.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/error_of.hpp"

namespace dbw::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

ProcessRequest shell(const std::string& script) {
  ProcessRequest request{{"sh", "-c", script}, {{"PATH", "/usr/bin:/bin"}}};
  return request;
}

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0; }

TEST(Process, OutputErrorsAndStatus) {
  const ProcessResult result = run_process(shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
}

TEST(Process, ArgumentsReachTheProgramUnchanged) {
  ProcessRequest request{{"printf", "%s|", "a b", "", "$HOME", "*", "x\ny"}, {{"PATH", "/usr/bin:/bin"}}};
  EXPECT_EQ(run_process(request).output, "a b||$HOME|*|x\ny|");
}

TEST(Process, EnvironmentIsExactlyWhatWasNamed) {
  ::setenv("DBW_TEST_LEAK", "secret", 1);
  ProcessRequest request{{"env"}, {{"PATH", "/usr/bin:/bin"}, {"A", "1"}}};
  EXPECT_EQ(run_process(request).output, "A=1\nPATH=/usr/bin:/bin\n");
  ::unsetenv("DBW_TEST_LEAK");
}

TEST(Process, DescriptorsAreNotInherited) {
  const Fd source(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
  const Fd leak(::fcntl(source.get(), F_DUPFD, 77));  // without O_CLOEXEC on purpose
  ASSERT_TRUE(leak);
  const ProcessResult result = run_process(shell("ls /proc/self/fd | tr '\\n' ' '"));
  EXPECT_THAT(result.output, Not(HasSubstr(std::to_string(leak.get())))) << result.output;
}

TEST(Process, InputIsFedAndClosed) {
  ProcessRequest request = shell("cat");
  request.input = std::string(3'000'000, 'x') + "\n";
  EXPECT_EQ(run_process(request).output, request.input);
  EXPECT_EQ(run_process(shell("cat; echo end")).output, "end\n");
}

/// Our SIGPIPE must not fire, and the child's status counts.
TEST(Process, ChildThatDoesNotReadItsInput) {
  ProcessRequest request = shell("exec <&-; echo done");
  request.input = std::string(3'000'000, 'x');
  const ProcessResult result = run_process(request);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, "done\n");
}

TEST(Process, LargeOutputOnBothStreams) {
  const ProcessResult result = run_process(shell("head -c 2000000 /dev/zero >&2; head -c 3000000 /dev/zero"));
  EXPECT_EQ(result.output.size(), 3'000'000u);
  EXPECT_EQ(result.errors.size(), 2'000'000u);
}

TEST(Process, TooMuchOutputIsRefused) {
  ProcessRequest request = shell("cat /dev/zero");
  request.output_bytes_max = 100'000;
  EXPECT_EQ(code_of([&] { run_process(request); }), ErrorCode::process_failed);
}

TEST(Process, SignalsBecomeStatuses) { EXPECT_EQ(run_process(shell("kill -KILL $$")).status, 128 + SIGKILL); }

TEST(Process, MissingProgram) {
  EXPECT_EQ(code_of([] { run_process({{"dbw-no-such-program"}, clean_environment()}); }), ErrorCode::process_missing);
  EXPECT_EQ(code_of([] { run_process({{"/no/such/program"}, clean_environment()}); }), ErrorCode::process_missing);
  EXPECT_EQ(code_of([] { run_process({{"/etc/passwd"}, clean_environment()}); }), ErrorCode::process_failed);
  EXPECT_EQ(code_of([] { run_process({{"/etc"}, clean_environment()}); }), ErrorCode::process_failed);
}

TEST(Process, FolderOfThePathIsNoProgram) {
  const TemporaryFolder folder;
  make_folders(folder.path() / "tool");
  ProcessRequest request{{"tool"}, {{"PATH", folder.path().string()}}};
  EXPECT_EQ(code_of([&] { run_process(request); }), ErrorCode::process_missing);
}

TEST(Process, EmptyPathEntriesAreNotTheWorkingFolder) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "tool", "#!/bin/sh\necho planted\n", 0755);
  ProcessRequest request{{"tool"}, {{"PATH", ":/usr/bin"}}};
  request.folder = folder.path();
  EXPECT_EQ(code_of([&] { run_process(request); }), ErrorCode::process_missing);
}

TEST(Process, WorkingFolder) {
  const TemporaryFolder folder;
  ProcessRequest request = shell("pwd -P");
  request.folder = folder.path();
  EXPECT_EQ(run_process(request).output, std::filesystem::canonical(folder.path()).string() + "\n");
  request.folder = "/no/such/folder";
  EXPECT_EQ(code_of([&] { run_process(request); }), ErrorCode::process_failed);
}

TEST(Process, TimeoutKillsTheWholeFamily) {
  const TemporaryFolder folder;
  const std::string pids = (folder.path() / "pids").string();
  ProcessRequest request = shell("trap '' TERM; sleep 600 & echo $! $$ > " + pids + "; wait");
  request.timeout = Seconds(1);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(code_of([&] { run_process(request); }), ErrorCode::process_timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  for (const std::string& pid : split(trim(read_file(pids, 100)), ' ')) {
    const pid_t number = std::stoi(pid);
    for (int i = 0; i < 1000 && is_alive(number); ++i) ::usleep(2000);  // the grandchild is init's to bury
    const std::string state = is_alive(number) ? read_file("/proc/" + pid + "/stat", 4096) : ") Z";
    EXPECT_THAT(state, HasSubstr(") Z")) << pid << " lives";
  }
}

TEST(Process, TimeoutAlsoWhenTheStreamsAreClosed) {
  ProcessRequest request = shell("exec >&- 2>&- <&-; sleep 600");
  request.timeout = Seconds(1);
  EXPECT_EQ(code_of([&] { run_process(request); }), ErrorCode::process_timeout);
}

/// A daemon that keeps the pipes open must not hold us beyond the timeout.
TEST(Process, GrandchildThatKeepsThePipesOpen) {
  ProcessRequest request = shell("sleep 600 & echo started");
  request.timeout = Seconds(1);
  EXPECT_EQ(code_of([&] { run_process(request); }), ErrorCode::process_timeout);
}

TEST(Process, SignalsAreNotBlockedOrIgnoredInTheChild) {
  std::signal(SIGPIPE, SIG_IGN);
  const ProcessResult result = run_process(shell("grep -E '^Sig(Ign|Blk)' /proc/self/status"));
  std::signal(SIGPIPE, SIG_DFL);
  EXPECT_THAT(result.output, HasSubstr("SigBlk:\t0000000000000000"));
  // 32 and 33 belong to the C library, which sets them anew where the child starts threads.
  EXPECT_THAT(result.output, AnyOf(HasSubstr("SigIgn:\t0000000000000000"), HasSubstr("SigIgn:\t0000000180000000")));
}

/// With SIGCHLD ignored the kernel keeps no exit status: a failed push must not look like a good one.
TEST(Process, LostStatusIsNoSuccess) {
  std::signal(SIGCHLD, SIG_IGN);
  const auto code = code_of([] { run_process(shell("exit 3")); });
  std::signal(SIGCHLD, SIG_DFL);
  EXPECT_EQ(code, ErrorCode::process_failed);
}

TEST(Process, RelativePathEntriesAreSkipped) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "dbw-planted", "#!/bin/sh\necho planted\n", 0755);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  ProcessRequest request{{"dbw-planted"}, {{"PATH", ".:/usr/bin"}}};
  const auto code = code_of([&] { run_process(request); });
  std::filesystem::current_path(before);
  EXPECT_EQ(code, ErrorCode::process_missing);
}

TEST(CleanEnvironment, KeepsTheListedOnly) {
  ::setenv("PGOPTIONS", "-c x=y", 1);
  ::setenv("GIT_DIR", "/evil", 1);
  ::setenv("LD_PRELOAD_X", "evil", 1);
  ::setenv("SSH_AUTH_SOCK", "/agent", 1);
  const auto plain = clean_environment();
  EXPECT_EQ(plain.count("PGOPTIONS") + plain.count("GIT_DIR") + plain.count("LD_PRELOAD_X"), 0u);
  EXPECT_EQ(plain.count("SSH_AUTH_SOCK"), 0u);
  EXPECT_EQ(plain.at("LANG"), "C.UTF-8");
  EXPECT_EQ(clean_environment(true).at("SSH_AUTH_SOCK"), "/agent");
  for (const char* name : {"PGOPTIONS", "GIT_DIR", "LD_PRELOAD_X", "SSH_AUTH_SOCK"}) ::unsetenv(name);
}

}  // namespace
}  // namespace dbw::test
