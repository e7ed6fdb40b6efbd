#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "review/fix.hpp"
#include "support/mariadb_server.hpp"
#include "support/postgres_server.hpp"

/// What a fix proposes runs on a real server, in its order, and ends in the schema that the file itself ends in.
namespace dbw {
namespace {

struct Change {
  std::string_view name;
  bool in_transaction;
  std::string_view sql;
  std::string_view rule;  ///< that must be fixed
  /// Where the schema is meant to be another one: what the fix makes, and what the file itself makes.
  std::vector<std::pair<std::string_view, std::string_view>> differs = {};
};

void PrintTo(const Change& change, std::ostream* out) { *out << change.name; }

constexpr std::string_view k_schema = R"(
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint, customer_id bigint, total int, "Note" text, state text);
CREATE TABLE "Items" (order_id bigint, "Pos" int, sku text);
CREATE INDEX orders_state ON orders (state);
CREATE INDEX orders_total ON orders (total);
CREATE TABLE parts (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE MATERIALIZED VIEW sums AS SELECT id, name FROM customers;
CREATE UNIQUE INDEX sums_id ON sums (id);
INSERT INTO customers VALUES (1, 'a'), (2, 'b');
INSERT INTO orders VALUES (1, 1, 5, 'x', 'new'), (2, 2, 6, 'y', 'old');
INSERT INTO "Items" VALUES (1, 1, 's1'), (1, 2, 's2');
)";

const Change k_changes[] = {
    {"index", true, "CREATE INDEX orders_note ON orders (\"Note\");", "create-index-not-concurrent"},
    {"index_without_name", false, "CREATE UNIQUE INDEX ON public.orders USING btree (id) WHERE total > 0",
     "create-index-not-concurrent"},
    {"drop_indexes", true, "DROP INDEX IF EXISTS public.orders_state, orders_total RESTRICT;",
     "drop-index-not-concurrent"},
    {"reindex", true, "REINDEX (VERBOSE) TABLE orders;", "reindex-not-concurrent"},
    {"refresh", true, "REFRESH MATERIALIZED VIEW sums;", "refresh-matview-not-concurrent"},
    {"detach",
     true,
     "ALTER TABLE parts DETACH PARTITION parts_1;",
     "detach-partition-not-concurrent",
     {{"parts_1|parts_1_at_check|CHECK (((at IS NOT NULL) AND (at >= '2020-01-01'::date) AND (at < "
       "'2021-01-01'::date)))|t\n",
       ""}}},
    {"foreign_key", true,
     "ALTER TABLE ONLY public.orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE "
     "DEFERRABLE;",
     "add-foreign-key-without-not-valid"},
    {"check", true, "ALTER TABLE orders ADD CHECK (total > id), ADD COLUMN a int, ADD CHECK (state <> '' AND id > 0);",
     "add-check-without-not-valid"},
    {"not_null", true, "ALTER TABLE orders ALTER \"Note\" SET NOT NULL, ALTER COLUMN id SET NOT NULL;",
     "set-not-null-full-scan"},
    {"unique", true, "ALTER TABLE \"Items\" ADD UNIQUE (order_id, \"Pos\") DEFERRABLE INITIALLY DEFERRED;",
     "add-unique-constraint-blocking"},
    {"primary_key", true, "ALTER TABLE \"Items\" ADD PRIMARY KEY (order_id, \"Pos\");", "add-primary-key-blocking"},
    {"named_primary_key", false, "ALTER TABLE orders ADD CONSTRAINT \"Key\" PRIMARY KEY (id) NOT DEFERRABLE;",
     "add-primary-key-blocking"},
    {"key_that_others_refer_to", true,
     "ALTER TABLE orders ADD PRIMARY KEY (id);\n"
     "CREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id));\n",
     "add-primary-key-blocking"},
    {"rename_behind_a_proof", true,
     "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0);\nALTER TABLE orders RENAME TO old_orders;\n"
     "CREATE TABLE orders (id bigint PRIMARY KEY);\n",
     "add-check-without-not-valid"},
    {"column_that_goes_behind_a_proof", true,
     "ALTER TABLE orders ALTER COLUMN total SET NOT NULL; -- first\nALTER TABLE orders DROP COLUMN total;\n",
     "set-not-null-full-scan"},
    {"begin_and_commit", false,
     "BEGIN;\nALTER TABLE orders ADD COLUMN a int; CREATE INDEX orders_a ON orders (a); ALTER TABLE orders ADD COLUMN "
     "b int;\nCOMMIT;\nALTER TABLE orders ADD COLUMN c int;",
     "create-index-not-concurrent"},
    {"settings", true,
     "SET LOCAL search_path = pg_catalog, public;\nSET LOCAL lock_timeout = '3s';\nCREATE INDEX orders_note ON orders "
     "(\"Note\");\nALTER TABLE orders ADD COLUMN a int;",
     "create-index-not-concurrent"},
    {"types",
     true,
     "CREATE TABLE log (at timestamp(3) without time zone NOT NULL DEFAULT now(), data json);",
     "prefer-timestamptz",
     {{"timestamp(3) with time zone", "timestamp(3) without time zone"}, {"jsonb", "json"}}},
    {"merge", false, "ALTER TABLE orders ADD COLUMN a int; -- first\nALTER TABLE orders ADD COLUMN b int;\n",
     "merge-alter-table"},
    {"lock_timeout", false,
     "ALTER TABLE orders ADD COLUMN a int;\nBEGIN;\nALTER TABLE orders ADD COLUMN b int;\nCOMMIT;",
     "require-lock-timeout"},
};

review::ReviewInput input_of(const Change& change, Engine engine, std::string_view version) {
  review::ReviewInput input;
  input.engine = engine;
  input.server_version = version;
  input.executor = false;
  input.files.push_back(
      {"a.sql", sqlparse::parse(engine, change.sql, {.bytes_max = k_sql_bytes_max}), change.in_transaction});
  return input;
}

bool fixes(const review::FixProposal& proposal, std::string_view rule) {
  for (const model::Finding& finding : proposal.fixed) {
    if (finding.rule == rule) return true;
  }
  return false;
}

std::string as_runner(std::string_view sql, bool transactional) {
  return transactional ? "BEGIN;\n" + std::string(sql) + ";\nCOMMIT;\n" : std::string(sql) + ";\n";
}

/// Columns, constraints and indexes of everything in public, by name.
constexpr std::string_view k_catalogue = R"(
SELECT c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 3;
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2;
SELECT i.indexrelid::regclass, pg_get_indexdef(i.indexrelid), i.indisvalid
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE c.relnamespace = 'public'::regnamespace ORDER BY c.relname;
SELECT inhrelid::regclass::text, inhparent::regclass FROM pg_inherits ORDER BY 1;
)";

