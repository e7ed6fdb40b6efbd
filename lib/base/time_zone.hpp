#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/time.hpp"

/// Local time by rules that are compiled in, so that the same document means the same moments on every machine. Never
/// reads the host's zone data.
namespace dbw {

/// A change between standard and daylight time: the `week`th (5: last) `day` (0: Sunday) of `month`, `second` seconds
/// after that day's midnight by the clock before the change.
struct ZoneChange {
  int month = 0, week = 0, day = 0, second = 0;
};

struct TimeZone {
  int standard = 0, daylight = 0;  ///< seconds east of UTC; equal where there is no daylight time
  ZoneChange to_daylight, to_standard;

  /// What clocks show is UTC plus this.
  Seconds offset(Timestamp at) const;
  /// The moments of a year's changes, sorted; empty where there are none.
  std::vector<Timestamp> changes(int year) const;
  /// The first moment at which clocks show `local` (seconds since 1970-01-01T00:00:00 of their own), or, where they
  /// skip it, something later.
  Timestamp first_at(std::int64_t local) const;
};

/// "UTC", a fixed offset such as "+05:30", or a name of base/time_zones.def. nullopt: none of these.
std::optional<TimeZone> find_time_zone(std::string_view name);

}  // namespace dbw
