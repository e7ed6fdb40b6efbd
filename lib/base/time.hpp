#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

/// Time is RFC 3339 UTC with `Z` and whole seconds. The clock is read once per run (`clock.hpp`) and passed in.
namespace dbw {

using Seconds = std::chrono::seconds;
using Milliseconds = std::chrono::milliseconds;

/// Seconds since 1970-01-01T00:00:00Z.
struct Timestamp {
  std::int64_t seconds = 0;
  friend bool operator==(const Timestamp&, const Timestamp&) = default;
  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
  Timestamp operator+(Seconds d) const { return {seconds + d.count()}; }
  Timestamp operator-(Seconds d) const { return {seconds - d.count()}; }
  Seconds operator-(Timestamp other) const { return Seconds(seconds - other.seconds); }

  /// "2026-11-20T10:15:00Z".
  std::string text() const;
  /// Exactly that form, years 1970..9999; throws Error{bad_time}.
  static Timestamp parse(std::string_view text);
};

/// "90s", "15m", "8h", "7d"; one number and one unit, at most 10 years; throws Error{bad_time}.
Seconds parse_duration(std::string_view text);
/// The largest unit that divides evenly: 3600 s is "1h".
std::string format_duration(Seconds duration);

}  // namespace dbw
