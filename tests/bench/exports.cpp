#include <atomic>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "crypto/age.hpp"
#include "db/connect.hpp"
#include "support/mariadb_server.hpp"
#include "support/paths.hpp"
#include "support/postgres_server.hpp"
#include "support/tool_world.hpp"
#include "table.hpp"
#include "workflow/result_file.hpp"

/// Big results: the executor as a process against each database's own client, both writing a file; the same SQL over
/// the same socket of a throw-away server.
namespace dbw::bench {
namespace {

namespace fs = std::filesystem;
using test::MariadbServer;
using test::PostgresServer;
using test::RunningTool;
using test::ToolWorld;

constexpr std::string_view k_select = "SELECT id, name, total, at, note, digest FROM export";
constexpr int k_times = 3;
constexpr std::size_t k_peak_kib_max = 64 * 1024;

/// Quotes, exact numbers, times with a zone, NULL beside the empty text, bytes.
constexpr std::string_view k_postgresql_table =
    "CREATE UNLOGGED TABLE export AS SELECT g::bigint AS id, 'customer \"' || g || '\", street ' || g % 97 AS name,"
    " (g * 1.25)::numeric(18, 2) AS total,"
    " timestamptz '2026-01-01 00:00:00+00' + g * interval '1.000001 second' AS at,"
    " CASE g % 3 WHEN 1 THEN '' WHEN 2 THEN 'plain note' END AS note, decode(md5(g::text), 'hex') AS digest"
    " FROM generate_series(1, {}) g; GRANT SELECT ON export TO shop_read;";
constexpr std::string_view k_mariadb_table =
    "SET SESSION sql_log_bin = 0; CREATE TABLE export (id bigint, name varchar(80), total decimal(18, 2),"
    " at datetime(6), note varchar(20), digest binary(16)) ENGINE=MyISAM;"
    " INSERT INTO export SELECT seq, concat('customer \"', seq, '\", street ', seq % 97), seq * 1.25,"
    " timestamp'2026-01-01 00:00:00' + INTERVAL seq * 1.000001 second,"
    " CASE seq % 3 WHEN 1 THEN '' WHEN 2 THEN 'plain note' END, unhex(md5(seq)) FROM seq_1_to_{};";

struct Usage {
  double seconds = 1e9;
  std::size_t peak_kib = 0;
};

/// The high-water mark of a living process alone, without the programs that it starts; 0: it has ended.
std::size_t peak_kib(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoul(std::string(trim(std::string_view(line).substr(6))));
  }
  return 0;
}

/// Runs it to its end. What it grows by in its last milliseconds is missed.
Usage usage_of(const std::function<RunningTool()>& start) {
  Usage usage;
  usage.seconds = measure([&] {
                    RunningTool tool = start();
                    std::atomic<bool> ended = false;
                    std::thread watch([&] {
                      while (!ended) {
                        usage.peak_kib = std::max(usage.peak_kib, peak_kib(tool.pid()));
                        std::this_thread::sleep_for(std::chrono::milliseconds(10));
                      }
                    });
                    const int status = tool.wait();
                    ended = true;
                    watch.join();
                    if (status != 0)
                      throw std::runtime_error(
                          fmt::format("it ended with status {}: {}", status, truncate_utf8(tool.output(), 1000)));
                  }).wall;
  return usage;
}

void take_better(Usage& best, const Usage& usage) {
  best.seconds = std::min(best.seconds, usage.seconds);
  best.peak_kib = std::max(best.peak_kib, usage.peak_kib);
}

std::vector<std::string> client(const ToolWorld& world, const std::string& database, const std::string& sql) {
  if (world.engine() == Engine::mariadb)
    return {"/usr/bin/mariadb",
            "--no-defaults",
            "--quick",
            "--batch",
            "-S",
            MariadbServer::shared().socket().string(),
            "-u",
            "shop_read",
            "-e",
            sql,
            database};
  return {PostgresServer::shared().psql_program(),
          "-X",
          "-q",
          "-h",
          PostgresServer::shared().socket_folder().string(),
          "-U",
          "shop_read",
          "-d",
          database,
          "--csv",
          "-v",
          "FETCH_COUNT=10000",
          "-c",
          sql};
}

std::string mebibytes(std::size_t kib) { return fmt::format("{} MiB", kib / 1024); }

void print_memory(std::string work, const Usage& ours, std::string theirs = "") {
  print(
      {std::move(work), mebibytes(ours.peak_kib), std::move(theirs), "", "<= 64 MiB", ours.peak_kib <= k_peak_kib_max});
}

std::string database_of(const ToolWorld& world) {
  return world.sql(world.engine() == Engine::mariadb ? "SELECT database();" : "SELECT current_database();");
}

/// In turns, so that whatever else the machine does hits both.
void race(const ToolWorld& world, const Sizes& sizes, std::string_view name, double limit) {
  const std::string database = database_of(world);
  Usage ours, theirs;
  for (int i = 1; i <= k_times; ++i) {
    const std::string id = fmt::format("REQ-EXPORT-{}", i);
    world.propose(id, std::string(k_select) + ";", "staging", {"--kind", "query"});
    take_better(ours, usage_of([&] { return world.start(world.runner({id}), "ours.txt"); }));
    take_better(theirs, usage_of([&] {
                  return RunningTool(client(world, database, std::string(k_select)),
                                     {{"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C.UTF-8"}}, world.path("theirs.csv"));
                }));
    fs::remove(world.path("theirs.csv"));
    fs::remove_all(world.path("exec/state/results") / id);
  }
  print(ratio_row(fmt::format("export {} rows to CSV / {}", sizes.rows(), name), ours.seconds, theirs.seconds, limit));
  print_memory("  peak memory", ours, mebibytes(theirs.peak_kib));
}

/// A policy that lets as much through as the bench asks for; alice has a seal key.
void prepare(const ToolWorld& world, const Sizes& sizes) {
  world.new_policy(2, {{"statement_timeout: 30s", "statement_timeout: 10m"},
                       {"max_rows: 10000", "max_rows: 100000000"},
                       {"result_bytes: 10485760", "result_bytes: 100000000000"}});
  const std::string key(trim(world.must("alice", {"dbw-request", "seal-key", "new"})));
  world.new_roster(2, {"--seal-key", "alice=" + key});
  const std::string_view table = world.engine() == Engine::mariadb ? k_mariadb_table : k_postgresql_table;
  world.sql(fmt::format(fmt::runtime(table), sizes.rows()));
}

/// As much as one sealed result may hold, through Git to the people.
void seal_and_publish(const ToolWorld& world) {
  world.propose("REQ-SEALED-1", std::string(k_select) + ";", "staging", {"--kind", "query", "--results-to", "alice"});
  const Usage ours = usage_of([&] { return world.start(world.runner({"REQ-SEALED-1"}), "ours.txt"); });
  print({"sealed for people: 64 MiB of rows, published", seconds_text(ours.seconds), "", "", "", true});
  print_memory("  peak memory", ours);
}

/// Without the bound that Git hosts set: what sealing costs, and that it keeps nothing.
void seal_everything(const ToolWorld& world, const Sizes& sizes) {
  const auto start = [&](const std::string& format) {
    return RunningTool({fs::read_symlink("/proc/self/exe").string(), "--export-child",
                        PostgresServer::shared().socket_folder().string(), database_of(world),
                        world.path("child.csv").string(), format},
                       {{"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C.UTF-8"}}, world.path("child.txt"));
  };
  Usage sealed, plain;
  for (int i = 0; i < k_times; ++i) {
    take_better(sealed, usage_of([&] { return start("sealed"); }));
    take_better(plain, usage_of([&] { return start("plain"); }));
  }
  Row row =
      ratio_row(fmt::format("seal {} rows / write them as they are", sizes.rows()), sealed.seconds, plain.seconds, 0);
  row.target.clear();
  print(row);
  print_memory("  peak memory", sealed, mebibytes(plain.peak_kib));
}

}  // namespace

