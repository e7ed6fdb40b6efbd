#include "base/hardening.hpp"

#include <algorithm>
#include <optional>

#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/error.hpp"

namespace dbw {
namespace {

// Written once, before any thread is started.
std::optional<std::vector<std::string>> g_programs;

}  // namespace

void harden_process() noexcept {
  const rlimit none{0, 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &none));
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
  static_cast<void>(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

std::string require_hardened() {
  rlimit core{};
  if (::getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0)
    throw Error(ErrorCode::hardening_failed, "core dumps are on");
  if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
    throw Error(ErrorCode::hardening_failed, "others of the same user may look into the process");
  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
    throw Error(ErrorCode::hardening_failed, "programs that it starts may gain rights");
  return "no core dumps, no debugger, no new privileges";
}

void allow_only_programs(std::vector<std::string> programs) { g_programs = std::move(programs); }

bool is_allowed_program(const std::string& program) {
  return !g_programs || std::find(g_programs->begin(), g_programs->end(), program) != g_programs->end();
}

}  // namespace dbw
