#include <pg_query.h>

#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "review/review.hpp"
#include "support/paths.hpp"
#include "table.hpp"

/// The review with all rules against the bare parser on the same bytes, and against sqlfluff where it is installed.
namespace dbw::bench {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

/// What a review costs beyond the parser depends on the mix; this one is that of migrations with their data.
constexpr std::string_view k_forms[] = {
    "INSERT INTO orders (id, status, total) VALUES ({0}, 'new', {0}.25), ({0}1, 'paid', 1), ({0}2, NULL, now());",
    "UPDATE orders SET status = 'paid', total = total * 1.19 WHERE id = {0} AND status <> 'paid';",
    "DELETE FROM order_items i USING orders o WHERE o.id = i.order_id AND o.id IN ({0}, {0}1) AND i.amount > 0;",
    "SELECT o.id, c.name, sum(i.price * i.amount) FROM orders o JOIN customers c ON c.id = o.customer_id JOIN "
    "order_items i ON i.order_id = o.id WHERE o.id > {0} GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY c.name LIMIT 10;",
    "CREATE TABLE t{0} (id bigint PRIMARY KEY, name text NOT NULL, price numeric(10,2) CHECK (price > 0), parent "
    "bigint REFERENCES orders (id), at timestamptz NOT NULL DEFAULT now());",
    "ALTER TABLE t{0} ADD COLUMN note text, ALTER COLUMN name SET DEFAULT '', ADD CONSTRAINT c{0} CHECK (id > {0}) NOT "
    "VALID;",
    "CREATE INDEX CONCURRENTLY i{0} ON orders (total) WHERE status = 'new';",
    "WITH old AS (DELETE FROM archive WHERE id = {0} RETURNING *) INSERT INTO archive_log SELECT * FROM old;",
};

/// The same mix as MySQL and MariaDB write it.
constexpr std::string_view k_mysql_forms[] = {
    "INSERT INTO orders (id, status, total) VALUES ({0}, 'new', {0}.25), ({0}1, 'paid', 1), ({0}2, NULL, now());",
    "UPDATE orders SET status = 'paid', total = total * 1.19 WHERE id = {0} AND status <> 'paid';",
    "DELETE FROM order_items WHERE order_id IN ({0}, {0}1) AND amount > 0 LIMIT 500;",
    "SELECT o.id, c.name, sum(i.price * i.amount) FROM orders o JOIN customers c ON c.id = o.customer_id JOIN "
    "order_items i ON i.order_id = o.id WHERE o.id > {0} GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY c.name LIMIT 10;",
    "CREATE TABLE t{0} (id bigint PRIMARY KEY, name varchar(200) NOT NULL, price decimal(10,2) CHECK (price > 0), "
    "parent bigint, at timestamp NOT NULL DEFAULT now(), FOREIGN KEY (parent) REFERENCES orders (id));",
    "ALTER TABLE t{0} ADD COLUMN note text, ALTER COLUMN name SET DEFAULT '', ADD INDEX i{0} (price), "
    "ALGORITHM=INPLACE, LOCK=NONE;",
    "CREATE INDEX i{0} ON orders (total);",
    "REPLACE INTO archive_log SELECT * FROM archive WHERE id = {0};",
};

template <typename Forms>
std::string written(const Forms& forms, std::size_t statements) {
  std::string sql;
  for (std::size_t i = 0; i < statements; ++i) sql += fmt::format(fmt::runtime(forms[i % std::size(forms)]), i) + "\n";
  return sql;
}

std::string migrations(std::size_t statements) { return written(k_forms, statements); }

/// One statement in eight loads many rows: a megabyte and more in a file that keeps the limit of statements.
std::string large_file() {
  std::string sql;
  for (std::size_t i = 0; i < 9'600; ++i) {
    sql += fmt::format(fmt::runtime(k_forms[i % std::size(k_forms)]), i) + "\n";
    if (i % 96 != 0) continue;
    sql += "INSERT INTO prices (id, at, price) VALUES (0, now(), 0)";
    for (int row = 1; row < 700; ++row)
      sql += fmt::format(", ({}, '2026-11-{:02} 10:00', {}.5)", row, row % 28 + 1, row);
    sql += ";\n";
  }
  return sql;
}

bool readable(const std::string& sql) {
  return sql.find('\0') == std::string::npos &&
         sqlparse::parse(Engine::postgresql, sql, {.bytes_max = k_sql_bytes_max}).problems.empty();
}

/// Files that both can read to their end: anything else would compare nothing.
Texts small_files() {
  std::vector<fs::path> roots = {test::source_dir() / "tests/rules"};
  if (std::getenv("DBW_CASES_DIR") != nullptr) roots.push_back(test::cases_dir());
  Texts texts;
  for (const fs::path& root : roots) {
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.path().extension() != ".sql" || entry.file_size() > k_sql_bytes_max) continue;
      std::string sql = test::slurp(entry.path());
      if (sql.find("-- engine: sqlite") == std::string::npos && readable(sql)) texts.push_back(std::move(sql));
    }
  }
  return texts;
}