int export_child(const std::vector<std::string>& arguments) {
  db::ConnectionSettings settings;
  settings.host = arguments.at(1);
  settings.database = arguments.at(2);
  settings.user = "shop_read";
  const auto session = db::connect(settings, "", {.statement_timeout = db::Milliseconds(600'000), .read_only = true});
  constexpr std::int64_t no_limit = std::int64_t{1} << 50;
  std::vector<crypto::AgeRecipient> recipients;
  if (arguments.at(4) == "sealed") recipients.push_back(crypto::AgeIdentity::generate().recipient());
  workflow::ResultFile file(arguments.at(3), "csv", no_limit, no_limit, recipients);
  session->begin(true);
  session->query(k_select, file);
  session->rollback();
  file.finish();
  return 0;
}

void bench_export(const Sizes& sizes) {
  {
    const ToolWorld world(Engine::postgresql);
    prepare(world, sizes);
    race(world, sizes, "psql --csv", 0.8);
    seal_and_publish(world);
    seal_everything(world, sizes);
    world.sql("DROP TABLE export;");
  }
  const ToolWorld world(Engine::mariadb);
  prepare(world, sizes);
  race(world, sizes, "mariadb --quick", 1.0);
  world.sql("DROP TABLE export;");
}

}  // namespace dbw::bench
