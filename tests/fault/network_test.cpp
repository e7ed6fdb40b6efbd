// The connection to the database is cut at any moment, also between COMMIT and its answer.
#include <chrono>
#include <cstdlib>
#include <memory>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/mariadb_server.hpp"
#include "support/paths.hpp"
#include "support/postgres_server.hpp"
#include "support/relay.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int k_rounds = 10;

int rounds() {
  const char* wanted = std::getenv("DBW_FAULT_ROUNDS");
  return wanted != nullptr ? std::max(1, std::atoi(wanted)) : k_rounds;
}

class Network : public ::testing::TestWithParam<Engine> {
 protected:
  Network() {
    if (GetParam() == Engine::mariadb) {
      m_relay = std::make_unique<Relay>(m_folder.path() / "relay.sock", MariadbServer::shared().socket());
      m_config = m_world.other_config("relayed.yaml", {{"socket: " + MariadbServer::shared().socket().string(),
                                                        "socket: " + (m_folder.path() / "relay.sock").string()}});
    } else {
      const auto server = PostgresServer::shared().socket_folder();
      m_relay = std::make_unique<Relay>(m_folder.path() / ".s.PGSQL.5432", server / ".s.PGSQL.5432");
      m_config =
          m_world.other_config("relayed.yaml", {{"host: " + server.string(), "host: " + m_folder.path().string()}});
    }
  }
  std::string value(const std::string& sql) { return std::string(trim(m_world.sql(sql))); }
  /// Runs over the relay, which is cut after `delay`; the exit status.
  int run_cut(std::chrono::milliseconds delay, std::string* output) {
    RunningTool tool = m_world.start(m_world.runner({"--due"}, m_config), "cut.txt");
    std::this_thread::sleep_for(delay);
    m_relay->cut();
    const int status = tool.wait();
    *output = tool.output();
    return status;
  }
  void settle(const std::string& id) {
    for (int i = 0; i < 200; ++i) {
      const ProcessResult run = m_world.run("host", m_world.runner({"--due"}, m_config));
      if (run.status == 0) return;
      ASSERT_TRUE(run.status == 4 || run.status == 7) << id << run.output << run.errors;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL() << id << " never settled";
  }

  TemporaryFolder m_folder{"dbwr"};
  ToolWorld m_world{GetParam()};
  std::unique_ptr<Relay> m_relay;
  std::string m_config;
};

TEST_P(Network, CutRunsAreAppliedExactlyOnce) {
  m_world.propose("CUT-0", "INSERT INTO applied (id) VALUES (0);");
  const auto start = SteadyClock::now();
  ASSERT_EQ(m_world.run("host", m_world.runner({"--due"}, m_config)).status, 0);
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - start);
  ASSERT_GT(m_relay->connections(), 1) << "it ran past the relay";
  std::mt19937 random(20261130);
  std::map<int, int> statuses;
  for (int round = 1; round <= rounds(); ++round) {
    const std::string id = fmt::format("CUT-{}", round);
    // Long enough that many cuts hit the statement and its COMMIT.
    m_world.propose(id, fmt::format("INSERT INTO applied (id) VALUES ({});", round));
    std::string output;
    const int status = run_cut(
        std::chrono::milliseconds(std::uniform_int_distribution<int>(0, static_cast<int>(whole.count()))(random)),
        &output);
    ++statuses[status];
    const std::string after = value(fmt::format("SELECT count(*) FROM applied WHERE id = {};", round));
    // What a run says it did, it did; what it calls undone, is.
    const auto said = [&](const char* outcome) {
      return output.find(id + " s1 on shop in staging: " + outcome) != std::string::npos;
    };
    EXPECT_TRUE(!said("executed") || after == "1") << output;
    for (const char* undone : {"rolled_back", "not_started", "failed"})
      EXPECT_TRUE(!said(undone) || after == "0") << output;
    // A run that failed without effect waits for a person; everything else settles by itself.
    const ProcessResult retried = m_world.run("host", m_world.runner({"--retry", id}, m_config));
    (void)retried;
    settle(id);
    if (HasFatalFailure()) return;
    ASSERT_EQ(value(fmt::format("SELECT count(*) FROM applied WHERE id = {};", round)), "1") << id << output;
  }
  std::string text;
  for (const auto& [status, count] : statuses) text += fmt::format(" status {}: {}", status, count);
  fmt::print("{}: {} cuts over {} ms:{}\n", engine_name(GetParam()), rounds(), whole.count(), text);
  const ProcessResult verified = m_world.verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

TEST_P(Network, CutBatchesChangeEveryRowOnce) {
  std::string values;
  for (int i = 1; i <= 400; ++i) values += fmt::format("{}({}, 0)", i == 1 ? "" : ", ", i);
  m_world.sql(fmt::format("INSERT INTO pieces VALUES {};", values));
  std::mt19937 random(20261201);
  int half_way = 0;
  for (int round = 1; round <= std::max(3, rounds() / 3); ++round) {
    const std::string id = fmt::format("CUT-B-{}", round);
    m_world.propose(id, "UPDATE pieces SET n = n + 1 WHERE id > 0", "staging", {"--batch", "id=20,pause=20ms"});
    std::string output;
    run_cut(std::chrono::milliseconds(std::uniform_int_distribution(250, 900)(random)), &output);
    if (value("SELECT count(DISTINCT n) FROM pieces;") == "2") ++half_way;
    settle(id);
    if (HasFatalFailure()) return;
    ASSERT_EQ(value("SELECT min(n), max(n) FROM pieces;"), fmt::format("{0}|{0}", round)) << output;
  }
  fmt::print("{}: {} were cut between two pieces\n", engine_name(GetParam()), half_way);
  EXPECT_EQ(m_world.verify().status, 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, Network, ::testing::Values(Engine::postgresql, Engine::mariadb),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });

}  // namespace
}  // namespace dbw::test
