// Runs that are interrupted at any moment, by SIGKILL or because the way to the database or to Git breaks: every effect
// happens once, every end is named as it is, and what nobody can know waits for a person.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <thread>
#include <tuple>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/text.hpp"
#include "support/mariadb_server.hpp"
#include "support/paths.hpp"
#include "support/postgres_server.hpp"
#include "support/relay.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

enum class Kind { change, statements, batch, migration };
enum class Harm { kill, cut_database, cut_git };
using Case = std::tuple<Engine, Kind, Harm>;

constexpr int k_rounds = 3;
constexpr int k_seed = 20261121;
constexpr int k_check_every = 5;  ///< rounds
constexpr int k_killed = 128 + 9;
constexpr int k_rows = 300;                                ///< of the table that is changed in pieces
constexpr int k_statements = 4;                            ///< of a step without a transaction
constexpr auto k_settling_max = std::chrono::seconds(90);  ///< locks of a killed git count for a minute
constexpr auto k_busy_pause = Milliseconds(50);
constexpr auto k_look_pause = Milliseconds(5);
constexpr auto k_between_max = Milliseconds(150);  ///< shorter than a part of a step without a transaction

int wanted(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::max(1, std::atoi(text)) : otherwise;
}
int rounds() { return wanted("DBW_FAULT_ROUNDS", k_rounds); }
int seed() { return wanted("DBW_FAULT_SEED", k_seed); }

std::string_view kind_name(Kind kind) {
  constexpr std::string_view k_names[] = {"change", "statements", "batch", "migration"};
  return k_names[static_cast<std::size_t>(kind)];
}

std::string_view harm_name(Harm harm) {
  constexpr std::string_view k_names[] = {"kill", "cut_database", "cut_git"};
  return k_names[static_cast<std::size_t>(harm)];
}

/// SQLite has no server, and every step on it is one transaction.
std::vector<Case> all_cases() {
  std::vector<Case> out;
  for (const Engine engine : {Engine::sqlite, Engine::postgresql, Engine::mariadb}) {
    for (const Kind kind : {Kind::change, Kind::statements, Kind::batch, Kind::migration}) {
      for (const Harm harm : {Harm::kill, Harm::cut_database, Harm::cut_git}) {
        const bool needs_server = kind == Kind::statements || harm == Harm::cut_database;
        if (engine != Engine::sqlite || !needs_server) out.emplace_back(engine, kind, harm);
      }
    }
  }
  return out;
}

