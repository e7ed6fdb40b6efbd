#include <fmt/format.h>

#include <memory>

#include "base/text.hpp"
#include "commands.hpp"
#include "review/review.hpp"
#include "review/risk.hpp"
#include "review/table_work.hpp"

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

std::string explain_risk() {
  std::string out = fmt::format(
      "The risk of a change is a sum of weights: from {} on medium, from {} high, from {} critical, else low. Where "
      "something could not be read, or nothing is there, it is unknown, and never approved automatically. Each review "
      "lists its factors with --format json.\n\n",
      review::k_risk_medium_min, review::k_risk_high_min, review::k_risk_critical_min);
  for (const review::RiskTerm& term : review::risk_terms())
    out += fmt::format("{:>4}  {:<18}  {}\n", term.weight, term.factor, term.when);
  out += "\nSeconds that a lock is held are estimated from the bytes that the schema snapshot says:\n\n";
  for (const std::string& term : review::estimate_terms()) out += term + "\n";
  return out;
}

struct Arguments {
  std::string what;
  bool risk = false;
};

ExitStatus run(const Arguments& arguments, const cli::Context& context) {
  const std::string& what = arguments.what;
  if (arguments.risk != what.empty())
    throw Error(ErrorCode::bad_usage, "explain takes a rule, an error id or --risk", "Name one of them.");
  if (arguments.risk) {
    context.out(explain_risk());
    return ExitStatus::done;
  }
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
  auto arguments = std::make_shared<Arguments>();
  cli::Command command;
  command.name = "explain";
  command.summary = "Explain a rule, an error id or the risk";
  command.description =
      "Says what a rule looks for, what happens to production, and what to do instead; what an error id means; or how "
      "the risk of a change and the seconds of its locks are computed, with every weight and rate.";
  command.examples = {"dbw-review explain create-index-not-concurrent", "dbw-review explain DBW-E0701",
                      "dbw-review explain --risk"};
  command.options = {{"--risk", "", "how risk and lock times are computed", &arguments->risk}};
  command.positionals = {{"RULE|ERROR-ID", "for example drop-table or DBW-E0701", &arguments->what, false}};
  command.run = [arguments](const cli::Context& context) { return run(*arguments, context); };
  return command;
}

}  // namespace dbw::tool
