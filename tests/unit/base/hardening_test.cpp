#include "base/hardening.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include "base/process.hpp"
#include "support/error_of.hpp"

namespace dbw::test {
namespace {

/// In a child, for it cannot be undone. Returns its exit status.
template <typename Action>
int in_child(const Action& action) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(action() ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

TEST(Hardening, IsInForceAfterwardsAndSaysSoBefore) {
  const int status = in_child([] {
    rlimit some{};
    ::getrlimit(RLIMIT_CORE, &some);
    if (some.rlim_max != 0 && code_of([] { require_hardened(); }) != ErrorCode::hardening_failed) return false;
    harden_process();
    rlimit core{1, 1};
    ::getrlimit(RLIMIT_CORE, &core);
    return !code_of([] { require_hardened(); }) && core.rlim_cur == 0 && core.rlim_max == 0 &&
           ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
  });
  EXPECT_EQ(status, 0);
}

TEST(Hardening, OnlyTheProgramsThatWereNamedAreStarted) {
  const int status = in_child([] {
    const auto run = [](const std::string& program) {
      return code_of([&] { run_process({.argv = {program}, .environment = {{"PATH", "/usr/bin:/bin"}}}); });
    };
    if (run("true") != std::nullopt) return false;
    allow_only_programs({"true"});
    return run("true") == std::nullopt && run("false") == ErrorCode::program_refused &&
           run("/usr/bin/true") == ErrorCode::program_refused;
  });
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace dbw::test
