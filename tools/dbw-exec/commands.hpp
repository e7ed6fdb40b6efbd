#pragma once

#include <map>
#include <string>

#include "cli/command.hpp"
#include "workflow/executor.hpp"
#include "workflow/fleet.hpp"

namespace dbw::tool {

/// The environment as it was before main() reduced it; only --dev credentials and CI detection look at it.
using Environment = std::map<std::string, std::string>;

cli::Command setup_command(const Environment& environment);
cli::Command adopt_command(const Environment& environment);
cli::Command migrations_command(const Environment& environment);
cli::Command plan_command(const Environment& environment);
cli::Command run_command(const Environment& environment);
cli::Command watch_command(const Environment& environment);
cli::Command snapshot_command(const Environment& environment);
cli::Command status_command(const Environment& environment);
cli::Command doctor_command(const Environment& environment);

/// What every command of the executor needs to know.
struct HostOptions {
  std::string config = "/etc/dbw/exec.yaml";
  bool dev = false;
  bool allow_root = false;
  std::vector<cli::Option> options();
};

/// The options of commands that are about one database.
struct PlaceOptions : HostOptions {
  workflow::Place place;
  std::vector<cli::Option> options();
};

/// The options of commands that run what is approved.
struct RunnerOptions : HostOptions {
  std::string tokens, shard;
  bool canary = false;
  std::vector<cli::Option> options();
  /// Throws Error{bad_usage}.
  workflow::Shard chosen() const;
};

/// exec.yaml, where the host and whoever called are as it demands (workflow/host_safety.hpp, workflow/caller.hpp).
workflow::ExecutorConfig load_host(const HostOptions& host, const Environment& environment);
workflow::ExecutorOptions executor_options(const cli::Context& context, const HostOptions& host,
                                           const Environment& environment);
/// Execution tokens and CI tokens, one a line: they come by one way because one fixed sudo rule has to let them in.
/// `file` ("-": standard input), or else DBW_TOKEN; and DBW_CI_TOKEN.
void add_tokens(workflow::ExecutorOptions& options, const std::string& file, const Environment& environment);
/// Prints outcomes (text or JSON, there with `traces` where they are given) and returns the gravest exit status.
ExitStatus report_outcomes(const cli::Context& context, const std::vector<workflow::StepOutcome>& outcomes,
                           const codec::Value::List* traces = nullptr);

}  // namespace dbw::tool
