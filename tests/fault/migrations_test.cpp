// Migrations: in their order, once, and nothing else, whatever happens in between.
#include <map>
#include <memory>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

class Migrations : public ::testing::TestWithParam<Engine> {
 protected:
  ToolWorld m_world{GetParam()};

  void write(const std::string& name, const std::string& text) const {
    const auto path = m_world.path("db/" + name);
    m_world.must("alice", {"sh", "-c", "mkdir -p \"$1\" && cat > \"$2\"", "sh", m_world.path("db"), path}, text);
  }
  ProcessResult propose(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> command = {"dbw-request", "migrate",  "propose",          "-d", "shop",   "-e",
                                        "staging",     "--folder", m_world.path("db"), "-r", "Reason", "--push"};
    command.insert(command.end(), more.begin(), more.end());
    return m_world.run("alice", command);
  }
  std::string status() const {
    const ProcessResult result = m_world.run(
        "alice", {"dbw-request", "migrate", "status", "-d", "shop", "-e", "staging", "--folder", m_world.path("db")});
    return result.output + result.errors;
  }
  /// "1 applied, 2 applied", as the database has it.
  std::string applied() const {
    std::vector<std::string> command = {"dbw-exec", "migrations", "-d", "shop", "-e", "staging"};
    for (const std::string& each : config_flags()) command.push_back(each);
    std::string out;
    const std::string printed = m_world.must("host", command);
    for (const std::string_view line : split_lines(printed)) {
      if (line.starts_with("VERSION")) continue;
      const std::string version(line.substr(0, line.find(' ')));
      const bool good =
          line.find(" applied ") != std::string_view::npos || line.find(" imported ") != std::string_view::npos;
      out += version + (good ? "+" : "?");
    }
    return out;
  }
  std::string request_of(const std::string& version) const {
    const std::string printed = status();
    for (const std::string_view line : split_lines(printed)) {
      if (!line.starts_with(version + " ")) continue;
      const std::string_view rest = line.substr(line.find("REQ-"));
      return std::string(rest.substr(0, rest.find(' ')));
    }
    return {};
  }
  std::vector<std::string> config_flags() const {
    const std::vector<std::string> runner = m_world.runner({});
    return {runner.begin() + 2, runner.end()};
  }
};

/// Where a step can go without a transaction.
class StoppedMigrations : public Migrations {};

const std::string k_first =
    "-- migrate:up\nINSERT INTO applied (id) VALUES (1);\n-- migrate:down\nDELETE FROM applied WHERE id = 1;\n";
const std::string k_second = "-- migrate:up\nINSERT INTO applied (id) VALUES (2);\n";

TEST_P(Migrations, RunInTheirOrderAndOnce) {
  write("20261101_first.sql", k_first);
  write("20261102_second.sql", k_second);
  const ProcessResult proposed = propose();
  ASSERT_EQ(proposed.status, 0) << proposed.output << proposed.errors;
  EXPECT_EQ(propose().errors.find("every migration has a request") != std::string::npos, true);
  EXPECT_EQ(applied(), "");
  const ProcessResult run = m_world.run_due();
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(applied(), "20261101+20261102+");
  EXPECT_EQ(trim(m_world.sql("SELECT count(*) FROM applied;")), "2");
  EXPECT_NE(status().find("executed"), std::string::npos) << status();

  // Edited after it was applied: seen by its author, and refused where it is proposed all the same.
  write("20261102_second.sql", "-- migrate:up\nINSERT INTO applied (id) VALUES (22);\n");
  EXPECT_NE(status().find("file changed since"), std::string::npos) << status();
  m_world.propose("EDIT-1", "INSERT INTO applied (id) VALUES (22);\n");
  m_world.forge("EDIT-1", "EDIT-2", "INSERT INTO applied (id) VALUES (22);\n",
                {{"kind: change", "kind: migration"},
                 {"nonce: ", "migration: {version: \"20261102\", name: second, after: \"20261101\"}\nnonce: "}});
  const ProcessResult edited = m_world.run_request("EDIT-2");
  EXPECT_EQ(edited.status, 1) << edited.output << edited.errors;
  EXPECT_NE(edited.output.find("DBW-E0561"), std::string::npos) << edited.output;

  const auto forged = [&](const std::string& id, const std::string& migration, const std::string& error) {
    m_world.forge("EDIT-1", id, fmt::format("INSERT INTO applied (id) VALUES (33); -- {}\n", id),
                  {{"kind: change", "kind: migration"}, {"nonce: ", "migration: " + migration + "\nnonce: "}});
    const ProcessResult result = m_world.run_request(id);
    EXPECT_EQ(result.status, 1) << id << result.output << result.errors;
    EXPECT_NE(result.output.find(error), std::string::npos) << id << result.output;
  };
  forged("OLDER-1", "{version: \"20261101.5\", name: late, after: \"20261101\"}", "DBW-E0562");
  forged("GAP-1", "{version: \"20261104\", name: early, after: \"20261103\"}", "DBW-E0563");
  forged("FIRST-1", "{version: \"20261105\", name: alone}", "DBW-E0563");
  EXPECT_EQ(applied(), "20261101+20261102+");
  EXPECT_EQ(trim(m_world.sql("SELECT count(*) FROM applied WHERE id = 33;")), "0");
  EXPECT_EQ(m_world.verify().status, 0);
}

