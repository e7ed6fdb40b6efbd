#include "workflow/fleet.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dbw::workflow {
namespace {

constexpr std::size_t k_shards_max = 1000;

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::optional<std::size_t> number_of(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string list(const std::vector<std::string>& names) {
  constexpr std::size_t k_named_max = 5;
  const std::size_t named = std::min(names.size(), k_named_max);
  const std::string out = join({names.begin(), names.begin() + static_cast<std::ptrdiff_t>(named)}, ", ");
  return named == names.size() ? out : fmt::format("{} and {} more", out, names.size() - named);
}

}  // namespace

bool is_failure(const std::string& outcome) {
  return outcome == "failed" || outcome == "partially_executed" || outcome == "unknown" || outcome == "lost";
}

Shard parse_shard(std::string_view text) {
  const auto slash = text.find('/');
  const auto number = number_of(text.substr(0, slash));
  const auto count = slash == std::string_view::npos ? std::nullopt : number_of(text.substr(slash + 1));
  if (!number || !count || *number == 0 || *count == 0 || *number > *count || *count > k_shards_max) {
    throw Error(ErrorCode::bad_usage, fmt::format("--shard {}: no share of a whole", printable(text)),
                fmt::format("Write NUMBER/COUNT, as in 2/8; COUNT at most {}.", k_shards_max));
  }
  return {*number, *count, false};
}

std::vector<std::string> members_of(const model::EnvironmentEntry& environment,
                                    const std::vector<std::string>& wanted) {
  std::vector<std::string> members;
  const auto is_wanted = [&](const std::string& member) { return wanted.empty() || holds(wanted, member); };
  for (const std::string& member : environment.canary) {
    if (is_wanted(member)) members.push_back(member);
  }
  for (const auto& [member, target] : environment.targets) {
    if (is_wanted(member) && !holds(environment.canary, member)) members.push_back(member);
  }
  return members;
}

bool takes(const Shard& shard, const model::EnvironmentEntry& environment, const std::string& member) {
  if (!environment.is_fleet()) return !shard.canary && shard.number == 1;
  if (holds(environment.canary, member)) return shard.canary || shard.count == 1;
  if (shard.canary) return false;
  // By the place in the whole list: what another runner did since must not move anything to another shard.
  const auto at = std::distance(environment.targets.begin(), environment.targets.find(member));
  return static_cast<std::size_t>(at) % shard.count == shard.number - 1;
}

FleetState fleet_state(const std::vector<std::string>& members, const LoggedRequest& logged,
                       const model::Request& request, const Digest& request_sha256) {
  FleetState state;
  for (const std::string& member : members) {
    std::size_t done = 0;
    for (const model::RequestStep& step : request.steps) {
      const std::string outcome = logged.last_outcome(step.id, request_sha256, member).value_or("");
      if (outcome == "executed" || outcome == "dry_run") ++done;
      if (is_failure(outcome)) state.failed.insert(member);
      if (is_failure(outcome) && outcome != "failed") state.stopped.insert(member);
    }
    if (done == request.steps.size()) state.done.insert(member);
  }
  return state;
}

void look_past_failures(FleetState& state) {
  state.failed.clear();
  state.done.merge(state.stopped);
}

std::optional<Refusal> fleet_refusal(const model::EnvironmentEntry& environment,
                                     const std::vector<std::string>& members, const FleetState& state,
                                     const std::string& member) {
  const auto failed = static_cast<std::int64_t>(state.failed.size());
  const std::vector<std::string> names(state.failed.begin(), state.failed.end());
  if (failed > environment.failures_max) {
    return Refusal{ErrorCode::fleet_stopped,
                   fmt::format("{} of {} members failed ({}), {} may; {} are done, the others are left alone", failed,
                               members.size(), list(names), environment.failures_max, state.done.size())};
  }
  if (holds(environment.canary, member)) return std::nullopt;
  std::vector<std::string> open;
  for (const std::string& canary : environment.canary) {
    if (!holds(members, canary) || state.done.contains(canary)) continue;
    if (state.failed.contains(canary))
      return Refusal{ErrorCode::fleet_stopped,
                     fmt::format("canary {} failed; the other members are left alone", canary)};
    open.push_back(canary);
  }
  if (open.empty()) return std::nullopt;
  return Refusal{ErrorCode::fleet_waits, fmt::format("canary {} has not run yet", list(open))};
}

}  // namespace dbw::workflow
