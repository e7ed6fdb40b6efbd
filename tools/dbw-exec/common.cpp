#include <algorithm>
#include <array>

#include "base/files.hpp"
#include "base/hardening.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "workflow/caller.hpp"
#include "workflow/describe.hpp"
#include "workflow/host_safety.hpp"

namespace dbw::tool {
namespace {

/// Gravest first: what a pipeline must hear when several requests ran.
constexpr std::array<ExitStatus, 9> k_by_gravity = {ExitStatus::database_unknown,
                                                    ExitStatus::bug,
                                                    ExitStatus::database_refused,
                                                    ExitStatus::busy,
                                                    ExitStatus::environment,
                                                    ExitStatus::malformed,
                                                    ExitStatus::usage,
                                                    ExitStatus::refused,
                                                    ExitStatus::done};

constexpr std::size_t k_tokens_bytes_max = 1024 * k_token_bytes_max;

}  // namespace

std::vector<cli::Option> HostOptions::options() {
  return {
      {"--config", "FILE", "exec.yaml, /etc/dbw/exec.yaml by default", &config},
      {"--dev", "", "development host: passwords may come from the environment; refused for production environments",
       &dev},
      {"--allow-root", "", "run as root, in a throw-away container; exec.yaml may say allow_root: true", &allow_root}};
}

std::vector<cli::Option> PlaceOptions::options() {
  std::vector<cli::Option> all = HostOptions::options();
  all.push_back({"-d,--database", "NAME", "as in policy and exec.yaml", &place.database, true});
  all.push_back({"-e,--environment", "NAME", "as in policy and exec.yaml", &place.environment, true});
  all.push_back({"--member", "NAME", "of the environment's fleet", &place.member});
  return all;
}

std::vector<cli::Option> RunnerOptions::options() {
  std::vector<cli::Option> all = HostOptions::options();
  all.push_back({"--tokens", "FILE", "execution and CI tokens, one a line; - is standard input", &tokens});
  all.push_back(
      {"--shard", "I/N", "of fleets the I-th of N parts, canary members excluded, for N jobs side by side", &shard});
  all.push_back({"--canary", "", "of fleets the canary members, and nothing else", &canary});
  return all;
}

workflow::Shard RunnerOptions::chosen() const {
  if (canary && !shard.empty())
    throw Error(ErrorCode::bad_usage, "--canary and --shard exclude each other", "The canary members go first.");
  if (canary) return {.number = 1, .count = 1, .canary = true};
  return shard.empty() ? workflow::Shard{} : workflow::parse_shard(shard);
}

workflow::ExecutorConfig load_host(const HostOptions& host, const Environment& environment) {
  require_hardened();
  workflow::ExecutorConfig config = workflow::load_executor_config(host.config);
  workflow::require_user(config, host.allow_root);
  workflow::require_private_host(config);
  if (!host.dev) workflow::require_caller_cannot_read(config, environment);
  workflow::limit_programs(config);
  return config;
}

workflow::ExecutorOptions executor_options(const cli::Context& context, const HostOptions& host,
                                           const Environment& environment) {
  workflow::ExecutorOptions options;
  options.credentials.dev = host.dev;
  options.credentials.environment = environment;
  options.credentials.report = [](const Refusal& refusal) {
    cli::write_error_stream(cli::format_refusals({refusal}));  // also where --quiet: it is no progress
  };
  if (const auto token = environment.find("DBW_CI_TOKEN"); token != environment.end())
    options.credentials.ci_tokens = {token->second};
  options.progress = [&context](const std::string& line) { context.note(line + "\n"); };
  options.status = [&context](const std::string& text) { context.status(text); };
  options.interrupted = cli::interrupted;
  return options;
}

void add_tokens(workflow::ExecutorOptions& options, const std::string& file, const Environment& environment) {
  std::string text;
  if (const auto variable = environment.find("DBW_CI_TOKEN"); variable != environment.end())
    text = variable->second + "\n";
  if (!file.empty()) {
    text += file == "-" ? read_stdin(k_tokens_bytes_max) : read_file(file, k_tokens_bytes_max);
  } else if (const auto variable = environment.find("DBW_TOKEN"); variable != environment.end()) {
    text += variable->second;
  }
  for (const std::string_view line : split_lines(text)) {
    if (trim(line).empty()) continue;
    (workflow::looks_like_web_token(trim(line)) ? options.ci_tokens : options.tokens).emplace_back(trim(line));
  }
  options.credentials.ci_tokens = options.ci_tokens;
}

ExitStatus report_outcomes(const cli::Context& context, const std::vector<workflow::StepOutcome>& outcomes,
                           const codec::Value::List* traces) {
  if (context.json) {
    codec::Value::List values;
    for (const workflow::StepOutcome& outcome : outcomes) values.push_back(workflow::outcome_value(outcome));
    codec::Value value;
    value.set("outcomes", values);
    if (traces != nullptr) value.set("traces", *traces);
    context.out(codec::emit_json_pretty(value) + "\n");
  } else {
    for (const workflow::StepOutcome& outcome : outcomes) context.out(workflow::describe_outcome(outcome));
  }
  for (const ExitStatus status : k_by_gravity) {
    if (std::any_of(outcomes.begin(), outcomes.end(), [&](const auto& outcome) { return outcome.status == status; }))
      return status;
  }
  return ExitStatus::done;
}

}  // namespace dbw::tool
