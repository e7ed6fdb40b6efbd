#include <chrono>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "codec/json.hpp"
#include "commands.hpp"
#include "preflight.hpp"
#include "result_output.hpp"
#include "workflow/follow.hpp"
#include "workflow/open_result.hpp"
#include "workflow/seal_key.hpp"

namespace dbw::tool {
namespace {

constexpr auto k_poll_interval = std::chrono::seconds(2);

bool is_end(workflow::RequestState state) {
  using State = workflow::RequestState;
  switch (state) {
    case State::executed:
    case State::failed:
    case State::partially_executed:
    case State::unknown:
    case State::rejected:
    case State::cancelled:
    case State::expired:
    case State::blocked:
      return true;
    default:
      return false;
  }
}

ExitStatus status_of(workflow::RequestState state) {
  using State = workflow::RequestState;
  if (state == State::executed) return ExitStatus::done;
  if (state == State::failed) return ExitStatus::database_refused;
  if (state == State::partially_executed || state == State::unknown) return ExitStatus::database_unknown;
  return is_end(state) ? ExitStatus::refused : ExitStatus::environment;
}

void print(const cli::Context& context, const RequestId& id, const workflow::FollowedRequest& followed) {
  std::int64_t rows = 0;
  for (const audit::ResultBody& result : followed.results) rows += result.rows;
  if (!context.json) {
    context.out(fmt::format("{}: {}{}\n", id.text(), workflow::state_name(followed.state),
                            followed.results.empty() ? "" : fmt::format(", {} rows", rows)));
    return;
  }
  codec::Value value;
  value.set("id", id.text()).set("state", workflow::state_name(followed.state)).set("rows", rows);
  context.out(codec::emit_json_pretty(value) + "\n");
}

/// The rows, where they were sealed for this person and have arrived; else what stands in the way.
void print_rows(const cli::Context& context, workflow::Workspace& workspace, const RequestId& id,
                const workflow::FollowedRequest& followed) {
  if (context.json || followed.results.empty() || !followed.results.back().sealed_sha256) return;
  if (!followed.results.back().member.empty()) {
    context.note(fmt::format(
        "its rows are sealed, those of each member apart: see dbw-request result {} --member NAME\n", id.text()));
    return;
  }
  try {
    print_result(context, workflow::open_result(workflow::fetch_result(workspace, id, ""),
                                                workflow::load_seal_keys(workflow::seal_key_file())));
  } catch (const Error& error) {
    context.note(fmt::format("its rows are sealed: {}; see dbw-request result {}\n", error.message(), id.text()));
  }
}

}  // namespace

ExitStatus wait_for(const cli::Context& context, const RequestId& id, Seconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  std::optional<workflow::RequestState> shown;
  for (;;) {
    workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
    const workflow::FollowedRequest followed = workflow::follow_request(workspace, id);
    const bool last = is_end(followed.state) || (at_most.count() != 0 && std::chrono::steady_clock::now() >= deadline);
    if (last) {
      print(context, id, followed);
      print_rows(context, workspace, id, followed);
      return status_of(followed.state);
    }
    if (shown != followed.state) context.note(fmt::format("{}: {}\n", id.text(), workflow::state_name(followed.state)));
    shown = followed.state;
    if (cli::interrupted()) throw Error(ErrorCode::interrupted, "stopped waiting; the request goes on");
    std::this_thread::sleep_for(k_poll_interval);
  }
}

namespace {

struct Options {
  std::string request, timeout;
};

}  // namespace

cli::Command wait_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "wait";
  command.summary = "follow a request to its end";
  command.description =
      "Looks every two seconds. Exit status 0 executed, 1 refused, rejected, withdrawn or expired, 4 still open after "
      "--timeout, 5 failed without effect, 6 partly "
      "executed or unknown.";
  command.examples = {"dbw-request wait REQ-20261120-K7QF --timeout 1h"};
  command.options = {{"--timeout", "DURATION", "give up after this time; without it, never", &options->timeout}};
  command.positionals = {{"REQUEST", "its id", &options->request}};
  command.run = [options](const cli::Context& context) {
    return wait_for(context, RequestId(options->request),
                    options->timeout.empty() ? Seconds(0) : parse_duration(options->timeout));
  };
  return command;
}

}  // namespace dbw::tool
