// Secrets planted in every source, whole runs that succeed, fail, are stopped and killed: nothing that the tools write,
// start or leave in memory repeats one.
#include <fstream>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "support/paths.hpp"
#include "support/postgres_server.hpp"
#include "support/tool_world.hpp"
#include "support/vault_server.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::string_view k_secret_id = "planted-secret-id-5XKQ";
constexpr std::string_view k_file_password = "planted-file-password-7BRM";
constexpr std::string_view k_wrong_password = "planted-wrong-password-2FZC";
constexpr std::string_view k_pgpass_password = "planted-pgpass-password-8WDT";
constexpr std::string_view k_command_password = "planted-command-password-3HNV";
constexpr std::string_view k_env_password = "planted-env-password-6JYP";
constexpr std::string_view k_row = "planted-row-of-the-database-9GLS";

/// What one process of the tool and its children looked like from outside.
struct Sighting {
  std::string processes;    ///< their command lines, the children's environments
  std::string environment;  ///< the process's own, as it was seen last
  std::string limits, status, memory;
  std::size_t children = 0;
};

/// What there is to read, of a process that may end at any moment.
std::string slurp_proc(const fs::path& path) {
  try {
    return slurp(path);
  } catch (const std::exception&) {
    return "";
  }
}

/// Every private writable mapping.
std::string memory_of(pid_t pid) {
  std::ifstream maps(fmt::format("/proc/{}/maps", pid)), memory(fmt::format("/proc/{}/mem", pid), std::ios::binary);
  std::string all, line;
  while (std::getline(maps, line)) {
    if (line.find(" rw-p ") == std::string::npos) continue;
    const auto dash = line.find('-');
    const auto from = std::stoull(line.substr(0, dash), nullptr, 16),
               to = std::stoull(line.substr(dash + 1), nullptr, 16);
    std::string part(to - from, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(from));
    memory.read(part.data(), static_cast<std::streamsize>(part.size()));
    all += part.substr(0, static_cast<std::size_t>(std::max<std::streamsize>(0, memory.gcount()))) + "\n--\n";
  }
  return all;
}

std::size_t copies(const std::string& memory, std::string_view secret) {
  std::size_t found = 0;
  for (auto at = memory.find(secret); at != std::string::npos; at = memory.find(secret, at + 1)) ++found;
  return found;
}

