// Many executors of one log at once, each with a state folder of its own: a request runs once, whoever gets there.
#include <signal.h>

#include <cstdlib>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

int wanted(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::max(1, std::atoi(text)) : otherwise;
}

class Races : public ::testing::TestWithParam<Engine> {
 protected:
  /// exec.yaml files that differ in their state folder.
  std::vector<std::string> configs(int count) {
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i)
      out.push_back(m_world.other_config(fmt::format("runner-{}.yaml", i),
                                         {{"state: state", fmt::format("state: state-{}", i)}}));
    return out;
  }
  /// Runs all at once until each has ended; their outputs.
  std::vector<std::string> run_all(const std::vector<std::string>& configs) {
    std::vector<std::string> outputs;
    std::vector<std::unique_ptr<RunningTool>> tools;
    for (const std::string& config : configs)
      tools.emplace_back(new RunningTool(m_world.start(m_world.runner({"--due"}, config), config + ".txt")));
    for (const auto& tool : tools) {
      const int status = tool->wait();
      // 5: another runner released this one's claim before its intent was published; nothing was changed.
      EXPECT_TRUE(status == 0 || status == 1 || status == 4 || status == 5 || status == 7) << status << "\n"
                                                                                           << tool->output();
      outputs.push_back(tool->output());
    }
    return outputs;
  }
  void settle() {
    // A runner that was done and found no turn to publish its result is taken for alive for two minutes.
    constexpr auto k_settling_max = std::chrono::seconds(300);
    ProcessResult run;
    for (const auto end = std::chrono::steady_clock::now() + k_settling_max; std::chrono::steady_clock::now() < end;) {
      run = m_world.run_due();
      if (run.status == 0) return;
      ASSERT_TRUE(run.status == 4 || run.status == 7) << run.output << run.errors;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    FAIL() << "it never settled: " << run.status << "\n" << run.output << run.errors;
  }
  static int count(const std::string& text, std::string_view what) {
    int found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  }

  ToolWorld m_world{GetParam()};
};

TEST_P(Races, ManyRunnersOneRequest) {
  m_world.propose("ONE-1", "INSERT INTO applied (id) VALUES (1);");
  int executed = 0;
  for (const std::string& output : run_all(configs(wanted("DBW_RACE_RUNNERS", 6))))
    executed += count(output, ": executed");
  settle();
  EXPECT_LE(executed, 1);
  EXPECT_EQ(trim(m_world.sql("SELECT count(*) FROM applied;")), "1");
  const ProcessResult verified = m_world.verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

TEST_P(Races, TwoRunnersManyTimes) {
  const std::vector<std::string> both = configs(2);
  for (int round = 1; round <= 8; ++round) {
    // By turns what would show as another row, and as another number.
    const bool counts = round % 2 == 0;
    if (counts) m_world.sql(fmt::format("INSERT INTO counters VALUES ({}, 0);", round));
    m_world.propose(fmt::format("RACE-{}", round),
                    counts ? fmt::format("UPDATE counters SET n = n + 1 WHERE id = {};", round)
                           : fmt::format("INSERT INTO applied (id) VALUES ({});", round));
    const std::string effect = counts ? fmt::format("SELECT n FROM counters WHERE id = {};", round)
                                      : fmt::format("SELECT count(*) FROM applied WHERE id = {};", round);
    const auto applied = [&] { return std::string(trim(m_world.sql(effect))); };
    int executed = 0;
    for (const std::string& output : run_all(both)) executed += count(output, ": executed");
    EXPECT_LE(executed, 1);
    EXPECT_EQ(applied(), std::to_string(executed));
    settle();
    ASSERT_EQ(applied(), "1");
  }
  const ProcessResult verified = m_world.verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

TEST_P(Races, ManyRequestsSomeRunners) {
  const int requests = wanted("DBW_RACE_REQUESTS", 12);
  for (int i = 1; i <= requests; ++i)
    m_world.propose(fmt::format("MANY-{}", i), fmt::format("INSERT INTO applied (id) VALUES ({});", i));
  const std::vector<std::string> all = configs(wanted("DBW_RACE_SHARED_RUNNERS", 3));
  for (int round = 0; round < 100; ++round) {
    run_all(all);
    if (HasFatalFailure()) return;
    if (trim(m_world.sql("SELECT count(*) FROM applied;")) == std::to_string(requests)) break;
  }
  settle();
  EXPECT_EQ(trim(m_world.sql("SELECT count(*), count(DISTINCT id) FROM applied;")), fmt::format("{0}|{0}", requests));
  const ProcessResult verified = m_world.verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

TEST_P(Races, WatchRunsWhatComesAndEndsOnASignal) {
  const std::vector<std::string> runner = m_world.runner({});
  std::vector<std::string> command = {"dbw-exec", "watch", "--interval", "1s"};
  command.insert(command.end(), runner.begin() + 2, runner.end());
  RunningTool watch = m_world.start(command, "watch.txt");
  for (int i = 1; i <= 2; ++i) {
    m_world.propose(fmt::format("WATCH-{}", i), fmt::format("INSERT INTO applied (id) VALUES ({});", i));
    for (int waited = 0; waited < 300 && trim(m_world.sql("SELECT count(*) FROM applied;")) != std::to_string(i);
         ++waited)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_EQ(trim(m_world.sql("SELECT count(*) FROM applied;")), std::to_string(i)) << watch.output();
  }
  // The effect is seen before its result is logged and told.
  for (int waited = 0; waited < 100 && count(watch.output(), ": executed") < 2; ++waited)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  watch.signal(SIGTERM);
  EXPECT_EQ(watch.wait(), 0) << watch.output();
  EXPECT_EQ(count(watch.output(), "WATCH-1 s1 on shop in staging: executed"), 1) << watch.output();
  EXPECT_EQ(count(watch.output(), "WATCH-2 s1 on shop in staging: executed"), 1) << watch.output();
  EXPECT_EQ(m_world.verify().status, 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, Races, ::testing::Values(Engine::sqlite, Engine::postgresql, Engine::mariadb),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });

}  // namespace
}  // namespace dbw::test
