// exec.yaml's capabilities are an upper bound: each of them against a request that policy allows.
#include <fmt/format.h>

#include "support/paths.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

using testing::HasSubstr;

class CapabilitiesFlow : public testing::Test {
 protected:
  static ToolWorld& world() {
    static ToolWorld world(Engine::sqlite);
    return world;
  }
  /// Runs with these capabilities.
  static ProcessResult run(const std::string& capabilities, std::vector<std::string> flags) {
    world().other_config("bound.yaml", {{"targets:\n", "capabilities: {" + capabilities + "}\ntargets:\n"}});
    return world().run("host", world().runner(std::move(flags), "bound.yaml"));
  }
  static void expect_refused(const std::string& capabilities, const std::string& id) {
    const ProcessResult result = run(capabilities, {id});
    EXPECT_EQ(result.status, 1) << capabilities << result.output << result.errors;
    EXPECT_THAT(result.output, HasSubstr("DBW-E0964")) << capabilities;
  }
};

TEST_F(CapabilitiesFlow, PlacesAndClasses) {
  world().propose("BOUND-1", "UPDATE orders SET status = 'bound' WHERE id = 1;");
  for (const char* bound : {"environments: [production]", "databases: [billing]", "classes: [read, ddl]"})
    expect_refused(bound, "BOUND-1");
  EXPECT_EQ(run("environments: [staging], databases: [shop], classes: [dml]", {"BOUND-1"}).status, 0);
}

TEST_F(CapabilitiesFlow, WhatIsBeyondIsNotConnectedTo) {
  const auto tool = [](const std::string& command) {
    world().other_config("beyond.yaml", {{"targets:\n", "capabilities: {environments: [staging]}\ntargets:\n"}});
    std::vector<std::string> argv = {"dbw-exec", command, "--config", world().path("exec/beyond.yaml"),
                                     "-d",       "shop",  "-e",       "production"};
    if (command == "setup") argv.emplace_back("--apply");
    return world().run("host", argv);
  };
  for (const char* command : {"setup", "adopt", "snapshot"}) {
    const ProcessResult result = tool(command);
    EXPECT_EQ(result.status, 1) << command << result.errors;
    EXPECT_THAT(result.errors, HasSubstr("DBW-E0964")) << command;
  }
  const ProcessResult due = run("environments: [staging]", {"--due"});
  EXPECT_EQ(due.status, 0) << "the other target is left alone: " << due.output << due.errors;
}

TEST_F(CapabilitiesFlow, ChangedRows) {
  world().propose("BOUND-2", "UPDATE orders SET status = 'many' WHERE id IN (1, 2);");
  const ProcessResult result = run("max_changed_rows: 1", {"BOUND-2"});
  EXPECT_EQ(result.status, 5) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("DBW-E0955"));
  EXPECT_THAT(result.errors, HasSubstr("at most 1 rows may change, as the host's capabilities say"));
  EXPECT_EQ(world().sql("SELECT count(*) FROM orders WHERE status = 'many'"), "0") << "rolled back";
  EXPECT_EQ(run("max_changed_rows: 2", {"BOUND-2", "--retry"}).status, 0);
  EXPECT_EQ(world().sql("SELECT count(*) FROM orders WHERE status = 'many'"), "2");
}

TEST_F(CapabilitiesFlow, RowsAndBytesOfResults) {
  const auto rows_of = [](const std::string& id) {
    return slurp(world().path("exec/state/results/" + id + "/s1.csv"));
  };
  const std::string query = "SELECT id FROM orders ORDER BY id;";
  world().propose("BOUND-3", query, "staging", {"--kind", "query"});
  EXPECT_EQ(run("max_rows: 2", {"BOUND-3"}).status, 0);
  EXPECT_THAT(rows_of("BOUND-3"), testing::Not(HasSubstr("3")));
  EXPECT_THAT(rows_of("BOUND-3"), HasSubstr("2"));
  world().propose("BOUND-4", query, "staging", {"--kind", "query"});
  EXPECT_EQ(run("result_bytes: 6", {"BOUND-4"}).status, 0);
  EXPECT_LE(rows_of("BOUND-4").size(), 6u);
}

TEST_F(CapabilitiesFlow, StatementTimeout) {
  world().propose("BOUND-5",
                  "INSERT INTO counters WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < "
                  "2000000000) SELECT 1, count(*) FROM c;",
                  "staging", {"--statement-timeout", "5m"});
  const ProcessResult result = run("statement_timeout: 1s", {"BOUND-5"});
  EXPECT_EQ(result.status, 5) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("DBW-E0514"));
}

}  // namespace
}  // namespace dbw::test
