#include <fstream>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/postgres_server.hpp"
#include "support/tool_world.hpp"
#include "table.hpp"

/// The executor as a process, with real repositories and a throw-away PostgreSQL server, against psql.
namespace dbw::bench {
namespace {

namespace fs = std::filesystem;
using test::PostgresServer;
using test::ToolWorld;

ProcessResult psql(const std::string& database, const std::vector<std::string>& arguments) {
  ProcessRequest request;
  request.argv = {PostgresServer::shared().psql_program(),
                  "-X",
                  "-q",
                  "-h",
                  PostgresServer::shared().socket_folder().string(),
                  "-U",
                  "shop_change",
                  "-d",
                  database};
  request.argv.insert(request.argv.end(), arguments.begin(), arguments.end());
  request.environment = {{"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C.UTF-8"}};
  request.timeout = Seconds(600);
  ProcessResult result = run_process(request);
  if (result.status != 0) throw std::runtime_error("psql: " + result.errors);
  return result;
}

std::string scratch_database() {
  const std::string database = PostgresServer::shared().create_database();
  PostgresServer::shared().psql(
      database,
      "GRANT CREATE, USAGE ON SCHEMA public TO shop_change; SET ROLE shop_change;"
      "CREATE TABLE applied (id integer); CREATE TABLE orders (id integer PRIMARY KEY, status text);");
  return database;
}

double time_run(const ToolWorld& world, const std::string& id) {
  ProcessResult result;
  const double seconds = measure([&] { result = world.run_request(id); }).wall;
  if (result.status != 0)
    throw std::runtime_error(fmt::format("dbw-exec run {}: {}{}", id, result.output, result.errors));
  return seconds;
}

/// Seconds of one run of a request of its own.
double run_seconds(const ToolWorld& world, const std::string& id, const std::string& sql) {
  world.propose(id, sql);
  return time_run(world, id);
}

/// The fastest of several runs.
double fastest_run(const ToolWorld& world, const std::string& prefix, int times, const std::string& sql) {
  double best = 1e9;
  for (int i = 1; i <= times; ++i) best = std::min(best, run_seconds(world, fmt::format("REQ-{}-{}", prefix, i), sql));
  return best;
}

/// The fastest run and the fastest psql, by turns.
std::pair<double, double> against_psql(const ToolWorld& world, const std::string& prefix, int times,
                                       const std::string& sql, const std::string& database,
                                       const std::vector<std::string>& arguments) {
  double ours = 1e9, theirs = 1e9;
  for (int i = 1; i <= times; ++i) {
    ours = std::min(ours, run_seconds(world, fmt::format("REQ-{}-{}", prefix, i), sql));
    theirs = std::min(theirs, measure([&] { psql(database, arguments); }).wall);
  }
  return {ours, theirs};
}

std::string inserts(int count) {
  std::string sql;
  for (int i = 1; i <= count; ++i) sql += fmt::format("INSERT INTO applied (id) VALUES ({});\n", i);
  return sql;
}

constexpr std::size_t k_month = 2000;  ///< requests that one month's folder holds
constexpr std::size_t k_open = 100;    ///< those whose decisions still have a ref; the host deletes refs of the others

/// Requests of another id: a folder on main each, and a decision's ref for the first ones. They are not authentic, as
/// in a repository that somebody floods.
void add_requests(const ToolWorld& world, std::size_t from, std::size_t to) {
  const std::string base = world.git("changes.git", {"rev-parse", "refs/heads/main"});
  std::string stream = fmt::format(
      "commit refs/heads/main\ncommitter bench <bench@example.org> 1763633700 +0000\ndata 5\nbench\nfrom {}\n",
      std::string(trim(base)));
  std::string refs;
  for (std::size_t i = from; i < to; ++i) {
    const std::string yaml = fmt::format("dbw: request/v1\nid: REQ-FILL-{}\n", i);
    const std::size_t month = i / k_month;
    stream += fmt::format("M 100644 inline requests/{:04}/{:02}/REQ-FILL-{}/request.yaml\ndata {}\n{}\n",
                          1900 + month / 12, month % 12 + 1, i, yaml.size(), yaml);
    if (i < k_open)
      refs += fmt::format("create refs/heads/dbw/approvals/REQ-FILL-{}/bob {}\n", i, std::string(trim(base)));
  }
  const std::vector<std::string> git = {"git", "--git-dir", world.path("changes.git").string()};
  const auto feed = [&](const std::vector<std::string>& words, const std::string& input) {
    std::vector<std::string> argv = git;
    argv.insert(argv.end(), words.begin(), words.end());
    world.must("host", argv, input);
  };
  feed({"fast-import", "--quiet"}, stream);
  feed({"update-ref", "--stdin"}, refs);
  feed({"pack-refs", "--all"}, "");
}

/// What git alone takes to fetch one new commit into a mirror: it reads all folders of the branches it has, to see that
/// nothing was withheld.
double fetch_seconds(const ToolWorld& world, const std::string& mirror) {
  world.must("host",
             {"git", "clone", "-q", "--mirror", world.path("changes.git").string(), world.path(mirror).string()});
  double best = 1e9;
  for (int i = 1; i <= 5; ++i) {
    const std::string branch = fmt::format("refs/heads/{}-{}", mirror, i);
    const std::string commit(
        trim(world.git("changes.git", {"-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit-tree",
                                       "-p", "main", "-m", branch, "main^{tree}"})));
    world.git("changes.git", {"update-ref", branch, commit});
    best =
        std::min(best, measure([&] {
                         world.git(mirror, {"fetch", "-q", "--no-tags", "--refmap=", "origin", branch + ":" + branch});
                       }).wall);
    world.git("changes.git", {"update-ref", "-d", branch});
  }
  return best;
}

}  // namespace

void bench_runs(const Sizes&) {
  const ToolWorld world(Engine::postgresql);
  const std::string database = scratch_database();
  const std::string one = "UPDATE orders SET status = 'new' WHERE id = 1;";
  const auto [ours, theirs] = against_psql(world, "ONE", 8, one, database, {"-c", one});
  print({"run of one statement, local remotes / psql -c", seconds_text(ours), seconds_text(theirs),
         fmt::format("+{}", seconds_text(ours - theirs)), "<= +50 ms", ours - theirs <= 0.05});
  const std::string many = inserts(10'000);
  const fs::path file = world.path("many.sql");
  std::ofstream(file) << many;
  const auto [ours_many, theirs_many] = against_psql(world, "MANY", 4, many, database, {"-1", "-f", file.string()});
  print(ratio_row("run of 10,000 statements / psql -1 -f", ours_many, theirs_many, 0.5, " (1.1)"));
}

void bench_many_requests(const Sizes& sizes) {
  const ToolWorld world(Engine::sqlite);
  const std::string sql = "UPDATE orders SET status = 'new' WHERE id = 1;";
  add_requests(world, 0, 10);
  const double few = fastest_run(world, "FEW", 5, sql);
  const double few_fetch = fetch_seconds(world, "few.git");
  add_requests(world, 10, sizes.requests());
  const double many = fastest_run(world, "MANY", 5, sql);
  const double many_fetch = fetch_seconds(world, "many.git");
  Row whole =
      ratio_row(fmt::format("one run with {} requests in the repository / with 10", sizes.requests()), many, few, 0);
  whole.target.clear();
  print(whole);
  print(ratio_row("  without git's own check of a fetch", many - many_fetch, few - few_fetch, 1.2));
  print({"  git's fetch of one commit / with 10", seconds_text(many_fetch), seconds_text(few_fetch), "", "", true});
}

}  // namespace dbw::bench
