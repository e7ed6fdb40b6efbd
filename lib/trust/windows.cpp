#include "trust/windows.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace dbw::trust {
namespace {

constexpr std::int64_t k_day = 86400;
constexpr std::int64_t k_week = 7 * k_day;
/// 1970-01-01 was a Thursday, the fourth day of a week that begins on Monday.
constexpr std::int64_t k_epoch_offset = 3 * k_day;

/// Half-open, in seconds since Monday 00:00 UTC.
using Interval = std::pair<std::int64_t, std::int64_t>;

std::int64_t second_of_week(Timestamp at) { return ((at.seconds + k_epoch_offset) % k_week + k_week) % k_week; }

std::int64_t day_start(std::string_view day) {
  constexpr std::array<std::string_view, 7> days{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  return (std::find(days.begin(), days.end(), day) - days.begin()) * k_day;
}

/// "09:30"; the form was checked when the policy was read.
std::int64_t second_of_day(std::string_view text) {
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  return two(0) * std::int64_t{3600} + two(3) * std::int64_t{60};
}

std::vector<Interval> intervals_of(const std::vector<model::Window>& windows) {
  std::vector<Interval> out;
  for (const model::Window& window : windows) {
    for (const std::string& day : window.days) {
      out.emplace_back(day_start(day) + second_of_day(window.from), day_start(day) + second_of_day(window.to));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

bool in_window(const std::vector<model::Window>& windows, Timestamp now) {
  const std::int64_t at = second_of_week(now);
  const std::vector<Interval> intervals = intervals_of(windows);
  return windows.empty() || std::any_of(intervals.begin(), intervals.end(),
                                        [&](const Interval& i) { return at >= i.first && at < i.second; });
}

Timestamp next_window(const std::vector<model::Window>& windows, Timestamp now) {
  if (in_window(windows, now)) return now;
  std::int64_t wait = k_week;
  for (const Interval& interval : intervals_of(windows)) {
    wait = std::min(wait, (interval.first - second_of_week(now) + k_week) % k_week);
  }
  return now + Seconds(wait);
}

Seconds longest_gap(const std::vector<model::Window>& windows) {
  const std::vector<Interval> intervals = intervals_of(windows);
  if (intervals.empty()) return Seconds(0);
  std::int64_t longest = 0;
  std::int64_t open_until = intervals.front().second;
  for (const Interval& interval : intervals) {
    longest = std::max(longest, interval.first - open_until);
    open_until = std::max(open_until, interval.second);
  }
  return Seconds(std::max(longest, intervals.front().first + k_week - open_until));
}

}  // namespace dbw::trust
