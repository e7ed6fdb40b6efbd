#include <fmt/format.h>

#include <memory>

#include "base/text.hpp"
#include "commands.hpp"
#include "review/review.hpp"

namespace dbw::tool {
namespace {

std::string engines_text(review::Engines engines) {
  std::vector<std::string> names;
  for (const Engine engine : review::engines_of(engines)) names.emplace_back(engine_name(engine));
  return join(names, ", ");
}

std::string explain_rule(const review::RuleInfo& info) {
  return fmt::format(
      "{}\n\n{}\n\ncategory       {}\nseverity       {} (policy sets it per environment)\nengines        {}\ncan be "
      "waived  {}\n\nWhat happens\n  {}\n\nInstead\n  {}\n\n"
      "Sources\n  {}\n",
      info.id, info.summary, info.category, model::severity_name(info.severity), engines_text(info.engines),
      info.suppressible ? "yes" : "no", info.why, join(split(info.instead, '\n'), "\n  "), info.sources);
}

std::string explain_error(const ErrorInfo& info) {
  return fmt::format("{}  {}\n\n{}\n\nexit status  {}\nname         {}\n", error_id(info.code), info.title, info.hint,
                     static_cast<int>(info.status), info.name);
}

ExitStatus run(const std::string& what, const cli::Context& context) {
  if (const review::Rule* rule = review::find_rule(what)) {
    context.out(explain_rule(rule->info));
    return ExitStatus::done;
  }
  for (const ErrorInfo& info : error_table()) {
    if (error_id(info.code) == what) {
      context.out(explain_error(info));
      return ExitStatus::done;
    }
  }
  throw Error(ErrorCode::bad_usage, fmt::format("there is no rule or error \"{}\"", printable(what)),
              "List the rules with dbw-review rules.");
}

}  // namespace

cli::Command explain_command() {
  auto what = std::make_shared<std::string>();
  cli::Command command;
  command.name = "explain";
  command.summary = "Explain a rule or an error id";
  command.description =
      "Says what a rule looks for, what happens to production, and what to do instead; or what an error id means.";
  command.examples = {"dbw-review explain create-index-not-concurrent", "dbw-review explain DBW-E0701"};
  command.positionals = {{"RULE|ERROR-ID", "for example drop-table or DBW-E0701", what.get()}};
  command.run = [what](const cli::Context& context) { return run(*what, context); };
  return command;
}

}  // namespace dbw::tool
