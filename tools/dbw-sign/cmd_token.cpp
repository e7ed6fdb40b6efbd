#include <cstdlib>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "workflow/describe.hpp"
#include "workflow/issue.hpp"

namespace dbw::tool {
namespace {

constexpr std::size_t k_ci_tokens_bytes_max = 16 * k_web_token_bytes_max;

struct Options {
  std::string config = "/etc/dbw/issuer.yaml";
  std::string ttl, out, bundle, key, ci_token;
  std::vector<std::string> requests;
  bool due = false;
  bool trace = false;
};

void print_refused(const cli::Context& context, const workflow::Issue& issue) {
  for (const auto& [id, refusals] : issue.refused)
    context.note(fmt::format("{}: no token\n{}", id.text(), cli::format_refusals(refusals)));
}

std::string rendered(const cli::Context& context, const workflow::Issue& issue, const codec::Value::List* traces) {
  std::string lines;
  codec::Value::List values;
  for (const workflow::IssuedToken& token : issue.tokens) {
    lines += token.line + "\n";
    codec::Value value;
    values.push_back(
        value.set("request", token.request.text()).set("token", token.line).set("expires_at", token.expires_at.text()));
  }
  codec::Value value;
  value.set("tokens", values);
  if (traces != nullptr) value.set("traces", *traces);
  return context.json ? codec::emit_json_pretty(value) + "\n" : lines;
}

/// A token of the job's host: never in argv, where others on the host could read it.
std::vector<std::string> ci_tokens(const Options& options) {
  std::string text;
  if (!options.ci_token.empty()) {
    text = options.ci_token == "-" ? read_stdin(k_ci_tokens_bytes_max)
                                   : read_file(options.ci_token, k_ci_tokens_bytes_max);
  } else if (const char* variable = std::getenv("DBW_CI_TOKEN"); variable != nullptr) {
    text = variable;
  }
  std::vector<std::string> lines;
  for (const std::string_view line : split_lines(text)) {
    if (!trim(line).empty()) lines.emplace_back(trim(line));
  }
  return lines;
}

ExitStatus run(const cli::Context& context, const Options& options) {
  if (options.due == !options.requests.empty()) {
    throw Error(ErrorCode::bad_usage,
                options.due ? "--due goes without request ids" : "nothing says which requests are meant",
                "Name requests by their ids, or give --due for everything that is due.");
  }
  std::vector<RequestId> ids;
  for (const std::string& text : options.requests) ids.emplace_back(text);
  const Seconds ttl = options.ttl.empty() ? Seconds(k_token_seconds_default) : parse_duration(options.ttl);
  const std::filesystem::path bundle =
      options.bundle.empty() ? std::filesystem::path() : std::filesystem::absolute(options.bundle);
  codec::Value::List traces;
  const auto note = [&](std::string_view text) { context.note(text); };
  const workflow::TraceSink sink =
      options.trace ? workflow::trace_to(note, context.json ? &traces : nullptr) : workflow::TraceSink{};
  workflow::HostConfig config = workflow::load_issuer_config(options.config);
  if (!options.key.empty()) config.key = options.key;
  const workflow::Issue issue =
      workflow::issue_tokens(config, ids, ttl, context.clock.now(), {bundle, ci_tokens(options), sink});
  print_refused(context, issue);
  const std::string text = rendered(context, issue, options.trace ? &traces : nullptr);
  if (options.out.empty()) {
    context.out(text);
  } else {
    write_file_atomic(options.out, text, 0600);
  }
  return issue.refused.empty() ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

cli::Command token_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "token";
  command.summary = "issue execution tokens (the issuer's CI job)";
  command.description =
      "Verifies trust, request, review and approvals for itself and signs one token per approved request, one line "
      "each. A token is one more item the executor needs, never "
      "enough by itself. With --due: all that are approved now; none is success.";
  command.examples = {"dbw-sign token --due --out tokens.txt", "dbw-sign token REQ-20261120-K7QF --ttl 10m"};
  command.options = {
      {"--config", "FILE", "issuer.yaml, /etc/dbw/issuer.yaml by default", &options->config},
      {"--key", "KEY", "a file or pkcs11: URI instead of the configuration's", &options->key},
      {"--bundle", "FILE", "break-glass requests of this bundle, without the repository", &options->bundle},
      {"--due", "", "for everything that is approved now", &options->due},
      {"--ci-token", "FILE", "the job's token where policy demands a CI identity; - is standard input",
       &options->ci_token},
      {"--ttl", "DURATION", "life of the tokens, 5m by default, 15m at most", &options->ttl},
      {"--out", "FILE", "write them here (mode 0600) instead of standard output", &options->out},
      {"--trace", "", "every check with its inputs", &options->trace}};
  command.positionals = {{"REQUEST", "ids", &options->requests, false}};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