std::string case_name(const ::testing::TestParamInfo<Case>& info) {
  const auto& [engine, kind, harm] = info.param;
  return fmt::format("{}_{}_{}", engine_name(engine), kind_name(kind), harm_name(harm));
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

bool needs_person(const std::string& outcome) { return outcome == "unknown" || outcome == "partially_executed"; }

/// The statement at which a run says that it stopped.
std::optional<int> told_statement(const std::string& output) {
  const std::string_view marker = " at statement ";
  const auto at = output.rfind(marker);
  return at == std::string::npos ? std::nullopt : std::optional(std::stoi(output.substr(at + marker.size())));
}

/// How much of a request is in the database. Wrong: something twice, a later part without an earlier one, or a part
/// where there may be none.
enum class Effect { none, part, whole, wrong };

/// `parts`: how often each part of the request has happened, in their order.
Effect effect_of(const std::vector<int>& parts, bool divisible) {
  const auto done = std::count(parts.begin(), parts.end(), 1);
  const bool in_order = std::is_sorted(parts.rbegin(), parts.rend()) && parts.front() <= 1 && parts.back() >= 0;
  if (!in_order) return Effect::wrong;
  if (done == 0) return Effect::none;
  if (done == static_cast<std::ptrdiff_t>(parts.size())) return Effect::whole;
  return divisible ? Effect::part : Effect::wrong;
}

/// A world, and breakable ways to its database and its repositories.
class Site {
 public:
  explicit Site(Engine engine) : m_world(engine), m_http(m_world.scratch()), m_git(m_http.port()) {
    if (!m_http.started()) throw std::runtime_error("no HTTP server: " + m_http.log());
    std::vector<std::pair<std::string, std::string>> urls;
    for (const std::string name : {"changes.git", "audit.git"}) {
      m_world.git(name, {"config", "http.receivepack", "true"});
      urls.emplace_back("url: " + m_world.path(name).string(),
                        fmt::format("url: http://127.0.0.1:{}/world/{}", m_git.port(), name));
    }
    m_world.other_config("cut_git.yaml", urls);
    if (engine == Engine::mariadb) {
      const auto server = MariadbServer::shared().socket(), relayed = m_folder.path() / "relay.sock";
      m_database = std::make_unique<Relay>(relayed, server);
      m_world.other_config("cut_database.yaml", {{"socket: " + server.string(), "socket: " + relayed.string()}});
    } else if (engine == Engine::postgresql) {
      const auto server = PostgresServer::shared().socket_folder();
      m_database = std::make_unique<Relay>(m_folder.path() / ".s.PGSQL.5432", server / ".s.PGSQL.5432");
      m_world.other_config("cut_database.yaml", {{"host: " + server.string(), "host: " + m_folder.path().string()}});
    }
  }
  ToolWorld& world() { return m_world; }
  /// The way that is cut; a null pointer for what kills.
  Relay* way(Harm harm) { return harm == Harm::kill ? nullptr : harm == Harm::cut_git ? &m_git : m_database.get(); }
  static std::string config(Harm harm) {
    return harm == Harm::kill ? "exec.yaml" : fmt::format("{}.yaml", harm_name(harm));
  }

 private:
  TemporaryFolder m_folder{"dbwr"};
  ToolWorld m_world;
  HttpServer m_http;
  Relay m_git;
  std::unique_ptr<Relay> m_database;
};

class Interruptions : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    auto& site = s_sites[engine()];
    if (!site) site = std::make_unique<Site>(engine());
    m_site = site.get();
    std::string values;
    // Gaps, so that keys and numbers of rows differ.
    for (int i = 1; i <= k_rows; ++i) values += fmt::format("{}({}, 0)", i == 1 ? "" : ", ", i * 7);
    world().sql(fmt::format("DELETE FROM pieces; INSERT INTO pieces VALUES {};", values));
  }
  static void TearDownTestSuite() { s_sites.clear(); }

  static Engine engine() { return std::get<Engine>(GetParam()); }
  static Kind kind() { return std::get<Kind>(GetParam()); }
  static Harm harm() { return std::get<Harm>(GetParam()); }
  static bool divisible() { return kind() == Kind::statements || kind() == Kind::batch; }
  ToolWorld& world() { return m_site->world(); }

  /// A request of the kind at hand, with numbers of its own; returns its id.
  std::string propose() {
    m_key = ++s_number;
    const std::string id = fmt::format("{}-{}", kind() == Kind::statements ? "NONE" : "REQ", m_key);
    switch (kind()) {
      case Kind::change:
        world().propose(id, both_or_none());
        return id;
      case Kind::migration:
        return propose_migration(both_or_none());
      case Kind::statements:
        world().propose(id, slow_inserts(), "staging", {"--transaction", "none"});
        return id;
      case Kind::batch:
        world().sql("UPDATE pieces SET n = 0;");
        world().propose(id, "UPDATE pieces SET n = n + 1 WHERE id > 0", "staging", {"--batch", "id=20,pause=40ms"});
        return id;
    }
    return {};
  }

  /// How often each part of the request at hand has happened.
  std::vector<int> parts() {
    std::string query = "SELECT n FROM pieces ORDER BY id;";
    if (kind() == Kind::statements) {
      std::vector<std::string> counts;
      for (int i = 1; i <= k_statements; ++i)
        counts.push_back(fmt::format("(SELECT count(*) FROM applied WHERE id = {})", m_key * 10 + i));
      query = fmt::format("SELECT {};", join(counts, ", "));
    } else if (kind() != Kind::batch) {
      query = fmt::format(
          "SELECT (SELECT count(*) FROM applied WHERE id = {0}), (SELECT n FROM counters WHERE id = {0});", m_key * 10);
    }
    std::string rows = world().sql(query);
    std::replace(rows.begin(), rows.end(), '\n', '|');
    std::vector<int> out;
    for (const std::string_view each : split(rows, '|')) out.push_back(std::stoi(std::string(each)));
    return out;
  }
  Effect effect() { return effect_of(parts(), divisible()); }

  std::vector<std::string> runner(std::vector<std::string> flags = {"--due"}) {
    return world().runner(std::move(flags), Site::config(harm()));
  }
  ProcessResult run() { return world().run("host", runner()); }

  /// What a run said must be so, and its status must say it too. Returns what is in the database.
  Effect expect_truth(int status, const std::string& output, const std::string& id) {
    const std::vector<int> all = parts();
    const Effect found = effect_of(all, divisible());
    EXPECT_NE(found, Effect::wrong) << id << ": " << fmt::format("{}", fmt::join(all, " ")) << "\n" << output;
    const auto told = told_outcome(output, id);
    if (!told) return found;
    const bool undone = *told == "rolled_back" || *told == "not_started" || *told == "failed";
    EXPECT_TRUE(*told != "executed" || found == Effect::whole) << output;
    EXPECT_TRUE(!undone || found == Effect::none) << output;
    EXPECT_TRUE(*told != "partially_executed" || kind() == Kind::statements) << output;
    EXPECT_TRUE(!needs_person(*told) || status == 6 || status == k_killed) << status << "\n" << output;
    return found;
  }

  /// A run that is struck in `round` at some moment of the time `whole`; its status and what it printed.
  std::pair<int, std::string> run_and_strike(int round, SteadyClock::duration whole) {
    RunningTool tool = world().start(runner(), "struck.txt");
    const auto wait_up_to = [&](SteadyClock::duration most) {
      std::this_thread::sleep_for(most * std::uniform_real_distribution(0.0, 1.0)(m_random));
    };
    if (divisible() && round % 2 == 0) {
      // Every other time for sure between the first part and the last.
      const auto end = SteadyClock::now() + 2 * whole;
      while (SteadyClock::now() < end && effect() == Effect::none) std::this_thread::sleep_for(k_look_pause);
      wait_up_to(k_between_max);
    } else {
      wait_up_to(whole + whole / 20);
    }
    Relay* const way = m_site->way(harm());
    if (way != nullptr) {
      way->set_down(round % 3 == 0);
      way->cut();
    } else {
      tool.kill_hard(round % 3 != 0);
    }
    const int status = tool.wait();
    if (way != nullptr) way->set_down(false);
    // Neither refused (1) nor malformed (3).
    const bool expected = status == 0 || (way == nullptr ? status == k_killed : status >= 4 && status <= 7);
    EXPECT_TRUE(expected) << status << "\n" << tool.output();
    return {status, tool.output()};
  }

  /// Runs until the whole of the request is there. Nothing is wrong but an interruption: no run may be refused (1),
  /// malformed (3) or, unless somebody has to look, unknown (6).
  void settle(const std::string& id, std::string output) {
    std::optional<std::string> told = told_outcome(output, id);
    for (const auto end = SteadyClock::now() + k_settling_max; SteadyClock::now() < end;) {
      const ProcessResult settling = run();
      ++m_settling[settling.status];
      output += settling.output + settling.errors;
      const Effect found = expect_truth(settling.status, settling.output, id);
      if (const auto now = told_outcome(settling.output, id); now && *now != "refused") told = now;
      if (HasFailure()) return;
      const bool unknown = kind() == Kind::statements && told && needs_person(*told);
      if (settling.status == 0 && found == Effect::whole && !unknown) return;
      if (unknown && (settling.status == 0 || settling.status == 6)) return go_on(id, *told, output);
      if (settling.status == 0) {
        // A run that failed without effect waits for a person.
        ASSERT_TRUE(harm() != Harm::kill && told) << id << " is not settled\n" << output;
        ASSERT_TRUE(*told == "failed" || *told == "rolled_back") << output;
        ++m_retried;
        world().run("host", runner({"--retry", id}));
        continue;
      }
      ASSERT_TRUE(settling.status == 4 || settling.status == 7) << settling.status << " " << id << output;
      std::this_thread::sleep_for(k_busy_pause);
    }
    FAIL() << id << " never settled:\n" << output;
  }

  /// The part of a person after an unknown end: looks at the database, and says where to go on.
  void go_on(const std::string& id, const std::string& told, const std::string& output) {
    ++m_unknown;
    wait_for_sessions();
    const std::vector<int> before = parts();
    const int done = static_cast<int>(std::count(before.begin(), before.end(), 1));
    if (const auto stopped = told_statement(output)) {
      EXPECT_TRUE(done == *stopped - 1 || (done == *stopped && told == "unknown"))
          << "stopped at " << *stopped << ", done: " << fmt::format("{}", fmt::join(before, " ")) << "\n"
          << output;
    }
    const ProcessResult again = run();
    EXPECT_EQ(again.status, 0) << again.output << again.errors;
    EXPECT_EQ(parts(), before) << "what may have happened is not repeated\n" << again.output;
    world().must("alice", {"dbw-request", "new", "--id", id + "-R", "--resume", id, "--from", std::to_string(done + 1),
                           "--push"});
    const ProcessResult resumed = run();
    EXPECT_EQ(resumed.status, 0) << resumed.output << resumed.errors;
    EXPECT_EQ(told_outcome(resumed.output, id + "-R"), "executed") << resumed.output << resumed.errors;
    EXPECT_EQ(effect(), Effect::whole) << resumed.output;
  }

  /// One `executed` in the log for each request that was proposed, or for what resumed it; and a good log.
  void expect_reported() {
    const ProcessResult verified = world().verify();
    EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
    std::map<std::string, int> executed;
    const std::string log =
        world().must("auditor", {"dbw-audit", "log", world().path("audit.git").string(), "--type", "result"});
    for (const std::string_view line : split_lines(log)) {
      if (line.find(" executed") == std::string_view::npos) continue;
      for (const std::string& id : m_proposed) {
        if (line.find(fmt::format(" {} ", id)) != std::string_view::npos ||
            line.find(fmt::format(" {}-R ", id)) != std::string_view::npos)
          ++executed[id];
      }
    }
    for (const std::string& id : m_proposed) EXPECT_EQ(executed[id], 1) << id << " in the log:\n" << log;
    if (kind() == Kind::migration) expect_migrations();
  }
  /// The database's own list has each migration, applied.
  void expect_migrations() {
    std::vector<std::string> command = {"dbw-exec", "migrations", "-d", "shop", "-e", "staging"};
    const std::vector<std::string> flags = runner({});
    command.insert(command.end(), flags.begin() + 2, flags.end());
    const std::string printed = world().must("host", command);
    std::set<std::string> applied;
    for (const std::string_view line : split_lines(printed)) {
      const auto at = line.find(" REQ-");
      if (at == std::string_view::npos || line.find(" applied ") > at) continue;
      EXPECT_TRUE(applied.emplace(line.substr(at + 1, line.find(' ', at + 1) - at - 1)).second) << line;
    }
    for (const std::string& id : m_proposed) EXPECT_TRUE(applied.contains(id)) << id << "\n" << printed;
  }

  /// The moments must be such that there is something to see.
  void expect_struck() {
    // A few moments may all come too late where the machine was busy when the unharmed run was measured.
    const bool many = harm() == Harm::kill && rounds() >= 20;
    EXPECT_TRUE(!many || m_struck[k_killed] > rounds() / 4) << "the runs were not hit";
    const bool between = divisible() && harm() != Harm::cut_git && rounds() > 1;
    EXPECT_TRUE(!between || m_found[static_cast<std::size_t>(Effect::part)] > 0) << "no run was hit between two parts";
    const Relay* const way = m_site->way(harm());
    EXPECT_TRUE(way == nullptr || way->connections() > rounds()) << "the runs took another way";
  }

  void print_summary(SteadyClock::duration whole) const {
    const auto listed = [](const std::map<int, int>& statuses) {
      std::string out;
      for (const auto& [status, count] : statuses) out += fmt::format(" {}x{}", status, count);
      return out;
    };
    fmt::print(
        "{} {} {}: {} rounds over {} ms; no effect yet {}, part {}, whole {}; statuses of struck runs:{}; of "
        "settling runs:{}; retried {}, unknown and resumed {}\n",
        engine_name(engine()), kind_name(kind()), harm_name(harm()), rounds(),
        std::chrono::duration_cast<Milliseconds>(whole).count(), m_found[0], m_found[1], m_found[2], listed(m_struck),
        listed(m_settling), m_retried, m_unknown);
  }

  std::vector<std::string> m_proposed;
  std::map<int, int> m_struck;  ///< statuses of runs
  std::mt19937 m_random{static_cast<unsigned>(seed())};
  int m_found[4] = {};  ///< by Effect, when the struck run had ended

 private:
  std::string both_or_none() {
    world().sql(fmt::format("INSERT INTO counters VALUES ({}, 0);", m_key * 10));
    return fmt::format("INSERT INTO applied (id) VALUES ({0}); UPDATE counters SET n = n + 1 WHERE id = {0};",
                       m_key * 10);
  }
  /// Each long enough that many interruptions hit one.
  std::string slow_inserts() const {
    const std::string_view slowly =
        engine() == Engine::postgresql ? "pg_sleep(0.25)" : "(SELECT sleep(0.25)) AS slowly";
    std::string out;
    for (int i = 1; i <= k_statements; ++i)
      out += fmt::format("INSERT INTO applied (id) SELECT {} FROM {};\n", m_key * 10 + i, slowly);
    return out;
  }
  std::string propose_migration(const std::string& sql) {
    const auto folder = world().path("db");
    const auto file = [&](int number) { return folder / fmt::format("{}_next.sql", number); };
    std::filesystem::create_directories(folder);
    write_file_atomic(file(m_key), "-- migrate:up\n" + sql + "\n");
    std::vector<std::string> command = {"dbw-request", "migrate",  "propose", "-d", "shop",   "-e",
                                        "staging",     "--folder", folder,    "-r", "Reason", "--push"};
    const std::string printed = world().must("alice", command);
    const auto at = printed.find("REQ-");
    return printed.substr(at, printed.find_first_of(" :\n", at) - at);
  }
  /// A server may still be at the statement of a client that died.
  void wait_for_sessions() {
    const std::string query =
        engine() == Engine::postgresql
            ? "SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop_change' AND datname = current_database();"
            : "SELECT count(*) FROM information_schema.processlist WHERE user = 'shop_change' AND db = database();";
    for (int i = 0; i < 1000 && world().sql(query) != "0"; ++i) std::this_thread::sleep_for(k_busy_pause);
  }

  static inline std::map<Engine, std::unique_ptr<Site>> s_sites;
  static inline int s_number = 0;
  Site* m_site = nullptr;
  int m_key = 0;
  std::map<int, int> m_settling;
  int m_retried = 0, m_unknown = 0;
};