TEST_P(Migrations, AFailedOneHoldsTheOthersBack) {
  write("1_first.sql", "-- migrate:up\nINSERT INTO nowhere (id) VALUES (1);\n");
  write("2_second.sql", k_second);
  ASSERT_EQ(propose().status, 0);
  const ProcessResult run = m_world.run_due();
  EXPECT_EQ(run.status, 5) << run.output << run.errors;
  EXPECT_NE(run.output.find("DBW-E0563"), std::string::npos) << run.output;
  EXPECT_EQ(applied(), "");
  EXPECT_EQ(trim(m_world.sql("SELECT count(*) FROM applied;")), "0");
}

TEST_P(Migrations, OtherToolsAreTakenOver) {
  m_world.sql(
      "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES "
      "('20261101'), ('20261102');");
  if (GetParam() == Engine::postgresql) m_world.sql("GRANT SELECT ON schema_migrations TO PUBLIC;");
  write("20261101_first.sql", k_first);
  std::vector<std::string> import = {"dbw-exec", "migrations",       "-d",       "shop",
                                     "-e",       "staging",          "--import", "dbmate",
                                     "--folder", m_world.path("db"), "--reason", "moved"};
  for (const std::string& each : config_flags()) import.push_back(each);
  const ProcessResult incomplete = m_world.run("host", import);
  EXPECT_EQ(incomplete.status, 4) << incomplete.output << incomplete.errors;
  EXPECT_NE(incomplete.errors.find("DBW-E0565"), std::string::npos) << incomplete.errors;
  EXPECT_EQ(applied(), "");
  write("20261102_second.sql", k_second);
  const ProcessResult imported = m_world.run("host", import);
  EXPECT_EQ(imported.status, 0) << imported.output << imported.errors;
  EXPECT_EQ(applied(), "20261101+20261102+");
  EXPECT_EQ(m_world.run("host", import).status, 1) << "once";
  write("20261103_third.sql", "-- migrate:up\nINSERT INTO applied (id) VALUES (3);\n");
  const ProcessResult proposed = propose({"--behind", "20261102"});
  ASSERT_EQ(proposed.status, 0) << proposed.output << proposed.errors;
  const ProcessResult run = m_world.run_due();
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(applied(), "20261101+20261102+20261103+");
  EXPECT_EQ(trim(m_world.sql("SELECT count(*) FROM applied;")), "1");
  EXPECT_EQ(m_world.verify().status, 0);
}

/// Flyway's own row for the schema that it made has no version.
TEST_P(Migrations, FlywaysTableIsTakenOver) {
  m_world.sql(
      "CREATE TABLE flyway_schema_history (version varchar(50), description varchar(200), type varchar(20), success "
      "boolean); INSERT INTO flyway_schema_history VALUES (NULL, 'make it', 'SCHEMA', true), ('1', 'first', 'SQL', "
      "true), ('2', 'second', 'SQL', true);");
  if (GetParam() == Engine::postgresql) m_world.sql("GRANT SELECT ON flyway_schema_history TO PUBLIC;");
  write("V1__first.sql", "INSERT INTO applied (id) VALUES (1);\n");
  write("V2__second.sql", "INSERT INTO applied (id) VALUES (2);\n");
  std::vector<std::string> import = {"dbw-exec", "migrations",       "-d",       "shop",
                                     "-e",       "staging",          "--import", "flyway",
                                     "--folder", m_world.path("db"), "--reason", "moved"};
  for (const std::string& each : config_flags()) import.push_back(each);
  const ProcessResult imported = m_world.run("host", import);
  EXPECT_EQ(imported.status, 0) << imported.output << imported.errors;
  EXPECT_EQ(applied(), "1+2+");
}

