// Whole runs on a PostgreSQL server whose accounts a secrets server makes and drops: however a run ends, nothing of
// them is left.
#include <chrono>
#include <csignal>
#include <thread>

#include <fmt/format.h>

#include "support/paths.hpp"
#include "support/postgres_server.hpp"
#include "support/tool_world.hpp"
#include "support/vault_server.hpp"

namespace dbw::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view k_role = R"("shop-{0}": {{"ttl": {1}, "max_ttl": {2}, "renewable": true,
 "create": "CREATE ROLE \"{{{{name}}}}\" LOGIN PASSWORD '{{{{password}}}}' IN ROLE shop_{0}, with_password; ALTER ROLE \"{{{{name}}}}\" SET role TO shop_{0};",
 "drop": "DROP ROLE IF EXISTS \"{{{{name}}}}\";"}})";
constexpr std::string_view k_sleep =
    "DO $$ BEGIN PERFORM pg_sleep(4.9); END $$; UPDATE orders SET status = 'slept' WHERE id = 1;";

/// One server of each kind for all tests.
class VaultFlow : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    PostgresServer::shared().create_role("with_password");
    m_world = std::make_unique<ToolWorld>(Engine::postgresql);
    m_server = std::make_unique<VaultServer>(knows());
    m_world->must("host", {"sh", "-c", "umask 077; echo secret-id-4711 > exec/secret-id"});
    m_world->other_config("lent.yaml", lent());
  }
  static void TearDownTestSuite() {
    m_world.reset();
    m_server.reset();
  }
  void SetUp() override { m_server->set_up(knows()); }

  static std::string knows(const std::string& faults = "{}", int change_ttl = 600, int guard_ttl = 600) {
    std::string roles;
    for (const std::string role : {"guard", "change", "read"})
      roles += (roles.empty() ? "" : ", ") + fmt::format(k_role, role,
                                                         role == "change"  ? change_ttl
                                                         : role == "guard" ? guard_ttl
                                                                           : 600,
                                                         86400);
    return fmt::format(
        R"({{"secret_ids": {{"dbw": "secret-id-4711"}}, "jwts": {{}}, "token": {{"ttl": 600, "max_ttl": 86400, "renewable": true}},
 "roles": {{{}}}, "static": {{"guard": {{"username": "shop_guard", "password": "x"}}}},
 "psql": ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "{}", "-U", "postgres", "-d", "postgres", "-f", "-"], "faults": {}}})",
        roles, PostgresServer::shared().socket_folder().string(), faults);
  }
  static std::vector<std::pair<std::string, std::string>> lent() {
    std::vector<std::pair<std::string, std::string>> edits = {
        {"targets:\n", fmt::format("vaults:\n  main: {{url: \"{}\", ca_file: {}, timeout: 5s, approle: {{role_id: dbw, "
                                   "secret_id: {{file: secret-id}}}}}}\ntargets:\n",
                                   m_server->url(), m_server->ca_file().string())}};
    for (const std::string role : {"guard", "change", "read"})
      edits.emplace_back(fmt::format("{{user: shop_{}}}", role),
                         fmt::format("{{user: shop_{0}, password: {{vault: main, role: shop-{0}}}}}", role));
    return edits;
  }

  static ProcessResult run_due() { return world().run("host", world().runner({"--due"}, "lent.yaml")); }
  static ToolWorld& world() { return *m_world; }
  static VaultServer& server() { return *m_server; }
  /// Accounts on loan that are there now.
  static std::string accounts() {
    return world().sql("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'v-approle-shop-%'");
  }
  static int occurrences(const std::string& text, const std::string& part) {
    int found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
    return found;
  }
  static bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 400; ++i) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    return false;
  }
  static bool sleeps() {
    return world().sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %pg_sleep%'") == "1";
  }

 private:
  static inline std::unique_ptr<ToolWorld> m_world;
  static inline std::unique_ptr<VaultServer> m_server;
};

TEST_F(VaultFlow, AccountsLiveAsLongAsTheRun) {
  world().propose("LENT-1", "CREATE TABLE lent (id integer); UPDATE orders SET status = 'lent' WHERE id = 1;");
  const ProcessResult run = run_due();
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_THAT(run.output, HasSubstr("LENT-1 s1 on shop in staging: executed"));
  EXPECT_EQ(world().sql("SELECT tableowner FROM pg_tables WHERE tablename = 'lent'"), "shop_change");
  EXPECT_EQ(accounts(), "0");
  EXPECT_THAT(server().requests(), HasSubstr("GET database/creds/shop-change 200"));
  EXPECT_THAT(server().requests(), HasSubstr("POST auth/token/revoke-self 204"));
  EXPECT_EQ(world().verify().status, 0);
}

