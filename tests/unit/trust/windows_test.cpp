#include <gtest/gtest.h>

#include "trust/windows.hpp"

namespace dbw::test {
namespace {

Timestamp at(const char* text) { return Timestamp::parse(text); }

const std::vector<model::Window> k_berlin{{{"mon", "tue", "wed", "thu"}, "09:00", "16:00", "Europe/Berlin"}};
const std::vector<model::Window> k_night{{{"sun"}, "02:00", "03:00", "Europe/Berlin"}};

struct MomentCase {
  const std::vector<model::Window>* windows;
  const char* at;
  bool open;
  const char* next;
};

TEST(Windows, FollowTheClocksOfTheirZone) {
  const MomentCase cases[]{
      // Winter: UTC+1. Summer: UTC+2.
      {&k_berlin, "2026-11-19T07:59:59Z", false, "2026-11-19T08:00:00Z"},
      {&k_berlin, "2026-11-19T08:00:00Z", true, "2026-11-19T08:00:00Z"},
      {&k_berlin, "2026-11-19T14:59:59Z", true, "2026-11-19T14:59:59Z"},
      {&k_berlin, "2026-11-19T15:00:00Z", false, "2026-11-23T08:00:00Z"},
      {&k_berlin, "2026-07-02T06:59:59Z", false, "2026-07-02T07:00:00Z"},
      {&k_berlin, "2026-07-02T07:00:00Z", true, "2026-07-02T07:00:00Z"},
      {&k_berlin, "2026-07-02T14:00:00Z", false, "2026-07-06T07:00:00Z"},
      // Over the change of 2026-03-29 the wait is an hour shorter.
      {&k_berlin, "2026-03-26T15:00:00Z", false, "2026-03-30T07:00:00Z"},
      // The hour that clocks skip does not open at all; the one they show twice opens for both.
      {&k_night, "2026-03-29T01:00:00Z", false, "2026-04-05T00:00:00Z"},
      {&k_night, "2026-10-25T00:00:00Z", true, "2026-10-25T00:00:00Z"},
      {&k_night, "2026-10-25T01:59:59Z", true, "2026-10-25T01:59:59Z"},
      {&k_night, "2026-10-25T02:00:00Z", false, "2026-11-01T01:00:00Z"},
  };
  for (const MomentCase& each : cases) {
    EXPECT_EQ(trust::in_window(*each.windows, at(each.at)), each.open) << each.at;
    EXPECT_EQ(trust::next_window(*each.windows, at(each.at)).text(), each.next) << each.at;
  }
}

TEST(Windows, ReopenWhereClocksArePutBackIntoThem) {
  const std::vector<model::Window> windows{{{"sun"}, "02:00", "02:30", "Europe/Berlin"}};
  EXPECT_FALSE(trust::in_window(windows, at("2026-10-25T00:30:00Z")));
  EXPECT_EQ(trust::next_window(windows, at("2026-10-25T00:30:00Z")).text(), "2026-10-25T01:00:00Z");
}

TEST(Windows, WeekdaysAreThoseOfTheZone) {
  // Monday 09:00 in Auckland is Sunday evening in UTC.
  const std::vector<model::Window> windows{{{"mon"}, "09:00", "10:00", "Pacific/Auckland"}};
  EXPECT_TRUE(trust::in_window(windows, at("2026-11-22T20:00:00Z")));
  EXPECT_FALSE(trust::in_window(windows, at("2026-11-23T20:00:00Z")));
}

/// The next opening is never skipped and never late: minute by minute over both changes of a year.
TEST(Windows, NextIsTheFirstOpenMinute) {
  const std::vector<model::Window> all{{{"sat", "sun"}, "01:15", "02:45", "Europe/Berlin"},
                                       {{"sun"}, "02:10", "02:20", "America/New_York"},
                                       {{"sun"}, "01:50", "02:05", "Australia/Lord_Howe"}};
  for (const char* from : {"2026-03-27T00:00:00Z", "2026-10-23T00:00:00Z", "2026-03-07T00:00:00Z"}) {
    const Timestamp start = at(from);
    for (const model::Window& window : all) {
      Timestamp expected = start + Seconds(3 * 86400);
      for (int minute = 3 * 1440; minute >= 0; --minute) {
        const Timestamp now = start + Seconds(minute * 60);
        if (trust::in_window({window}, now)) expected = now;
        if (minute % 7 != 0 || expected >= start + Seconds(3 * 86400)) continue;
        ASSERT_EQ(trust::next_window({window}, now), expected) << window.zone << " " << now.text();
      }
    }
  }
}

TEST(Windows, LongestGapCountsTheLongHour) {
  const Seconds weekend{(3 * 24 + 17) * 3600};
  EXPECT_EQ(trust::longest_gap(k_berlin, at("2026-11-02T00:00:00Z"), at("2026-12-01T00:00:00Z")), weekend);
  EXPECT_EQ(trust::longest_gap(k_berlin, at("2026-10-01T00:00:00Z"), at("2026-12-01T00:00:00Z")),
            weekend + Seconds(3600));
  EXPECT_EQ(trust::longest_gap(k_night, at("2026-03-01T00:00:00Z"), at("2026-05-01T00:00:00Z")),
            Seconds(14 * 86400 - 2 * 3600))
      << "the Sunday whose hour is skipped";
  EXPECT_EQ(trust::longest_gap({}, at("2026-03-01T00:00:00Z"), at("2026-05-01T00:00:00Z")), Seconds(0));
}

TEST(Windows, GapsEndWithTheTimeThatIsAskedAbout) {
  const std::vector<model::Window> windows{{{"mon", "wed"}, "09:00", "10:00", "UTC"}};
  const Timestamp monday = Timestamp::parse("2026-11-23T09:30:00Z");
  EXPECT_EQ(trust::longest_gap(windows, monday, Timestamp::parse("2026-11-24T00:00:00Z")), Seconds(14 * 3600));
  EXPECT_EQ(trust::longest_gap(windows, monday, Timestamp::parse("2026-11-25T09:30:00Z")), Seconds(47 * 3600));
}

class Freezes : public ::testing::Test {
 protected:
  Freezes() {
    policy.freezes = {{at("2026-12-18T00:00:00Z"), at("2027-01-04T00:00:00Z"), "year end", {"production"}},
                      {at("2027-01-04T00:00:00Z"), at("2027-01-05T00:00:00Z"), "stocktaking", {}}};
    workflow.windows = k_berlin;
  }
  model::Policy policy{};
  model::Workflow workflow;
};

TEST_F(Freezes, HoldFromTheirStartUntilTheirEnd) {
  const auto frozen = [&](const char* now, const char* environment) {
    const model::Freeze* freeze = trust::freeze_of(policy, workflow, environment, at(now));
    return freeze == nullptr ? std::string() : freeze->reason;
  };
  EXPECT_EQ(frozen("2026-12-17T23:59:59Z", "production"), "");
  EXPECT_EQ(frozen("2026-12-18T00:00:00Z", "production"), "year end");
  EXPECT_EQ(frozen("2026-12-18T00:00:00Z", "staging"), "") << "another environment";
  EXPECT_EQ(frozen("2027-01-03T23:59:59Z", "production"), "year end");
  EXPECT_EQ(frozen("2027-01-04T00:00:00Z", "staging"), "stocktaking") << "no environments: all";
  EXPECT_EQ(frozen("2027-01-05T00:00:00Z", "production"), "");
  workflow.ignore_freezes = true;
  EXPECT_EQ(frozen("2026-12-18T00:00:00Z", "production"), "");
}

TEST_F(Freezes, TheNextOpeningLiesBehindAllOfThem) {
  const auto next = [&](const char* environment) {
    return trust::next_opening(policy, workflow, environment, at("2026-12-18T10:00:00Z")).text();
  };
  EXPECT_EQ(next("production"), "2027-01-05T08:00:00Z");
  EXPECT_EQ(next("staging"), "2026-12-21T08:00:00Z");
}

}  // namespace
}  // namespace dbw::test
