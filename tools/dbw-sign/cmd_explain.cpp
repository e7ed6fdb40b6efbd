#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "authority.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/table.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "trust/explain.hpp"
#include "trust/lint.hpp"
#include "workflow/authority_effects.hpp"
#include "workflow/describe.hpp"

namespace dbw::tool {
using workflow::DocumentKind;
namespace {

struct Options {
  std::string database, environment, classes, kind = "change", mode = "apply", person, request;
  bool draft = false;
};

codec::Value names_value(const std::vector<std::string>& names) {
  codec::Value::List out;
  for (const std::string& each : names) out.emplace_back(each);
  return out;
}

codec::Value explanation_value(const trust::Explanation& explanation) {
  codec::Value::List considered, steps;
  for (const trust::ConsideredWorkflow& each : explanation.considered) {
    codec::Value row;
    row.set("name", each.name).set("specificity", std::int64_t{each.specificity}).set("weights", each.weights);
    considered.push_back(row.set("misfit", each.misfit).set("chosen", each.chosen));
  }
  for (const trust::ExplainedStep& each : explanation.steps) {
    codec::Value row;
    row.set("id", each.step.id).set("need", std::int64_t{each.step.need}).set("groups", names_value(each.step.groups));
    steps.push_back(row.set("when", each.when).set("people", names_value(each.people)));
  }
  codec::Value out;
  return out.set("workflow", explanation.match.workflow.name)
      .set("considered", considered)
      .set("steps", steps)
      .set("conditions", names_value(explanation.conditions))
      .set("refusals", workflow::refusals_value(explanation.match.refusals));
}

std::string explanation_text(const trust::Explanation& explanation) {
  const std::string& chosen = explanation.match.workflow.name;
  std::string out = chosen.empty() ? "no workflow: refused\n" : fmt::format("workflow {}\n", chosen);
  for (const trust::ConsideredWorkflow& each : explanation.considered) {
    out += each.misfit.empty() ? fmt::format("  {} {}: specificity {} ({})\n", each.chosen ? "*" : " ", each.name,
                                             each.specificity, each.weights)
                               : fmt::format("    {}: {}\n", each.name, each.misfit);
  }
  for (const trust::ExplainedStep& each : explanation.steps) {
    out += fmt::format("step {}{}: {} of {}; able now: {}\n", each.step.id,
                       each.when.empty() ? "" : " (only where " + each.when + ")", each.step.need,
                       join(each.step.groups, ", "), each.people.empty() ? "nobody" : join(each.people, ", "));
  }
  for (const std::string& condition : explanation.conditions) out += condition + "\n";
  if (!explanation.match.refusals.empty()) out += "refused:\n" + cli::format_refusals(explanation.match.refusals);
  return out;
}

template <typename Found>
Found require_one_of(const std::optional<Found>& found, std::string_view option, std::string_view text) {
  if (!found) throw Error(ErrorCode::bad_usage, fmt::format("{}: \"{}\" is none", option, printable(text)));
  return *found;
}

trust::MatchInput match_input(const Options& options, Timestamp now) {
  trust::MatchInput input;
  input.database = options.database;
  input.environment = options.environment;
  input.kind = require_one_of(model::parse_kind(options.kind), "--kind", options.kind);
  input.mode = require_one_of(model::parse_mode(options.mode), "--mode", options.mode);
  for (const std::string& each : split(options.classes, ','))
    input.classes.push_back(require_one_of(parse_class(trim(each)), "CLASS", each));
  input.now = now;
  input.risk = model::Risk::low;  // what a higher one adds is shown as a condition
  input.requester = options.person;
  input.has_reason = input.has_ticket = input.has_rollback = true;
  return input;
}

trust::Authority authority_for(const cli::Context& context, const Options& options) {
  const trust::Authority authority = any_authority(context);
  if (!options.person.empty() && authority.find_person(options.person) == nullptr) {
    throw Error(ErrorCode::trust_unknown_person,
                fmt::format("{} is not on roster {}", printable(options.person), authority.roster().version));
  }
  if (!options.draft) return authority;
  const workflow::CheckoutDocuments newest = workflow::newest_documents(
      context.repo, workflow::document_files(context.repo, DocumentKind::policy).back(), DocumentKind::policy);
  context.note(
      fmt::format("as if roster {} and policy {} were in force\n", newest.roster.version, newest.policy.version));
  return trust::suppose(authority, &newest.roster, &newest.policy);
}

ExitStatus print(const cli::Context& context, const trust::Explanation& explanation) {
  context.out(context.json ? codec::emit_json_pretty(explanation_value(explanation)) + "\n"
                           : explanation_text(explanation));
  return explanation.match.matched() ? ExitStatus::done : ExitStatus::refused;
}

/// One that exists: its own classes, risk and requester, and what it still lacks.
ExitStatus explain_request(const cli::Context& context, const RequestId& id) {
  const workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
  const auto assessment = workspace.assess(id);
  if (!assessment) throw Error(ErrorCode::request_unknown, "there is no request " + id.text());
  if (!assessment->request) throw Error(assessment->refusals.front());
  const ExitStatus status = print(
      context, trust::explain(workspace.authority(), trust::match_input((*assessment->request)->request,
                                                                        assessment->content->review, workspace.now())));
  if (context.json) return status;
  context.out(fmt::format("{}: {}\n", id.text(), workflow::state_name(assessment->state)));
  for (const trust::FilledStep& each : assessment->judged.filled)
    context.out(fmt::format("  step {} is filled by {}\n", each.step, each.person));
  for (const trust::MissingStep& each : assessment->judged.missing) {
    context.out(fmt::format("  step {} lacks {}; able: {}\n", each.step, each.count,
                            each.could_fill.empty() ? "nobody" : join(each.could_fill, ", ")));
  }
  context.out(cli::format_refusals(assessment->refusals));
  return status;
}

ExitStatus run_explain(const cli::Context& context, const Options& options) {
  if (!options.request.empty()) return explain_request(context, RequestId(options.request));
  if (options.database.empty() || options.environment.empty() || options.classes.empty())
    throw Error(ErrorCode::bad_usage, "DATABASE, ENVIRONMENT and CLASS are missing, or --request");
  return print(context, trust::explain(authority_for(context, options), match_input(options, context.clock.now())));
}

ExitStatus run_coverage(const cli::Context& context, const Options& options) {
  const trust::Authority authority = authority_for(context, options);
  codec::Value::List values;
  cli::Table table({"DATABASE", "ENVIRONMENT", "CLASS", "WORKFLOW"});
  for (const trust::CoverageRow& row : trust::coverage(authority.policy())) {
    const std::string name(class_name(row.statement_class));
    table.add(
        {row.database, row.environment, name, row.workflows.empty() ? "none: refused" : join(row.workflows, ", ")});
    codec::Value value;
    values.push_back(value.set("database", row.database)
                         .set("environment", row.environment)
                         .set("class", name)
                         .set("workflows", names_value(row.workflows)));
  }
  codec::Value all;
  context.out(context.json ? codec::emit_json_pretty(all.set("coverage", values)) + "\n" : table.text());
  return ExitStatus::done;
}

}  // namespace

cli::Command explain_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "explain";
  command.summary = "which workflow a request falls under, why, and who can approve it";
  command.description =
      "Shows every workflow that was considered, with its specificity or what it does not admit; the steps with who "
      "can fill them, and under which condition. With --request it judges one that exists and says what it lacks. "
      "Reads the checkout given by -C where it holds trust documents, else the repository of the profile. Exit status "
      "1 where it would be refused.";
  command.examples = {"dbw-sign policy explain shop production dml --as alice",
                      "dbw-sign policy explain shop production read --kind query --draft -C changes",
                      "dbw-sign policy explain --request REQ-20261120-K7QF"};
  command.options = {{"--kind", "KIND", "change, query, migration, grant or resume; change by default", &options->kind},
                     {"--mode", "MODE", "apply, dry_run or break_glass; apply by default", &options->mode},
                     {"--as", "NAME", "who asks", &options->person},
                     {"--request", "ID", "a request that exists", &options->request},
                     {"--draft", "", "as if the newest versions of the checkout were signed", &options->draft}};
  command.positionals = {{"DATABASE", "as the policy names it", &options->database, false},
                         {"ENVIRONMENT", "as the policy names it", &options->environment, false},
                         {"CLASS", "of the statements; several with commas", &options->classes, false}};
  command.run = [options](const cli::Context& context) { return run_explain(context, *options); };
  return command;
}

cli::Command coverage_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "coverage";
  command.summary = "which workflows admit each class of statements on each database";
  command.description = "The most specific comes first. What no workflow admits is refused.";
  command.examples = {"dbw-sign policy coverage", "dbw-sign policy coverage -C changes --draft"};
  command.options = {{"--draft", "", "as if the newest versions of the checkout were signed", &options->draft}};
  command.run = [options](const cli::Context& context) { return run_coverage(context, *options); };
  return command;
}

}  // namespace dbw::tool