void parse_bare(const Texts& texts) {
  for (const std::string& sql : texts) pg_query_free_parse_result(pg_query_parse(sql.c_str()));
}

/// All texts as one change, as `dbw-review check` does. `threads` 0: one per processor.
void review_all(const Texts& texts, Engine engine = Engine::postgresql, unsigned threads = 0) {
  review::ReviewInput input;
  input.engine = engine;
  input.threads = threads;
  std::vector<sqlparse::ParsedSql> parsed = sqlparse::parse_all(
      engine, {texts.begin(), texts.end()}, {.bytes_max = k_sql_bytes_max, .schema_sql = {}, .threads = threads});
  for (std::size_t i = 0; i < parsed.size(); ++i)
    input.files.push_back({fmt::format("{}.sql", i), std::move(parsed[i]), true});
  if (review::review_sql(input).statements.empty()) throw std::runtime_error("nothing was reviewed");
}

std::string size_of(const Texts& texts) {
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  return bytes < 100'000 ? fmt::format("{:.1f} KB", static_cast<double>(bytes) / 1e3)
                         : fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

void compare(const std::string& what, const Texts& texts) {
  const auto [ours, theirs] = by_turns(
      10, [&] { review_all(texts); }, [&] { parse_bare(texts); });
  const std::string work = fmt::format("review {} ({}) / libpg_query", what, size_of(texts));
  print(ratio_row(work + ", CPU", ours.cpu, theirs.cpu, 2.5));
  print(ratio_row(work + ", wall", ours.wall, theirs.wall, 1.5));
}

/// There is no parser to compare with: bytes per second of one core.
void mysql_rate() {
  for (const Engine engine : {Engine::mysql, Engine::mariadb}) {
    const Texts texts = {written(k_mysql_forms, 8'000)};
    const double seconds = fastest(10, [&] { review_all(texts, engine, 1); }).cpu;
    const double rate = static_cast<double>(texts.front().size()) / 1e6 / seconds;
    print({fmt::format("review one {} file ({}), one core", engine_name(engine), size_of(texts)),
           fmt::format("{:.1f} MB/s", rate), "", "", ">= 20 MB/s", rate >= 20});
  }
}

/// A review may not cost more for each statement because there are many of them.
void growth() {
  const auto cost = [](std::size_t statements) {
    const Texts texts = {migrations(statements)};
    return fastest(3, [&] { review_all(texts); }).cpu / static_cast<double>(statements);
  };
  const double few = cost(1'000);
  print(ratio_row("one statement among 9,900 / among 1,000, CPU", cost(9'900), few, 1.2));
}

std::string json_lines(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string sql = fmt::format(fmt::runtime(k_forms[i % std::size(k_forms)]), i);
    out += fmt::format("{{\"id\":{},\"sql\":\"{}\"}}\n", i, sql);
  }
  return out;
}

double wall_of(const std::vector<std::string>& argv, const std::string& input, bool must_succeed) {
  ProcessRequest request;
  request.argv = argv;
  request.input = input;
  request.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"LC_ALL", "C.UTF-8"}};
  request.timeout = Seconds(600);
  return measure([&] {
           const ProcessResult result = run_process(request);
           if (must_succeed && result.status != 0) throw std::runtime_error(argv.front() + ": " + result.errors);
         })
      .wall;
}

void classify_rate() {
  constexpr std::size_t count = 20'000;
  const double seconds =
      wall_of({(test::bin_dir() / "dbw-review").string(), "classify", "--engine", "postgresql", "--jsonl"},
              json_lines(count), true);
  print({"classify --jsonl, one statement a line", fmt::format("{:.0f}/s", count / seconds), "", "", "", true});
}

void against_sqlfluff() {
  const bool installed = fs::exists("/usr/bin/sqlfluff") || fs::exists("/usr/local/bin/sqlfluff");
  if (!installed) {
    print({"review 100 statements / sqlfluff lint", "", "not installed", "", "", true});
    return;
  }
  const TemporaryFolder folder("dbw-bench");
  const std::string file = (folder.path() / "change.sql").string();
  std::ofstream(file) << migrations(100);
  const double ours = wall_of({(test::bin_dir() / "dbw-review").string(), "check", file}, "", false);
  const double theirs = wall_of({"sqlfluff", "lint", "--dialect", "postgres", "--processes", "2", file}, "", false);
  print(ratio_row("review 100 statements / sqlfluff lint", ours, theirs, 0.1));
}

}  // namespace

void bench_review(const Sizes&) {
  compare("one file", {large_file()});
  compare("many files", Texts(64, migrations(64)));
  compare("tiny files", small_files());
  mysql_rate();
  growth();
  classify_rate();
  against_sqlfluff();
}

}  // namespace dbw::bench
