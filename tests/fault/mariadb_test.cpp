// Whole runs on a MariaDB server: rows, definitions and queries, from the request to the audit log.
#include <fmt/format.h>

#include "support/paths.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

using testing::HasSubstr;

class MariadbFlow : public testing::Test {
 protected:
  static ToolWorld& world() {
    static ToolWorld world(Engine::mariadb);
    return world;
  }
  static void expect_run(int status, std::string_view said) {
    const ProcessResult result = world().run_due();
    EXPECT_EQ(result.status, status) << result.output << result.errors;
    EXPECT_THAT(result.output + result.errors, HasSubstr(std::string(said)));
    const ProcessResult verified = world().verify();
    EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
  }
};

TEST_F(MariadbFlow, ApprovedRowsRunOnceAndAreLogged) {
  world().propose("REQ-ROWS-1", "UPDATE orders SET status = 'new' WHERE id = 2;", "production");
  world().approve("bob", "REQ-ROWS-1");
  world().merge("REQ-ROWS-1");
  const std::vector<std::string> flags = {"--tokens", world().tokens().string(), "--due"};
  const ProcessResult run = world().run("host", world().runner(flags));
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_THAT(run.output, HasSubstr("executed"));
  EXPECT_EQ(world().sql("SELECT status FROM orders ORDER BY id", "production"), "old\nnew\nold");
  EXPECT_EQ(world().verify().status, 0);
  const std::string log = world().must("auditor", {"dbw-audit", "log", world().path("audit.git").string()});
  EXPECT_THAT(log, HasSubstr("REQ-ROWS-1"));
  EXPECT_EQ(world().run("host", world().runner(flags)).output, "") << "nothing is due any more";
}

TEST_F(MariadbFlow, DefinitionsNeedAStepWithoutTransaction) {
  const std::string sql = "ALTER TABLE orders ADD COLUMN note text;";
  const std::vector<std::string> request = {"dbw-request", "new", "-d", "shop", "-e",    "staging",
                                            "-t",          "T",   "-r", "R",    "--push"};
  std::vector<std::string> in_transaction = request;
  in_transaction.insert(in_transaction.end(), {"--id", "REQ-DDL-1", "-"});
  const ProcessResult refused = world().run("alice", in_transaction, {}, sql);
  EXPECT_EQ(refused.status, 1) << refused.output << refused.errors;
  EXPECT_THAT(refused.output + refused.errors, HasSubstr("DBW-E0922"));
  world().propose("REQ-DDL-2", sql, "staging", {"--transaction", "none"});
  expect_run(0, "executed");
  EXPECT_EQ(world().sql("SELECT count(*) FROM orders WHERE note IS NULL"), "3");
}

TEST_F(MariadbFlow, StepThatStopsHalfWayIsNamedAndNotRepeated) {
  world().propose("REQ-HALF-1", "CREATE TABLE one (id integer); CREATE TABLE orders (id integer);", "staging",
                  {"--transaction", "none"});
  expect_run(6, "partially_executed");
  EXPECT_EQ(world().sql("SELECT count(*) FROM one"), "0");
  EXPECT_EQ(world().run_due().output, "");
}

TEST_F(MariadbFlow, QueriesGiveTheirRows) {
  world().propose("REQ-ASK-1", "SELECT id, status, NULL AS nothing FROM orders WHERE id < 3 ORDER BY id;", "staging",
                  {"--kind", "query"});
  expect_run(0, "executed");
  EXPECT_EQ(slurp(world().path("exec/state/results/REQ-ASK-1/s1.csv")), "id,status,nothing\r\n1,old,\r\n2,old,\r\n");
}

TEST_F(MariadbFlow, AFailedStatementChangesNothing) {
  world().propose("REQ-FAIL-1", "INSERT INTO applied VALUES (5); INSERT INTO orders VALUES (1, 'again');");
  expect_run(5, "failed");
  EXPECT_EQ(world().sql("SELECT count(*) FROM applied WHERE id = 5"), "0");
}

TEST_F(MariadbFlow, EngineOfThePolicyIsTheOneThatRuns) {
  world().propose("REQ-OTHER-1", "INSERT INTO applied VALUES (6);");
  const std::string config = world().other_config("mysql.yaml", {{"engine: mariadb", "engine: mysql"}});
  const ProcessResult run = world().run("host", world().runner({"--due"}, config));
  EXPECT_EQ(run.status, 3) << run.output << run.errors;
  EXPECT_THAT(run.output + run.errors, HasSubstr("the policy says mariadb"));
  expect_run(0, "executed");
}

TEST_F(MariadbFlow, DoctorFindsAccountsThatAreTooStrong) {
  const std::vector<std::string> doctor = {"dbw-exec", "doctor", "--config", world().path("exec/exec.yaml").string()};
  const ProcessResult good = world().run("host", doctor, {});
  EXPECT_THAT(good.output + good.errors, HasSubstr("connects, and is limited"));
  const std::string config = world().other_config("strong.yaml", {{"user: shop_change", "user: root"}});
  const ProcessResult strong = world().run("host", {"dbw-exec", "doctor", "--config", world().path("exec/" + config)});
  EXPECT_NE(strong.status, 0);
  EXPECT_THAT(strong.output + strong.errors, HasSubstr("on every database"));
}

}  // namespace
}  // namespace dbw::test