TEST_F(VaultFlow, FailedRunsGiveThemBack) {
  world().propose("LENT-2", "UPDATE orders SET nosuch = 1 WHERE id = 1;");
  EXPECT_EQ(run_due().status, 5);
  EXPECT_EQ(accounts(), "0");
}

TEST_F(VaultFlow, RunsThatAreStoppedGiveThemBack) {
  world().propose("LENT-3", std::string(k_sleep));
  RunningTool tool = world().start(world().runner({"--due"}, "lent.yaml"), "stopped.txt");
  ASSERT_TRUE(eventually(sleeps)) << tool.output();
  EXPECT_NE(accounts(), "0");
  tool.signal(SIGTERM);
  EXPECT_NE(tool.wait(), 0) << tool.output();
  EXPECT_EQ(accounts(), "0") << tool.output();
  EXPECT_EQ(world().sql("SELECT count(*) FROM orders WHERE status = 'slept'"), "0");
}

TEST_F(VaultFlow, WhatAKilledRunLeftIsGivenBackByTheNext) {
  world().propose("LENT-4", std::string(k_sleep));
  {
    RunningTool tool = world().start(world().runner({"LENT-4"}, "lent.yaml"), "killed.txt");
    ASSERT_TRUE(eventually(sleeps)) << tool.output();
    tool.kill_hard(true);
    tool.wait();
  }
  EXPECT_NE(accounts(), "0");
  world().sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'v-approle-shop-%'");
  const ProcessResult next = run_due();
  EXPECT_EQ(accounts(), "0") << next.output << next.errors << server().requests();
  EXPECT_THAT(next.errors, Not(HasSubstr("DBW-E0994")));
}

TEST_F(VaultFlow, FailedRevocationsAreReportedAndTheStatusIsKept) {
  world().propose("LENT-5", "UPDATE orders SET status = 'kept' WHERE id = 2;");
  server().set_up(knows(R"({"sys/leases/revoke": {"status": 403, "errors": ["permission denied"]}})"));
  const ProcessResult run = run_due();
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("DBW-E0994"));
  EXPECT_EQ(accounts(), "0") << "the token's end took them along";
  server().set_up(knows());
  EXPECT_THAT(run_due().errors, Not(HasSubstr("DBW-E0994")));
}

TEST_F(VaultFlow, ARunWhoseLeaseIsTooShortDoesNotBeginAndIsToldWhy) {
  world().propose("LENT-6", std::string(k_sleep), "staging", {"--statement-timeout", "3s"});
  world().propose("LENT-7", "DO $$ BEGIN PERFORM pg_sleep(4.9); END $$;", "staging", {"--statement-timeout", "5s"});
  server().set_up(knows(R"({"sys/leases/renew": {"status": 403, "errors": ["permission denied"]}})", 5));
  const ProcessResult short_one = world().run("host", world().runner({"LENT-6"}, "lent.yaml"));
  EXPECT_EQ(short_one.status, 4) << short_one.output << short_one.errors;
  EXPECT_THAT(short_one.output, HasSubstr("DBW-E0993")) << "two statements of 3 s, and no way to get more than 5 s";
  const ProcessResult run = world().run("host", world().runner({"LENT-7"}, "lent.yaml"));
  EXPECT_NE(run.status, 0);
  EXPECT_THAT(run.output, HasSubstr("LENT-7 s1 on shop in staging: not_started"));
  EXPECT_THAT(run.output, HasSubstr("DBW-E0993")) << "what git took of the lease is missing at its end";
  EXPECT_EQ(accounts(), "0");
}

TEST_F(VaultFlow, TheGuardsCredentialLastsForTheStepToo) {
  world().propose("LENT-20", "UPDATE orders SET status = 'never' WHERE id = 3;", "staging",
                  {"--statement-timeout", "20s"});
  server().set_up(knows(R"({"sys/leases/renew": {"status": 403, "errors": ["permission denied"]}})", 600, 15));
  const ProcessResult run = world().run("host", world().runner({"LENT-20"}, "lent.yaml"));
  EXPECT_EQ(run.status, 4) << run.output << run.errors;
  EXPECT_THAT(run.output, HasSubstr("DBW-E0993"));
  EXPECT_THAT(run.output, HasSubstr("not_started"));
  EXPECT_EQ(world().sql("SELECT count(*) FROM orders WHERE status = 'never'"), "0");
  EXPECT_EQ(accounts(), "0");
}