class FixOnPostgresql : public testing::TestWithParam<Change> {};

TEST_P(FixOnPostgresql, EndsInTheSameSchema) {
  const Change& change = GetParam();
  test::PostgresServer& server = test::PostgresServer::shared();
  const review::FixProposal proposal = review::propose_fixes(input_of(change, Engine::postgresql, "15"));
  ASSERT_EQ(proposal.files.size(), 1u);
  EXPECT_TRUE(fixes(proposal, change.rule));
  const std::string plain = server.create_database(), fixed = server.create_database();
  for (const std::string& database : {plain, fixed}) server.psql(database, k_schema);
  server.psql(plain, as_runner(change.sql, change.in_transaction));
  for (const review::FixStep& step : proposal.files[0].steps) {
    SCOPED_TRACE(step.sql);
    ASSERT_NO_THROW(server.psql(fixed, as_runner(step.sql, step.transactional)));
  }
  const std::string expected = server.psql(plain, k_catalogue);
  std::string got = server.psql(fixed, k_catalogue);
  for (const auto& [from, to] : change.differs) {
    ASSERT_NE(got.find(from), std::string::npos) << got;
    got.replace(got.find(from), from.size(), to);
  }
  EXPECT_EQ(got, expected);
}

INSTANTIATE_TEST_SUITE_P(Changes, FixOnPostgresql, testing::ValuesIn(k_changes),
                         [](const auto& param) { return std::string(param.param.name); });

constexpr std::string_view k_mariadb_schema = R"(
CREATE TABLE orders (id bigint PRIMARY KEY, state varchar(20), total int) ENGINE=InnoDB;
INSERT INTO orders VALUES (1, 'new', 5);
)";

const Change k_mariadb_changes[] = {
    {"add_column", false, "ALTER TABLE orders ADD COLUMN note varchar(9), ADD COLUMN a int AFTER id;",
     "require-algorithm-clause"},
    {"add_index", false, "ALTER TABLE orders ADD INDEX s (state), ADD COLUMN b int", "require-lock-clause"},
    {"create_index", false, "CREATE INDEX s ON orders (state) -- by state\n", "require-lock-clause"},
    {"drop_column", false, "ALTER TABLE orders DROP COLUMN total;", "require-algorithm-clause"},
    {"lengthen", false, "ALTER TABLE orders MODIFY COLUMN state varchar(30);", "ddl-copy-algorithm"},
    {"merge", false,
     "ALTER TABLE orders ADD COLUMN a int;\nALTER TABLE `orders` ADD COLUMN b int;\nALTER TABLE `orders` ADD COLUMN c "
     "int;",
     "merge-alter-table"},
};

class FixOnMariadb : public testing::TestWithParam<Change> {};

TEST_P(FixOnMariadb, RunsUnderItsClauses) {
  const Change& change = GetParam();
  test::MariadbServer& server = test::MariadbServer::shared();
  review::ReviewInput input = input_of(change, Engine::mariadb, "10.11");
  input.severities["*"] = {{"require-algorithm-clause", "warning"}, {"require-lock-clause", "warning"}};
  const review::FixProposal proposal = review::propose_fixes(input);
  ASSERT_EQ(proposal.files.size(), 1u);
  ASSERT_EQ(proposal.files[0].steps.size(), 1u);
  EXPECT_TRUE(fixes(proposal, change.rule));
  const std::string& sql = proposal.files[0].steps[0].sql;
  EXPECT_NE(sql.find("ALGORITHM=IN"), std::string::npos) << sql;
  const std::string database = server.create_database();
  server.sql(database, k_mariadb_schema);
  ASSERT_NO_THROW(server.sql(database, sql)) << sql;
  EXPECT_NE(server.sql(database, "SHOW CREATE TABLE orders"), "");
}

INSTANTIATE_TEST_SUITE_P(Changes, FixOnMariadb, testing::ValuesIn(k_mariadb_changes),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace dbw
