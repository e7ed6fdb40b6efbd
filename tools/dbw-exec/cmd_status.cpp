#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/text.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "db/ledger.hpp"
#include "workflow/describe.hpp"

namespace dbw::tool {
namespace {

ExitStatus run(const cli::Context& context, const HostOptions& options, const Environment& environment) {
  const workflow::ExecutorConfig config = load_host(options, environment);
  workflow::Executor executor(config, executor_options(context, options, environment), context.clock);
  const std::vector<workflow::TargetStatus> targets = executor.status();
  const std::vector<workflow::DueReview> reviews = executor.due_reviews();
  if (context.json) {
    codec::Value::List values, due;
    for (const workflow::DueReview& review : reviews) due.push_back(workflow::due_review_value(review));
    for (const workflow::TargetStatus& target : targets) values.push_back(workflow::target_value(target));
    codec::Value value;
    value.set("log_size", static_cast<std::int64_t>(executor.log().head().size))
        .set("log_root", executor.log().head().root.text());
    context.out(codec::emit_json_pretty(value.set("targets", values).set("post_reviews", due)) + "\n");
  } else {
    context.out(fmt::format("log {}: {} entries, root {}\n", executor.log().origin(), executor.log().head().size,
                            executor.log().head().root.text()));
    for (const workflow::TargetStatus& target : targets) context.out(workflow::describe_target(target));
    for (const workflow::DueReview& review : reviews)
      context.out(
          fmt::format("{}{}\n", review.overdue ? "OVERDUE " : "", printable(workflow::due_review_text(review))));
  }
  const bool overdue = std::any_of(reviews.begin(), reviews.end(), [](const auto& review) { return review.overdue; });
  for (const workflow::TargetStatus& target : targets) {
    if (!target.refusals.empty()) return error_info(target.refusals.front().code).status;
  }
  return overdue ? ExitStatus::refused : ExitStatus::done;
}

}  // namespace

cli::Command status_command(const Environment& environment) {
  auto options = std::make_shared<HostOptions>();
  cli::Command command;
  command.name = "status";
  command.summary = "log, targets, and claims that are open";
  command.description = "Looks and changes nothing. A claim that stays open after a crash is settled by the next run.";
  command.examples = {"dbw-exec status", "dbw-exec status --format json"};
  command.options = options->options();
  command.run = [options, &environment](const cli::Context& context) { return run(context, *options, environment); };
  return command;
}

}  // namespace dbw::tool