class PlantedSecrets : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    PostgresServer::shared().create_role("with_password");
    m_world = std::make_unique<ToolWorld>(Engine::postgresql);
    m_vault = std::make_unique<VaultServer>(knows());
    const ToolWorld& world = *m_world;
    // So that git's program is started: what it is given is looked at as well.
    for (const char* name : {"changes.git", "audit.git"}) world.git(name, {"config", "transfer.fsckObjects", "true"});
    for (const std::string environment : {"staging", "production"})
      world.sql(fmt::format("INSERT INTO orders VALUES (77, '{}');", k_row), environment);
    PostgresServer::shared().create_role(
        "planted_guard", fmt::format("LOGIN PASSWORD '{}' IN ROLE shop_guard, with_password", k_file_password));
    PostgresServer::shared().create_role(
        "planted_read", fmt::format("LOGIN PASSWORD '{}' IN ROLE shop_read, with_password", k_pgpass_password));
    plant("secret-id", std::string(k_secret_id));
    plant("guard.password", std::string(k_file_password));
    plant("wrong.password", std::string(k_wrong_password));
    plant("pgpass", fmt::format("*:*:*:planted_read:{}\n", k_pgpass_password));
    plant("tell.sh", fmt::format("cat /proc/$$/environ /proc/$$/cmdline > {}\necho {}\necho {} >&2\nexit $1\n",
                                 world.path("child.txt").string(), k_command_password, k_command_password));
    configure("planted.yaml", "");
  }
  static void TearDownTestSuite() {
    m_world.reset();
    m_vault.reset();
  }

  static void plant(const std::string& name, const std::string& text) {
    write_file_atomic(m_world->path("exec") / name, text, 0600);
  }
  static std::string knows(const std::string& faults = "{}") {
    return fmt::format(
        R"({{"secret_ids": {{"dbw": "{}"}}, "jwts": {{"dbw": "{}"}}, "token": {{"ttl": 600, "max_ttl": 86400, "renewable": true}},
 "roles": {{"change": {{"ttl": 600, "max_ttl": 86400, "renewable": true, "create": "CREATE ROLE \"{{{{name}}}}\" LOGIN PASSWORD '{{{{password}}}}' IN ROLE shop_change, with_password; ALTER ROLE \"{{{{name}}}}\" SET role TO shop_change;", "drop": "DROP ROLE IF EXISTS \"{{{{name}}}}\";"}}}},
 "static": {{}}, "psql": ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "{}", "-U", "postgres", "-d", "postgres", "-f", "-"], "faults": {}}})",
        k_secret_id, jwt(), PostgresServer::shared().socket_folder().string(), faults);
  }
  /// A token for Vault as a CI host gives it; Vault alone judges it.
  static std::string jwt() {
    return to_base64url(R"({"alg":"RS256","kid":"k"})") + "." +
           to_base64url(R"({"iss":"https://ci.example.org","aud":"vault","jti":"planted-jwt-4MTX"})") + "." +
           to_base64url("planted-signature-of-a-jwt-1QEU");
  }
  static std::string login(const std::string& user, const std::string& password) {
    return fmt::format("{{user: {}, password: {}}}", user, password);
  }
  static void configure(const std::string& name, const std::string& guard, const std::string& auth = "") {
    const std::string approle = "approle: {role_id: dbw, secret_id: {file: secret-id}}";
    m_world->other_config(
        name, {{"targets:\n", fmt::format("vaults:\n  main: {{url: \"{}\", ca_file: {}, timeout: 3s, {}}}\ntargets:\n",
                                          m_vault->url(), m_vault->ca_file().string(), auth.empty() ? approle : auth)},
               {"{user: shop_guard}", guard.empty() ? login("planted_guard", "{file: guard.password}") : guard},
               {"{user: shop_change}", login("shop_change", "{vault: main, role: change}")},
               {"{user: shop_read}", login("planted_read", "{pgpass: pgpass}")}});
  }

  /// Runs to the end, with whatever it prints kept for the search.
  int run(const std::string& id, const std::string& config = "planted.yaml", const std::vector<std::string>& more = {},
          const std::map<std::string, std::string>& environment = {}) {
    std::vector<std::string> flags = {id, "--trace"};
    flags.insert(flags.end(), more.begin(), more.end());
    const ProcessResult result = m_world->run("host", m_world->runner(flags, config), environment);
    m_written += result.output + result.errors;
    return result.status;
  }
  /// The secrets themselves, and those that Vault gave out since.
  static std::set<std::string> secrets() {
    std::set<std::string> all;
    for (const std::string_view each :
         {k_secret_id, k_file_password, k_wrong_password, k_pgpass_password, k_command_password, k_env_password, k_row})
      all.emplace(each);
    all.insert(jwt());
    const std::string given = m_vault->secrets(), key = slurp(m_world->path("exec/executor.pem"));
    for (const std::string_view line : split_lines(given)) {
      if (!line.empty()) all.emplace(line);
    }
    for (const std::string_view line : split_lines(key)) {
      if (!line.empty() && !line.starts_with("-----")) all.emplace(line);
    }
    return all;
  }
  static void expect_none(const std::string& where, const std::string& text) {
    for (const std::string& secret : secrets())
      EXPECT_EQ(text.find(secret), std::string::npos) << where << " holds " << secret;
  }
  /// State, results, notes; both repositories, unpacked; the ledger.
  void expect_nothing_written() const {
    expect_none("what was printed", m_written);
    std::size_t files = 0;
    for (const auto& each : fs::recursive_directory_iterator(m_world->path("exec/state"))) {
      if (!each.is_regular_file()) continue;
      expect_none(each.path().string(), slurp(each.path()));
      ++files;
    }
    EXPECT_GT(files, 10u);
    for (const char* repository : {"changes.git", "audit.git"}) {
      const std::string objects = m_world->git(repository, {"cat-file", "--batch-all-objects", "--batch"});
      EXPECT_THAT(objects, HasSubstr("tree"));
      expect_none(repository, objects);
    }
    const std::string ledger = m_world->sql(
        "SELECT table_to_xml(c.oid::regclass, true, false, '') FROM pg_class c JOIN pg_namespace n ON n.oid = "
        "c.relnamespace WHERE n.nspname = 'dbw' AND c.relkind = 'r'");
    EXPECT_THAT(ledger, HasSubstr("PLANT-"));
    expect_none("the ledger", ledger);
  }
  static void look_at_processes(pid_t tool, Sighting& seen) {
    for (const auto& each : fs::directory_iterator("/proc")) {
      const std::string name = each.path().filename().string();
      if (name.find_first_not_of("0123456789") != std::string::npos) continue;
      const std::string status = slurp_proc(each.path() / "status");
      const bool child = status.find(fmt::format("PPid:\t{}\n", tool)) != std::string::npos;
      if (!child && name != std::to_string(tool)) continue;
      seen.children += child ? 1 : 0;
      seen.processes += slurp_proc(each.path() / "cmdline");
      // The tool is handed CI tokens by its environment, and overwrites it first of all: what counts is what stays.
      if (child)
        seen.processes += slurp_proc(each.path() / "environ");
      else
        seen.environment = slurp_proc(each.path() / "environ");
    }
  }
  static bool sleeps() {
    return m_world->sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %pg_sleep%'") == "1";
  }
  /// Starts a run that sleeps on the server, and looks at it until it does.
  static Sighting watch(RunningTool& tool) {
    Sighting seen;
    for (int i = 0; i < 2000 && !sleeps(); ++i) look_at_processes(tool.pid(), seen);
    seen.limits = slurp_proc(fmt::format("/proc/{}/limits", tool.pid()));
    seen.status = slurp_proc(fmt::format("/proc/{}/status", tool.pid()));
    seen.memory = memory_of(tool.pid());
    seen.processes += seen.environment;
    return seen;
  }

  static inline std::unique_ptr<ToolWorld> m_world;
  static inline std::unique_ptr<VaultServer> m_vault;
  std::string m_written;
};

