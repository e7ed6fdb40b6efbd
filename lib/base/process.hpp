#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace dbw {

/// A child process to run to its end. Nothing is inherited but what is named here: the environment is exactly
/// `environment` and every other descriptor is closed. No shell is involved.
struct ProcessRequest {
  std::vector<std::string> argv;                    ///< argv[0] is looked up in `path_of(argv[0])` unless absolute
  std::map<std::string, std::string> environment;   ///< the whole environment of the child
  std::string input = {};                           ///< given on standard input
  std::filesystem::path folder = {};                ///< working folder; empty: ours
  Seconds timeout{60};                              ///< then SIGTERM, SIGKILL, Error{process_timeout}
  std::size_t output_bytes_max = 64 * 1024 * 1024;  ///< more: Error{process_failed}
  bool terminal = false;  ///< standard error stays ours, so that a passphrase or touch prompt is seen
};

struct ProcessResult {
  int status = 0;  ///< exit status; 128 + n where signal n ended it
  std::string output;
  std::string errors;
};

/// Throws Error{process_missing, process_timeout, process_failed (could not be started), program_refused}; a non-zero
/// status is the caller's to judge.
ProcessResult run_process(const ProcessRequest& request);

/// Runs a program of the person's own on their terminal (an editor): standard streams and environment are ours. Returns
/// its exit status.
int run_interactive(const std::vector<std::string>& argv);

/// Leaves only HOME, USER, LOGNAME, PATH (a fixed one), LANG, TERM, TMPDIR, NO_COLOR, DBW_HOME, XDG_CONFIG_HOME and
/// SSH_AUTH_SOCK in this process's environment; returns what it was, and overwrites the values of variables whose names
/// tell of secrets where the process got them. Call first thing in main, before any library or
/// thread looks.
std::map<std::string, std::string> reduce_environment();

/// HOME, PATH (/usr/local/bin:/usr/bin:/bin where unset), LANG=C.UTF-8, and, where `agent`, SSH_AUTH_SOCK and what a
/// FIDO2 or passphrase prompt needs (DISPLAY, SSH_ASKPASS, SSH_SK_PROVIDER, WAYLAND_DISPLAY).
std::map<std::string, std::string> clean_environment(bool agent = false);

}  // namespace dbw
