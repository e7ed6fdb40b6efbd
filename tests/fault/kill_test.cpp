// Executors that die at any moment, and two that race: everything runs exactly once, and nobody is told otherwise.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int k_rounds = 12;
constexpr int k_race_rounds = 8;
constexpr int k_calibration_runs = 3;
constexpr auto k_settling_max = std::chrono::seconds(90);  ///< locks of a killed git count for a minute
constexpr auto k_busy_pause = std::chrono::milliseconds(50);

int rounds() {
  const char* wanted = std::getenv("DBW_FAULT_ROUNDS");
  return wanted != nullptr ? std::max(1, std::atoi(wanted)) : k_rounds;
}

/// The last outcome that a run printed for that request: "executed", "rolled_back", "not_started", ...
std::optional<std::string> told_outcome(const std::string& output, const std::string& id) {
  std::optional<std::string> found;
  for (const std::string_view line : split_lines(output)) {
    const std::string_view marker = " in staging: ";
    const auto at = line.find(marker);
    if (!line.starts_with(id + " ") || at == std::string_view::npos) continue;
    const std::string_view rest = line.substr(at + marker.size());
    found = std::string(rest.substr(0, rest.find_first_of(", (")));
  }
  return found;
}

class Faults : public ::testing::TestWithParam<Engine> {
 protected:
  static ToolWorld& world() {
    static std::map<Engine, std::unique_ptr<ToolWorld>> worlds;
    auto& world = worlds[GetParam()];
    if (!world) world = std::make_unique<ToolWorld>(GetParam());
    return *world;
  }

  /// A request whose second run would show: half of them add to a counter, half insert without a unique constraint.
  std::string propose(const std::string& kind, int number) {
    const std::string id = fmt::format("{}-{}", kind, number);
    m_key = number + (kind == "RACE" ? 1'000'000 : 0);
    m_counts = number % 2 == 0;
    if (m_counts) world().sql(fmt::format("INSERT INTO counters VALUES ({}, 0);", m_key));
    world().propose(id, m_counts ? fmt::format("UPDATE counters SET n = n + 1 WHERE id = {};", m_key)
                                 : fmt::format("INSERT INTO applied (id) VALUES ({});", m_key));
    return id;
  }

  /// How often the request's effect is in the database.
  int applied() {
    return std::stoi(world().sql(m_counts ? fmt::format("SELECT n FROM counters WHERE id = {};", m_key)
                                          : fmt::format("SELECT count(*) FROM applied WHERE id = {};", m_key)));
  }

  /// What a run said must be so.
  void expect_truth(const std::string& output, const std::string& id) {
    const auto told = told_outcome(output, id);
    if (!told) return;
    EXPECT_EQ(applied(), *told == "executed" ? 1 : 0) << id << " was called " << *told << "\n" << output;
  }

  /// Runs until nothing is left to do; counts exit statuses. `died` is what the killed run printed.
  void settle(const std::string& id) {
    const auto end = SteadyClock::now() + k_settling_max;
    while (SteadyClock::now() < end) {
      const ProcessResult run = world().run_due();
      ++m_statuses[run.status];
      // Nothing was wrong but a process that died: neither refused (1), malformed (3), failed (5) nor unknown (6).
      ASSERT_TRUE(run.status == 0 || run.status == 4 || run.status == 7) << id << run.output << run.errors;
      if (run.status == 0) {
        expect_truth(run.output, id);
        ASSERT_EQ(applied(), 1) << id << "\n" << run.output << run.errors;
        return;
      }
      m_last_trouble = run.output + run.errors;
      std::this_thread::sleep_for(k_busy_pause);
    }
    FAIL() << id << " never settled:\n" << m_last_trouble;
  }

  void expect_good_log() {
    const ProcessResult verified = world().verify();
    ASSERT_EQ(verified.status, 0) << verified.output << verified.errors;
  }

  std::map<int, int> m_statuses;
  std::string m_last_trouble;

 private:
  int m_key = 0;
  bool m_counts = false;
};

