#include "workflow/capabilities.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dbw::workflow {
namespace {

template <typename List, typename Item>
bool allows(const List& list, const Item& item) {
  return list.empty() || std::find(list.begin(), list.end(), item) != list.end();
}

std::string class_list(const std::vector<StatementClass>& classes) {
  std::vector<std::string> names;
  for (const StatementClass each : classes) names.emplace_back(class_name(each));
  return join(names, ", ");
}

bool may_change_rows(const sqlparse::ParsedSql& sql) {
  return std::any_of(sql.statements.begin(), sql.statements.end(), [](const sqlparse::Statement& statement) {
    return statement.statement_class != StatementClass::read && statement.statement_class != StatementClass::session &&
           statement.statement_class != StatementClass::ddl;
  });
}

}  // namespace

bool Capabilities::permits(const std::string& database, const std::string& environment) const {
  return allows(databases, database) && allows(environments, environment);
}

std::vector<Refusal> capability_refusals(const ExecutorConfig& config, const Assessment& assessment) {
  std::vector<Refusal> refusals;
  const model::Request& request = (*assessment.request)->request;
  const Capabilities& capabilities = config.capabilities;
  const std::vector<StatementClass> classes = assessment.content->review.classes();
  const bool classes_allowed = std::all_of(classes.begin(), classes.end(),
                                           [&](StatementClass each) { return allows(capabilities.classes, each); });
  if (!capabilities.permits(request.database, request.environment) || !classes_allowed) {
    refusals.push_back({ErrorCode::capability_exceeded,
                        fmt::format("{} on {} in {} is beyond the capabilities of {}", class_list(classes),
                                    request.database, request.environment, config.machine)});
  }
  if (capabilities.max_changed_rows) {
    for (std::size_t i = 0; i < request.steps.size(); ++i) {
      const model::RequestStep& step = request.steps[i];
      if (step.transactional || !may_change_rows(assessment.content->parsed[i])) continue;
      refusals.push_back(
          {ErrorCode::capability_exceeded,
           fmt::format("step {} has no transaction, so that nothing can hold it to max_changed_rows", step.id)});
    }
  }
  return refusals;
}

void bound_plan(const Capabilities& capabilities, plan::Plan& plan,
                const std::function<void(const std::string&)>& say) {
  const auto& timeout = capabilities.statement_timeout;
  const auto& rows = capabilities.max_changed_rows;
  for (plan::PlannedStep& step : plan.steps) {
    if (timeout && step.statement_timeout > *timeout) {
      step.statement_timeout = *timeout;
      say(fmt::format("step {}: statement timeout {}, as the host's capabilities say", step.id,
                      format_duration(*timeout)));
    }
    if (!rows || !step.transactional || plan.kind == model::RequestKind::query ||
        (step.rows_max && *step.rows_max <= *rows))
      continue;
    step.rows_max = rows;
    say(fmt::format("step {}: at most {} rows may change, as the host's capabilities say", step.id, *rows));
  }
  plan.rows_max = std::min(plan.rows_max, capabilities.max_rows.value_or(plan.rows_max));
  plan.bytes_max = std::min(plan.bytes_max, capabilities.result_bytes.value_or(plan.bytes_max));
}

std::string capabilities_text(const Capabilities& capabilities) {
  std::vector<std::string> classes;
  for (const StatementClass each : capabilities.classes) classes.emplace_back(class_name(each));
  const auto list = [](const std::vector<std::string>& names) { return names.empty() ? "any" : join(names, ", "); };
  std::string text = fmt::format("environments: {}; databases: {}; classes: {}", list(capabilities.environments),
                                 list(capabilities.databases), list(classes));
  const std::pair<std::string_view, const std::optional<std::int64_t>*> limits[] = {
      {"max_rows", &capabilities.max_rows},
      {"result_bytes", &capabilities.result_bytes},
      {"max_changed_rows", &capabilities.max_changed_rows}};
  for (const auto& [name, limit] : limits) {
    if (*limit) text += fmt::format("; {}: {}", name, **limit);
  }
  if (capabilities.statement_timeout)
    text += fmt::format("; statement_timeout: {}", format_duration(*capabilities.statement_timeout));
  return text;
}

}  // namespace dbw::workflow