TEST_P(Interruptions, HappenOnceAndAreNamed) {
  m_proposed.push_back(propose());
  const auto start = SteadyClock::now();
  const ProcessResult unharmed = run();
  const auto whole = SteadyClock::now() - start;
  ASSERT_EQ(unharmed.status, 0) << unharmed.output << unharmed.errors;
  ASSERT_EQ(effect(), Effect::whole);
  for (int round = 1; round <= rounds(); ++round) {
    const std::string id = propose();
    m_proposed.push_back(id);
    const auto [status, output] = run_and_strike(round, whole);
    ++m_struck[status];
    ++m_found[static_cast<std::size_t>(expect_truth(status, output, id))];
    if (HasFailure()) return;
    settle(id, output);
    if (HasFailure()) return;
    if (round % k_check_every != 0 && round != rounds()) continue;
    const ProcessResult again = run();
    EXPECT_EQ(again.status, 0) << again.errors;
    // A push may outlive the runner that was killed: its intent then comes into the log behind the settling run's back,
    // and is settled now.
    EXPECT_THAT(again.output,
                ::testing::AnyOf("", ::testing::HasSubstr(": rolled_back (recovered: found out afterwards)\n")))
        << "a settled request is not run again";
    ASSERT_EQ(effect(), Effect::whole) << id;
  }
  print_summary(whole);
  expect_reported();
  expect_struck();
}

INSTANTIATE_TEST_SUITE_P(Engines, Interruptions, ::testing::ValuesIn(all_cases()), case_name);

}  // namespace
}  // namespace dbw::test
