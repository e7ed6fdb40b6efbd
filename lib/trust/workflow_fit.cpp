#include "trust/workflow_fit.hpp"

#include <algorithm>
#include <map>

namespace dbw::trust {
namespace {

constexpr std::string_view k_any = "*";

bool overlap(std::string_view a, std::string_view b) { return a == k_any || b == k_any || a == b; }

}  // namespace

int specificity(const model::WorkflowMatch& match) {
  return (match.environment != k_any ? 4 : 0) + (match.database != k_any ? 2 : 0) + (match.classes_written ? 1 : 0);
}

bool admits_place(const model::WorkflowMatch& match, std::string_view database, std::string_view environment) {
  return overlap(match.database, database) && overlap(match.environment, environment);
}

bool admits_kind(const model::WorkflowMatch& match, model::RequestKind kind, model::RequestKind resumed) {
  if (!match.kind) return kind != model::RequestKind::grant;
  // What was admitted as a change or a migration is gone on with as one: the same SQL, looked at and approved once
  // more.
  const bool goes_on = kind == model::RequestKind::resume && *match.kind == model::kind_name(resumed);
  return goes_on || *match.kind == model::kind_name(kind);
}

int kind_rank(const model::WorkflowMatch& match, model::RequestKind kind) {
  const bool as_such = !match.kind || *match.kind == model::kind_name(kind);
  return 2 * specificity(match) + (as_such ? 1 : 0);
}

bool admits_mode(const model::WorkflowMatch& match, model::RequestMode mode) {
  return match.mode ? *match.mode == model::mode_name(mode) : mode != model::RequestMode::break_glass;
}

bool admits_class(const model::WorkflowMatch& match, StatementClass statement_class) {
  return std::find(match.classes.begin(), match.classes.end(), statement_class) != match.classes.end();
}

bool ties(const model::WorkflowMatch& a, const model::WorkflowMatch& b) {
  using model::RequestKind;
  using model::RequestMode;
  if (!overlap(a.environment, b.environment) || !overlap(a.database, b.database)) return false;
  constexpr RequestKind kinds[]{RequestKind::change, RequestKind::query, RequestKind::migration, RequestKind::grant,
                                RequestKind::resume};
  constexpr RequestMode modes[]{RequestMode::apply, RequestMode::dry_run, RequestMode::break_glass};
  const auto both_admit = [&](RequestKind kind, RequestKind resumed) {
    return admits_kind(a, kind, resumed) && admits_kind(b, kind, resumed) && kind_rank(a, kind) == kind_rank(b, kind);
  };
  return std::any_of(std::begin(kinds), std::end(kinds),
                     [&](RequestKind kind) {
                       return both_admit(kind, RequestKind::change) || both_admit(kind, RequestKind::migration);
                     }) &&
         std::any_of(std::begin(modes), std::end(modes),
                     [&](RequestMode mode) { return admits_mode(a, mode) && admits_mode(b, mode); }) &&
         std::any_of(a.classes.begin(), a.classes.end(), [&](StatementClass c) { return admits_class(b, c); });
}

std::optional<std::vector<model::Step>> merge_steps(std::vector<model::Step> steps,
                                                    const std::vector<const model::RaiseRule*>& raised) {
  std::map<std::string, model::Step> by_id;
  for (const model::RaiseRule* rule : raised) steps.insert(steps.end(), rule->add.begin(), rule->add.end());
  for (const model::Step& step : steps) {
    const auto [at, inserted] = by_id.emplace(step.id, step);
    if (!inserted && !(at->second == step)) return std::nullopt;
  }
  std::vector<model::Step> out;
  for (auto& [id, step] : by_id) out.push_back(std::move(step));
  return out;
}

}  // namespace dbw::trust
