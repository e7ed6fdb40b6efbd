#include "base/time_zone.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace dbw {
namespace {

constexpr std::int64_t k_day = 86400;
constexpr int k_offset_hours_max = 14;

struct NamedZone {
  std::string_view name;
  TimeZone zone;
};

#define DBW_TIME_ZONE(name, standard, daylight, m1, w1, d1, s1, m2, w2, d2, s2) \
  NamedZone{name, TimeZone{standard, daylight, {m1, w1, d1, s1}, {m2, w2, d2, s2}}},
constexpr NamedZone k_zones[]{
#include "base/time_zones.def"
};
#undef DBW_TIME_ZONE

std::int64_t floor_day(std::int64_t seconds) { return (seconds - ((seconds % k_day) + k_day) % k_day) / k_day; }

int year_of(std::int64_t local) {
  const std::chrono::sys_days days{std::chrono::days(floor_day(local))};
  return static_cast<int>(std::chrono::year_month_day(days).year());
}

/// When the change happens, for clocks that are `offset` ahead of UTC before it.
Timestamp moment(const ZoneChange& change, int year, int offset) {
  namespace c = std::chrono;
  const c::year_month month{c::year(year), c::month(static_cast<unsigned>(change.month))};
  const c::weekday weekday(static_cast<unsigned>(change.day));
  const c::sys_days day = change.week == 5
                              ? c::sys_days(c::year_month_weekday_last(month.year(), month.month(), weekday[c::last]))
                              : c::sys_days(c::year_month_weekday(month.year(), month.month(),
                                                                  weekday[static_cast<unsigned>(change.week)]));
  return {day.time_since_epoch().count() * k_day + change.second - offset};
}

/// "+05:30", "-03:00".
std::optional<TimeZone> fixed_offset(std::string_view text) {
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  for (const std::size_t at : {1u, 2u, 4u, 5u}) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
  }
  const int hours = (text[1] - '0') * 10 + (text[2] - '0');
  const int minutes = (text[4] - '0') * 10 + (text[5] - '0');
  if (minutes > 59 || hours > k_offset_hours_max || (hours == k_offset_hours_max && minutes != 0)) return std::nullopt;
  const int seconds = (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
  return TimeZone{seconds, seconds, {}, {}};
}

}  // namespace

std::vector<Timestamp> TimeZone::changes(int year) const {
  if (to_daylight.month == 0) return {};
  std::vector<Timestamp> out{moment(to_daylight, year, standard), moment(to_standard, year, daylight)};
  std::sort(out.begin(), out.end());
  return out;
}

Seconds TimeZone::offset(Timestamp at) const {
  if (to_daylight.month == 0) return Seconds(standard);
  const int year = year_of(at.seconds + standard);
  const Timestamp start = moment(to_daylight, year, standard);
  const Timestamp end = moment(to_standard, year, daylight);
  // South of the equator daylight time spans the turn of the year.
  const bool on = start < end ? at >= start && at < end : at >= start || at < end;
  return Seconds(on ? daylight : standard);
}

Timestamp TimeZone::first_at(std::int64_t local) const {
  const Timestamp earlier{local - std::max(standard, daylight)};
  const Timestamp later{local - std::min(standard, daylight)};
  for (const Timestamp candidate : {earlier, later}) {
    if (candidate.seconds + offset(candidate).count() == local) return candidate;
  }
  // Skipped: the change lies between the two.
  for (const int year : {year_of(local) - 1, year_of(local), year_of(local) + 1}) {
    for (const Timestamp change : changes(year)) {
      if (change >= earlier && change <= later) return change;
    }
  }
  return later;
}

std::optional<TimeZone> find_time_zone(std::string_view name) {
  if (name == "UTC") return TimeZone{};
  const auto found =
      std::lower_bound(std::begin(k_zones), std::end(k_zones), name,
                       [](const NamedZone& zone, std::string_view wanted) { return zone.name < wanted; });
  if (found != std::end(k_zones) && found->name == name) return found->zone;
  return fixed_offset(name);
}

}  // namespace dbw
