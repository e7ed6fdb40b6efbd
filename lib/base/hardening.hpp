#pragma once

#include <string>
#include <vector>

/// What a process that holds keys and passwords gives up for good, itself and for its children.
namespace dbw {

/// No core dump, no debugger and no look into its memory by the same user (RLIMIT_CORE, PR_SET_DUMPABLE), no gain of
/// rights by any program that it starts (PR_SET_NO_NEW_PRIVS: set-user-id programs such as sudo have no effect). Call
/// first thing in main, and require_hardened() where a failure can be told.
void harden_process() noexcept;

/// How it is now, asked of the kernel; for people. Throws Error{hardening_failed} where any of it is not in force.
std::string require_hardened();

/// From now on run_process() starts these programs and no others (Error{program_refused}); `programs` as in argv[0].
/// Programs that they start are not ours to see: git starts ssh.
void allow_only_programs(std::vector<std::string> programs);
/// What run_process() asks.
bool is_allowed_program(const std::string& program);

}  // namespace dbw