TEST_F(PlantedSecrets, NothingWrittenRepeatsThem) {
  const ToolWorld& world = *m_world;
  world.propose("PLANT-1", "UPDATE orders SET status = 'new' WHERE id = 1;");
  EXPECT_EQ(run("PLANT-1"), 0) << m_written;
  world.propose("PLANT-2", "SELECT id FROM orders WHERE id < 3;", "staging", {"--kind", "query"});
  EXPECT_EQ(run("PLANT-2"), 0) << m_written;
  // The server quotes a row in its error.
  world.propose("PLANT-3", "UPDATE orders SET id = 78 WHERE id = 77 AND CAST(status AS integer) > 0;");
  EXPECT_EQ(run("PLANT-3"), 5) << m_written;
  world.propose("PLANT-4", "UPDATE orders SET status = 'new' WHERE id = 2;");
  configure("wrong.yaml", login("planted_guard", "{file: wrong.password}"));
  EXPECT_EQ(run("PLANT-4", "wrong.yaml"), 4) << m_written;
  EXPECT_THAT(m_written, HasSubstr("DBW-E0504"));
  configure("told.yaml", login("planted_guard",
                               fmt::format("{{command: [/bin/sh, {}, \"0\"]}}", world.path("exec/tell.sh").string())));
  EXPECT_EQ(run("PLANT-4", "told.yaml"), 4) << "the command's password is another";
  configure("failing.yaml", login("planted_guard", fmt::format("{{command: [/bin/sh, {}, \"3\"]}}",
                                                               world.path("exec/tell.sh").string())));
  EXPECT_EQ(run("PLANT-4", "failing.yaml"), 4);
  EXPECT_THAT(m_written, HasSubstr("DBW-E0953"));
  configure("env.yaml", login("planted_guard", "{env: GUARD_PASSWORD}"));
  const std::map<std::string, std::string> variable = {{"GUARD_PASSWORD", std::string(k_env_password)}};
  EXPECT_EQ(run("PLANT-4", "env.yaml", {}, variable), 4);
  EXPECT_EQ(run("PLANT-4", "env.yaml", {"--dev"}, variable), 4);
  configure("jwt.yaml", "", "jwt: {role: dbw, token: {ci_audience: vault}}");
  EXPECT_EQ(run("PLANT-4", "jwt.yaml", {}, {{"DBW_CI_TOKEN", jwt()}}), 0) << m_written;
  world.propose("PLANT-5", "UPDATE orders SET status = 'new' WHERE id = 3;");
  for (const char* faults : {R"({"auth": {"status": 400, "errors": ["invalid role or secret ID"]}})",
                             R"({"database/creds": {"body": "{\"data\": {\"username\": \"u\", \"password\": 7}}"}})",
                             R"({"sys/leases/renew": {"drop": true}, "database/creds": {"drop": true}})"}) {
    m_vault->set_up(knows(faults));
    EXPECT_EQ(run("PLANT-5", "planted.yaml", {"--retry"}), 4) << m_written;
  }
  m_vault->set_up(knows(R"({"sys/leases/revoke": {"status": 400, "errors": ["no"]}})"));
  EXPECT_EQ(run("PLANT-5", "planted.yaml", {"--retry"}), 0) << m_written;
  m_vault->set_up(knows());
  for (const char* command : {"doctor", "status", "plan"}) {
    const ProcessResult result = world.run("host", {"dbw-exec", command, "--config", world.path("exec/planted.yaml")});
    EXPECT_EQ(result.status, 0) << command << result.output << result.errors;
    m_written += result.output + result.errors;
  }
  const std::string child = slurp(world.path("child.txt"));
  EXPECT_THAT(child, HasSubstr("tell.sh"));
  expect_none("the credential command's environment", child);
  expect_nothing_written();
}

