#include <gtest/gtest.h>

#include "base/time_zone.hpp"

namespace dbw {
namespace {

struct OffsetCase {
  const char* zone;
  const char* at;
  int seconds;
};

/// Changes of 2026 and 2027 as tzdata has them, the second before and the second itself.
TEST(TimeZone, OffsetsAroundChanges) {
  const OffsetCase cases[]{
      {"UTC", "2026-07-01T00:00:00Z", 0},
      {"Europe/Berlin", "2026-03-29T00:59:59Z", 3600},
      {"Europe/Berlin", "2026-03-29T01:00:00Z", 7200},
      {"Europe/Berlin", "2026-10-25T00:59:59Z", 7200},
      {"Europe/Berlin", "2026-10-25T01:00:00Z", 3600},
      {"America/New_York", "2026-03-08T06:59:59Z", -18000},
      {"America/New_York", "2026-03-08T07:00:00Z", -14400},
      {"America/New_York", "2026-11-01T05:59:59Z", -14400},
      {"America/New_York", "2026-11-01T06:00:00Z", -18000},
      {"Australia/Sydney", "2026-12-31T23:59:59Z", 39600},
      {"Australia/Sydney", "2027-01-01T00:00:00Z", 39600},
      {"Australia/Sydney", "2027-04-03T15:59:59Z", 39600},
      {"Australia/Sydney", "2027-04-03T16:00:00Z", 36000},
      {"Australia/Lord_Howe", "2027-04-03T14:59:59Z", 39600},
      {"Australia/Lord_Howe", "2027-04-03T15:00:00Z", 37800},
      {"Europe/Dublin", "2026-07-01T00:00:00Z", 3600},
      {"Europe/Dublin", "2026-12-01T00:00:00Z", 0},
      {"Asia/Kolkata", "2026-07-01T00:00:00Z", 19800},
      {"+05:30", "2026-07-01T00:00:00Z", 19800},
      {"-03:00", "2026-07-01T00:00:00Z", -10800},
  };
  for (const OffsetCase& each : cases) {
    const auto zone = find_time_zone(each.zone);
    ASSERT_TRUE(zone) << each.zone;
    EXPECT_EQ(zone->offset(Timestamp::parse(each.at)).count(), each.seconds) << each.zone << " " << each.at;
  }
}

TEST(TimeZone, UnknownNamesAreNone) {
  for (const char* name : {"", "utc", "CET", "Europe", "Europe/Berlin ", "Africa/Casablanca", "+5:30", "+05:60",
                           "+14:01", "+15:00", "05:30", "+0530"}) {
    EXPECT_FALSE(find_time_zone(name)) << name;
  }
  EXPECT_TRUE(find_time_zone("+14:00"));
}

std::int64_t local(const char* text) { return Timestamp::parse(text).seconds; }

TEST(TimeZone, FirstMomentOfALocalTime) {
  const TimeZone berlin = find_time_zone("Europe/Berlin").value();
  EXPECT_EQ(berlin.first_at(local("2026-07-01T09:00:00Z")).text(), "2026-07-01T07:00:00Z");
  EXPECT_EQ(berlin.first_at(local("2026-12-01T09:00:00Z")).text(), "2026-12-01T08:00:00Z");
  EXPECT_EQ(berlin.first_at(local("2026-10-25T02:30:00Z")).text(), "2026-10-25T00:30:00Z") << "shown twice: the first";
  EXPECT_EQ(berlin.first_at(local("2026-03-29T02:30:00Z")).text(), "2026-03-29T01:00:00Z") << "skipped: the change";
  EXPECT_EQ(berlin.first_at(local("2026-03-29T03:00:00Z")).text(), "2026-03-29T01:00:00Z");
}

}  // namespace
}  // namespace dbw
