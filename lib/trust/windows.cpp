#include "trust/windows.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/time_zone.hpp"

namespace dbw::trust {
namespace {

/// Windows repeat every week; fewer days would not show their longest gap.
constexpr Seconds k_gap_span_min{15 * 86400};

constexpr std::int64_t k_seconds_of_day = 86400;
constexpr std::int64_t k_year = 366 * k_seconds_of_day;
/// 1970-01-01 was a Thursday, the fourth day of a week that begins on Monday.
constexpr std::int64_t k_epoch_weekday = 3;
/// Clocks skip at most one of three occurrences of an hour of the week.
constexpr std::int64_t k_days_ahead = 22;

std::int64_t floor_day(std::int64_t seconds) {
  return (seconds - ((seconds % k_seconds_of_day) + k_seconds_of_day) % k_seconds_of_day) / k_seconds_of_day;
}

bool is_on(const model::Window& window, std::int64_t day) {
  constexpr std::array<std::string_view, 7> names{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  const std::string_view name = names.at(static_cast<std::size_t>(((day + k_epoch_weekday) % 7 + 7) % 7));
  return std::find(window.days.begin(), window.days.end(), name) != window.days.end();
}

/// "09:30"; the form was checked when the policy was read.
std::int64_t second_of_day(std::string_view text) {
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  return two(0) * std::int64_t{3600} + two(3) * std::int64_t{60};
}

/// The name was checked when the policy was read.
TimeZone zone_of(const model::Window& window) { return find_time_zone(window.zone).value_or(TimeZone{}); }

bool is_open(const model::Window& window, Timestamp now) {
  const std::int64_t local = now.seconds + zone_of(window).offset(now).count();
  const std::int64_t second = local - floor_day(local) * k_seconds_of_day;
  return is_on(window, floor_day(local)) && second >= second_of_day(window.from) && second < second_of_day(window.to);
}

/// Openings and ends in order; where clocks are put back in the middle of a window, one interval for both parts of it
/// that are certainly open.
std::vector<std::pair<Timestamp, Timestamp>> intervals_of(const model::Window& window, Timestamp from,
                                                          Timestamp until) {
  std::vector<std::pair<Timestamp, Timestamp>> out;
  const TimeZone zone = zone_of(window);
  for (std::int64_t day = floor_day(from.seconds) - 1; day <= floor_day(until.seconds) + 1; ++day) {
    if (!is_on(window, day)) continue;
    const Timestamp start = zone.first_at(day * k_seconds_of_day + second_of_day(window.from));
    const Timestamp end = zone.first_at(day * k_seconds_of_day + second_of_day(window.to));
    if (start < end) out.emplace_back(start, end);
  }
  return out;
}

}  // namespace

bool in_window(const std::vector<model::Window>& windows, Timestamp now) {
  return windows.empty() ||
         std::any_of(windows.begin(), windows.end(), [&](const model::Window& window) { return is_open(window, now); });
}

Timestamp next_window(const std::vector<model::Window>& windows, Timestamp now) {
  if (in_window(windows, now)) return now;
  // A window opens where its zone's clocks reach its start, or are put back into it.
  const Timestamp horizon = now + Seconds(k_days_ahead * k_seconds_of_day);
  Timestamp next = horizon;
  const auto consider = [&](Timestamp candidate) {
    if (candidate > now && candidate < next && in_window(windows, candidate)) next = candidate;
  };
  for (const model::Window& window : windows) {
    for (const auto& [start, end] : intervals_of(window, now, horizon)) consider(start);
    const auto year = static_cast<int>(1970 + now.seconds / k_year);
    for (const int each : {year, year + 1, year + 2}) {
      for (const Timestamp change : zone_of(window).changes(each)) consider(change);
    }
  }
  return next;
}

Seconds longest_gap(const std::vector<model::Window>& windows, Timestamp from, Timestamp until) {
  if (windows.empty()) return Seconds(0);
  std::vector<std::pair<Timestamp, Timestamp>> all;
  for (const model::Window& window : windows) {
    const auto some = intervals_of(window, from, until);
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end());
  Seconds longest{0};
  Timestamp open_until = from;
  for (const auto& [start, end] : all) {
    if (start >= until) break;
    longest = std::max(longest, start - open_until);
    open_until = std::max(open_until, end);
  }
  return std::max(longest, until - open_until);
}

Seconds longest_gap(const model::Policy& policy, const model::Workflow& workflow) {
  const Timestamp end = std::max(policy.expires_at, policy.issued_at + k_gap_span_min);
  return longest_gap(workflow.windows, policy.issued_at, end);
}

const model::Freeze* freeze_of(const model::Policy& policy, const model::Workflow& workflow,
                               std::string_view environment, Timestamp now) {
  if (workflow.ignore_freezes) return nullptr;
  const auto found = std::find_if(policy.freezes.begin(), policy.freezes.end(), [&](const model::Freeze& freeze) {
    const bool here = freeze.environments.empty() || std::find(freeze.environments.begin(), freeze.environments.end(),
                                                               environment) != freeze.environments.end();
    return here && freeze.from <= now && now < freeze.until;
  });
  return found == policy.freezes.end() ? nullptr : &*found;
}

Timestamp next_opening(const model::Policy& policy, const model::Workflow& workflow, std::string_view environment,
                       Timestamp now) {
  Timestamp at = next_window(workflow.windows, now);
  // Each round leaves one freeze behind.
  while (const model::Freeze* freeze = freeze_of(policy, workflow, environment, at))
    at = next_window(workflow.windows, freeze->until);
  return at;
}

}  // namespace dbw::trust