TEST_F(PlantedSecrets, NothingStartedOrKeptRepeatsThem) {
  const ToolWorld& world = *m_world;
  world.propose("PLANT-9", "DO $$ BEGIN PERFORM pg_sleep(20); END $$;");
  std::map<std::string, std::string> environment = {{"DBW_CI_TOKEN", jwt()}};
  Sighting seen;
  {
    RunningTool tool = world.start(world.runner({"PLANT-9"}, "planted.yaml"), "watched.txt", environment);
    seen = watch(tool);
    ASSERT_TRUE(sleeps()) << tool.output();
    tool.kill_hard(true);
    tool.wait();
    m_written += tool.output();
  }
  world.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'v-approle-%'");
  EXPECT_GT(seen.children, 0u);
  expect_none("a command line or an environment", seen.processes);
  EXPECT_THAT(seen.limits, testing::ContainsRegex("Max core file size +0 +0 "));
  EXPECT_THAT(seen.status, HasSubstr("NoNewPrivs:\t1"));
  if (::geteuid() != 0) {
    EXPECT_EQ(seen.memory, "") << "no process of the same user may look into it";
  } else {
    EXPECT_THAT(seen.memory, HasSubstr("PLANT-9"));
    EXPECT_EQ(copies(seen.memory, k_secret_id), 0u);
    // libpq's own, in the state of each connection's SCRAM exchange until it is closed: two as guard, one for the
    // change.
    EXPECT_LE(copies(seen.memory, k_file_password), 2u);
    EXPECT_LE(copies(seen.memory, "Pw-"), 1u);
  }
  expect_nothing_written();
}

}  // namespace
}  // namespace dbw::test