/// In the pause between two pieces nothing runs that could be cancelled.
TEST_F(VaultFlow, ABatchWhoseLeaseLapsesStopsThereAndTheNextRunGoesOn) {
  for (const std::string role : {"change", "guard"}) {
    const std::string id = role == "change" ? "LENT-21" : "LENT-22";
    world().sql("DELETE FROM pieces; INSERT INTO pieces SELECT n, 0 FROM generate_series(1, 20) AS n");
    world().propose(id, "UPDATE pieces SET n = n + 1 WHERE n < 1000", "staging",
                    {"--batch", "id=10,pause=30s", "--statement-timeout", "1s"});
    server().set_up(knows(R"({"sys/leases/renew": {"status": 403, "errors": ["permission denied"]}})",
                          role == "change" ? 8 : 600, role == "guard" ? 8 : 600));
    const auto start = std::chrono::steady_clock::now();
    const ProcessResult run = world().run("host", world().runner({id}, "lent.yaml"));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(25)) << "it does not sleep to the end";
    EXPECT_EQ(run.status, 4) << run.output << run.errors;
    EXPECT_THAT(run.output, HasSubstr(id + " s1 on shop in staging: interrupted, 10 rows"));
    EXPECT_EQ(occurrences(run.output, "DBW-E0993"), 1) << run.output;
    EXPECT_THAT(run.output, HasSubstr("1 pieces with 10 rows of this run are committed and stay"));
    EXPECT_EQ(world().sql("SELECT sum(n) FROM pieces"), "10");
    EXPECT_EQ(accounts(), "0");
    EXPECT_EQ(world().verify().status, 0);
    server().set_up(knows());
    const ProcessResult next = world().run("host", world().runner({id}, "lent.yaml"));
    EXPECT_EQ(next.status, 0) << next.output << next.errors;
    EXPECT_THAT(next.errors, HasSubstr("going on behind 1 pieces with 10 rows"));
    EXPECT_EQ(world().sql("SELECT min(n) || '-' || max(n) FROM pieces"), "1-1");
    EXPECT_EQ(world().verify().status, 0);
  }
}

TEST_F(VaultFlow, WithoutCredentialsNothingRuns) {
  world().propose("LENT-8", "UPDATE orders SET status = 'never' WHERE id = 3;");
  const std::tuple<std::string, std::string> cases[] = {
      {R"({"auth/approle": {"status": 503, "errors": ["Vault is sealed"]}})", "DBW-E0987"},
      {R"({"auth/approle": {"status": 400, "errors": ["invalid role or secret ID"]}})", "DBW-E0988"},
      {R"({"database/creds/shop-change": {"status": 403, "errors": ["permission denied"]}})", "DBW-E0989"},
      {R"({"database/creds": {"drop": true}})", "DBW-E0986"}};
  for (const auto& [faults, error] : cases) {
    server().set_up(knows(faults));
    const ProcessResult run = world().run("host", world().runner({"LENT-8"}, "lent.yaml"));
    EXPECT_EQ(run.status, 4) << run.output << run.errors;
    EXPECT_THAT(run.output + run.errors, HasSubstr(error));
    EXPECT_EQ(accounts(), "0");
  }
  EXPECT_EQ(world().sql("SELECT count(*) FROM orders WHERE status = 'never'"), "0");
  server().set_up(knows());
  EXPECT_EQ(world().run("host", world().runner({"LENT-8", "--retry"}, "lent.yaml")).status, 0);
  EXPECT_EQ(world().sql("SELECT count(*) FROM orders WHERE status = 'never'"), "1");
}

TEST_F(VaultFlow, StaticRolesMustBeOfTheConfiguredUser) {
  world().other_config("static.yaml",
                       {{"targets:\n", lent().front().second},
                        {"{user: shop_guard}", "{user: shop_guard, password: {vault: main, static_role: guard}}"},
                        {"{user: shop_change}", "{user: shop_change, password: {vault: main, static_role: guard}}"}});
  const ProcessResult doctor =
      world().run("host", {"dbw-exec", "doctor", "--config", world().path("exec/static.yaml")});
  EXPECT_THAT(doctor.output, HasSubstr("ok   shop in staging: guard"));
  EXPECT_THAT(doctor.output, HasSubstr("DBW-E0990")) << "change is not the user of that static role";
}

TEST_F(VaultFlow, PasswordFilesAreReadForExactlyTheirLogin) {
  world().sql("CREATE ROLE filed LOGIN PASSWORD 'filed:pw\\4711' IN ROLE shop_read, with_password");
  const std::string socket = PostgresServer::shared().socket_folder().string();
  const std::string line = fmt::format("{}:5432:*:{{}}:filed\\:pw\\\\4711\n", socket);
  const auto doctor = [&](const std::string& user) {
    world().must("host", {"sh", "-c", "umask 077; cat > exec/pgpass"}, fmt::format(fmt::runtime(line), user));
    world().other_config("pgpass.yaml", {{"{user: shop_read}", "{user: filed, password: {pgpass: pgpass}}"}});
    return world().run("host", {"dbw-exec", "doctor", "--config", world().path("exec/pgpass.yaml")}).output;
  };
  EXPECT_THAT(doctor("filed"), HasSubstr("ok   shop in staging: read role"));
  EXPECT_THAT(doctor("shop_read"), HasSubstr("DBW-E0985"));
}

}  // namespace
}  // namespace dbw::test
