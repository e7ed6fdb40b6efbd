#include "base/time.hpp"

#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw {
namespace {

constexpr std::int64_t k_duration_seconds_max = 3650LL * 86400;

[[noreturn]] void bad_time(std::string_view text) {
  throw Error(ErrorCode::bad_time, fmt::format("not a time: \"{}\"", printable(text)));
}

int number(std::string_view text, std::size_t at, std::size_t length) {
  int value = 0;
  for (std::size_t i = at; i < at + length; ++i) {
    if (text[i] < '0' || text[i] > '9') bad_time(text);
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr std::array<Unit, 4> k_units = {{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};

}  // namespace

std::string Timestamp::text() const {
  using namespace std::chrono;
  const sys_seconds at{std::chrono::seconds(seconds)};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{at - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

Timestamp Timestamp::parse(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view pattern = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != pattern.size()) bad_time(text);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != 'd' && pattern[i] != text[i]) bad_time(text);
  }
  const year_month_day date{year(number(text, 0, 4)), month(static_cast<unsigned>(number(text, 5, 2))),
                            day(static_cast<unsigned>(number(text, 8, 2)))};
  const int hour = number(text, 11, 2);
  const int minute = number(text, 14, 2);
  const int second = number(text, 17, 2);
  if (!date.ok() || date.year() < year(1970) || hour > 23 || minute > 59 || second > 59) bad_time(text);
  const auto at = sys_days{date} + hours(hour) + minutes(minute) + std::chrono::seconds(second);
  return {duration_cast<std::chrono::seconds>(at.time_since_epoch()).count()};
}

Seconds parse_duration(std::string_view text) {
  std::int64_t value = 0;
  const auto bad = [&] {
    return Error(ErrorCode::bad_time, fmt::format("not a duration: \"{}\"", printable(text)),
                 "Write a number and one unit: 30s, 15m, 8h, 7d.");
  };
  if (text.size() < 2 || text.size() > 12) throw bad();
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') throw bad();
    value = value * 10 + (c - '0');
  }
  for (const Unit& unit : k_units) {
    if (unit.letter != text.back()) continue;
    if (value > k_duration_seconds_max / unit.seconds) throw bad();
    return Seconds(value * unit.seconds);
  }
  throw bad();
}

std::string format_duration(Seconds duration) {
  for (const Unit& unit : k_units) {
    if (duration.count() != 0 && duration.count() % unit.seconds == 0) {
      return fmt::format("{}{}", duration.count() / unit.seconds, unit.letter);
    }
  }
  return "0s";
}

}  // namespace dbw