TEST_P(StoppedMigrations, AreResumedAsTheSameMigration) {
  write("1_first.sql",
        "-- migrate:up transaction:false\nINSERT INTO applied (id) VALUES (1);\n"
        "INSERT INTO late (id) VALUES (1);\n");
  write("V2__second.sql", "INSERT INTO applied (id) VALUES (2);\n");
  ASSERT_EQ(propose().status, 0);
  const std::string first = request_of("1");
  EXPECT_EQ(m_world.run_request(first).status, 6);
  EXPECT_EQ(applied(), "1?");
  const ProcessResult held = m_world.run_due();
  EXPECT_NE(held.output.find("DBW-E0564"), std::string::npos) << held.output << held.errors;
  m_world.sql("CREATE TABLE late (id integer);");
  if (GetParam() == Engine::postgresql) m_world.sql("GRANT ALL ON late TO PUBLIC;");
  m_world.must("alice", {"dbw-request", "new", "--id", "RES-2", "--resume", first, "--push"});
  EXPECT_EQ(m_world.run_request("RES-2").status, 0);
  EXPECT_EQ(applied(), "1+");
  m_world.run_due();
  EXPECT_EQ(applied(), "1+2+");
  EXPECT_EQ(m_world.verify().status, 0);
}

TEST_P(StoppedMigrations, AreSettledByAPersonWhoLooked) {
  const std::string stops =
      "-- migrate:up transaction:false\nINSERT INTO applied (id) VALUES (1);\nINSERT INTO late (id) VALUES (1);\n";
  write("1_first.sql", stops);
  write("2_second.sql", k_second);
  ASSERT_EQ(propose().status, 0);
  const std::string first = request_of("1");
  EXPECT_EQ(m_world.run_request(first).status, 6);
  const auto settle = [&](const std::string& version, const std::string& as) {
    std::vector<std::string> command = {"dbw-exec", "migrations", "-d",   "shop", "-e",       "staging",
                                        "--settle", version,      "--as", as,     "--reason", "looked, INC-1"};
    for (const std::string& each : config_flags()) command.push_back(each);
    return m_world.run("host", command);
  };
  const auto expect_refused = [&](const std::string& version, const std::string& as, int status,
                                  const std::string& error) {
    const ProcessResult result = settle(version, as);
    EXPECT_EQ(result.status, status) << result.output << result.errors;
    EXPECT_NE(result.errors.find(error), std::string::npos) << result.errors;
  };
  expect_refused("1", "perhaps", 2, "DBW-E0002");
  expect_refused("2", "applied", 1, "DBW-E0919");
  m_world.must("alice", {"dbw-request", "new", "--id", "RES-1", "--resume", first, "--push"});
  expect_refused("1", "applied", 1, "DBW-E0918");
  m_world.must("alice", {"dbw-request", "cancel", "RES-1", "--reason", "settled instead"});

  // Nothing of it is left: its version comes again, and its run never.
  m_world.sql("DELETE FROM applied;");
  const ProcessResult undone = settle("1", "not-applied");
  EXPECT_EQ(undone.status, 0) << undone.output << undone.errors;
  EXPECT_EQ(applied(), "");
  m_world.must("alice", {"dbw-request", "new", "--id", "RES-2", "--resume", first, "--push"});
  const ProcessResult barred = m_world.run_request("RES-2");
  EXPECT_EQ(barred.status, 1) << barred.output << barred.errors;
  EXPECT_NE(barred.output.find("DBW-E0557"), std::string::npos) << barred.output;
  const std::string anew = "INSERT INTO applied (id) VALUES (11);\nINSERT INTO late (id) VALUES (1);\n";
  m_world.propose("LIKE-1", anew, "staging", {"--transaction", "none"});
  m_world.forge(
      "LIKE-1", "ANEW-1", anew + "-- again\n",
      {{"kind: change", "kind: migration"}, {"nonce: ", "migration: {version: \"1\", name: first}\nnonce: "}});
  m_world.must("alice", {"dbw-request", "cancel", "LIKE-1", "--reason", "was a pattern"});
  EXPECT_EQ(m_world.run_request("ANEW-1").status, 6);
  EXPECT_EQ(applied(), "1?");

  // It is as it should be after all: the next one follows it.
  EXPECT_EQ(settle("1", "applied").status, 0);
  expect_refused("1", "applied", 1, "DBW-E0919");
  m_world.run_due();
  EXPECT_EQ(applied(), "1+2+");
  EXPECT_EQ(m_world.sql("SELECT count(*) FROM applied;"), "2");
  const std::string log =
      m_world.must("auditor", {"dbw-audit", "log", "--type", "adopt", "--format", "json", m_world.path("audit.git")});
  EXPECT_NE(log.find("settled as not applied: looked, INC-1"), std::string::npos) << log;
  EXPECT_EQ(m_world.verify().status, 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, Migrations, ::testing::Values(Engine::sqlite, Engine::postgresql, Engine::mariadb),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });
INSTANTIATE_TEST_SUITE_P(Engines, StoppedMigrations, ::testing::Values(Engine::postgresql, Engine::mariadb),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });

}  // namespace
}  // namespace dbw::test