TEST_P(Faults, KilledRunsAreAppliedExactlyOnce) {
  SteadyClock::duration whole{};
  for (int i = 0; i < k_calibration_runs; ++i) {
    const std::string id = propose("KILL", 100'000 + i);
    const auto start = SteadyClock::now();
    ASSERT_EQ(world().run_due().status, 0);
    whole = std::max(whole, SteadyClock::now() - start);
    ASSERT_EQ(applied(), 1) << id;
  }
  std::mt19937 random(20261121);
  int died = 0, before_effect = 0;
  for (int round = 1; round <= rounds(); ++round) {
    const std::string id = propose("KILL", round);
    std::uniform_real_distribution<double> part(0.0, 1.05);
    const auto delay = std::chrono::duration_cast<SteadyClock::duration>(whole * part(random));
    {
      RunningTool tool = world().start(world().runner({"--due"}), "killed.txt");
      std::this_thread::sleep_for(delay);
      tool.kill_hard(round % 3 != 0);
      const int status = tool.wait();
      ASSERT_TRUE(status == 0 || status == 128 + 9) << tool.output();
      died += status == 0 ? 0 : 1;
      const std::string printed = tool.output();
      if (status == 0) expect_truth(printed, id);
      if (applied() == 0) ++before_effect;
      settle(id);
    }
    if (HasFatalFailure()) return;
    const ProcessResult again = world().run_due();
    EXPECT_EQ(again.status, 0) << again.errors;
    // A push outlives the runner that was killed: its intent may come into the log behind the settling run's back.
    const std::string late = id + " s1 on shop in staging: rolled_back (recovered: found out afterwards)\n";
    EXPECT_THAT(again.output, ::testing::AnyOf("", late)) << "a settled request is not run again";
    ASSERT_EQ(applied(), 1) << id;
    if (rounds() <= k_rounds || round % 20 == 0 || round == rounds()) expect_good_log();
    if (HasFatalFailure()) return;
  }
  std::string statuses;
  for (const auto& [status, count] : m_statuses) statuses += fmt::format(" status {}: {}", status, count);
  fmt::print("{}: {} rounds over {} ms, {} runs died, {} of the requests had no effect yet; settling runs:{}\n{}",
             engine_name(GetParam()), rounds(), std::chrono::duration_cast<std::chrono::milliseconds>(whole).count(),
             died, before_effect, statuses, m_last_trouble);
  EXPECT_GT(died, rounds() / 2) << "the delays do not hit the runs";
}

TEST_P(Faults, TwoRunnersApplyOnce) {
  const std::string other = world().other_config("racer.yaml", {{"state: state", "state: racer-state"}});
  int winners[2] = {0, 0};
  for (int round = 1; round <= k_race_rounds; ++round) {
    const std::string id = propose("RACE", round);
    std::string output[2];
    {
      RunningTool first = world().start(world().runner({"--due"}), "first.txt");
      RunningTool second = world().start(world().runner({"--due"}, other), "second.txt");
      for (const int status : {first.wait(), second.wait()}) {
        // 5: the other runner released this one's claim before its intent was published; nothing was changed.
        EXPECT_TRUE(status == 0 || status == 1 || status == 4 || status == 5 || status == 7)
            << first.output() << second.output();
      }
      output[0] = first.output();
      output[1] = second.output();
    }
    int executed = 0;
    for (int i = 0; i < 2; ++i) {
      const bool won = told_outcome(output[i], id) == "executed";
      executed += won ? 1 : 0;
      winners[i] += won ? 1 : 0;
    }
    EXPECT_LE(executed, 1) << output[0] << output[1];
    EXPECT_EQ(applied(), executed) << output[0] << output[1];
    settle(id);
    if (HasFatalFailure()) return;
    expect_good_log();
    if (HasFatalFailure()) return;
  }
  fmt::print("{}: first won {}, second won {} of {}\n", engine_name(GetParam()), winners[0], winners[1], k_race_rounds);
}

INSTANTIATE_TEST_SUITE_P(Engines, Faults, ::testing::Values(Engine::sqlite, Engine::postgresql, Engine::mariadb),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });

}  // namespace
}  // namespace dbw::test
