// What the catalogue readers see, on real servers.
#include "db/catalogue.hpp"

#include "base/limits.hpp"
#include "database.hpp"
#include "support/mariadb_server.hpp"

namespace dbw::db::test {
namespace {

using schema::Relation;

class CatalogueOfEach : public testing::TestWithParam<Engine> {
 protected:
  void run(std::initializer_list<std::string_view> statements) {
    const auto session = m_database.change();
    for (const std::string_view statement : statements) session->execute(statement);
  }
  schema::Catalogue read() { return read_catalogue(*m_database.change({.read_only = true})); }
  TestDatabase m_database{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Engines, CatalogueOfEach, k_engines, name_of_engine);

const Relation* find(const schema::Catalogue& catalogue, std::string_view name) {
  for (const Relation& relation : catalogue.relations) {
    if (relation.name.name == name) return &relation;
  }
  ADD_FAILURE() << "no relation " << name;
  static const Relation k_none;
  return &k_none;
}

const schema::Column& column(const Relation& relation, std::string_view name) {
  for (const schema::Column& each : relation.columns) {
    if (each.name == name) return each;
  }
  ADD_FAILURE() << "no column " << name;
  static const schema::Column k_none;
  return k_none;
}

const schema::Constraint& constraint(const Relation& relation, ConstraintKind kind) {
  for (const schema::Constraint& each : relation.constraints) {
    if (each.kind == kind) return each;
  }
  ADD_FAILURE() << "no " << constraint_kind_name(kind);
  static const schema::Constraint k_none;
  return k_none;
}

TEST_P(CatalogueOfEach, ReadsTablesKeysIndexesAndViews) {
  run({"CREATE TABLE customer (id integer PRIMARY KEY, name varchar(40) NOT NULL DEFAULT 'x')",
       "CREATE TABLE orders (id integer NOT NULL, line integer NOT NULL, customer integer, total decimal(10,2), "
       "PRIMARY KEY (line, id), UNIQUE (total), CHECK (total > 0), FOREIGN KEY (customer) REFERENCES customer (id) ON "
       "DELETE CASCADE)",
       "CREATE INDEX orders_customer ON orders (customer, total)",
       "CREATE VIEW big AS SELECT id, total FROM orders WHERE total > 100"});
  const schema::Catalogue got = read();
  EXPECT_EQ(got.engine, GetParam());
  EXPECT_FALSE(got.server_version.empty());
  ASSERT_EQ(got.relations.size(), 3u) << "the ledger is dbw's own";

  const Relation& orders = *find(got, "orders");
  ASSERT_EQ(orders.columns.size(), 4u);
  const schema::Column& total = column(orders, "total");
  EXPECT_EQ(total.type, GetParam() == Engine::postgresql ? "numeric" : "decimal");
  EXPECT_EQ(total.type_arguments, (std::vector<std::string>{"10", "2"}));
  EXPECT_FALSE(total.not_null);
  EXPECT_EQ(constraint(orders, ConstraintKind::primary_key).columns, (std::vector<std::string>{"line", "id"}));
  EXPECT_EQ(constraint(orders, ConstraintKind::unique).columns, (std::vector<std::string>{"total"}));
  const schema::Constraint& key = constraint(orders, ConstraintKind::foreign_key);
  EXPECT_EQ(key.columns, (std::vector<std::string>{"customer"}));
  EXPECT_EQ(key.references.name, "customer");
  EXPECT_EQ(key.referenced_columns, (std::vector<std::string>{"id"}));
  EXPECT_EQ(key.on_delete, "cascade");
  const auto index = std::find_if(orders.indexes.begin(), orders.indexes.end(),
                                  [](const schema::Index& it) { return it.name == "orders_customer"; });
  ASSERT_NE(index, orders.indexes.end());
  EXPECT_EQ(index->columns, (std::vector<std::string>{"customer", "total"}));
  EXPECT_EQ(index->method, "btree");
  EXPECT_FALSE(index->unique);

  const schema::Column& name = column(*find(got, "customer"), "name");
  EXPECT_EQ(name.type, "varchar");
  EXPECT_TRUE(name.not_null);
  EXPECT_NE(name.default_sql.find("'x'"), std::string::npos) << name.default_sql;
  EXPECT_FALSE(column(*find(got, "customer"), "id").default_sql.size());

  EXPECT_EQ(find(got, "big")->kind, Relation::Kind::view);
  EXPECT_NE(find(got, "big")->definition.find("100"), std::string::npos);
}

TEST_P(CatalogueOfEach, ReadsTheSameTwice) {
  run({"CREATE TABLE b (id integer PRIMARY KEY)", "CREATE TABLE a (id integer PRIMARY KEY, v integer)",
       "CREATE INDEX z ON a (v)", "CREATE INDEX y ON a (v, id)"});
  const schema::Catalogue one = read(), two = read();
  ASSERT_EQ(one.relations.size(), 2u);
  EXPECT_EQ(one.relations[0].name.name, "a");
  ASSERT_EQ(one.relations[0].indexes.size(), two.relations[0].indexes.size());
  for (std::size_t i = 0; i < one.relations[0].indexes.size(); ++i)
    EXPECT_EQ(one.relations[0].indexes[i].name, two.relations[0].indexes[i].name);
}

class PostgresqlCatalogue : public testing::Test {
 protected:
  TestDatabase m_database{Engine::postgresql};
};

TEST_F(PostgresqlCatalogue, ReadsWhatOnlyPostgresqlHas) {
  const auto session = m_database.change();
  for (const std::string_view statement :
       {"CREATE TYPE mood AS ENUM ('sad', 'ok')", "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
        "CREATE TABLE p (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz(3) NOT NULL, tags text[], m mood, n "
        "positive, doubled bigint GENERATED ALWAYS AS (n * 2) STORED) PARTITION BY RANGE (at)",
        "CREATE TABLE p_default PARTITION OF p DEFAULT", "CREATE TABLE s (id serial PRIMARY KEY, v integer)",
        "INSERT INTO s (v) SELECT generate_series(1, 1000)", "ANALYZE s",
        "CREATE INDEX s_expression ON s (abs(v), v) WHERE v > 5", "CREATE VIEW w AS SELECT v FROM s",
        "CREATE MATERIALIZED VIEW mw AS SELECT v FROM w",
        "CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER RETURN a",
        "ALTER TABLE s ADD CONSTRAINT late CHECK (v < 5000) NOT VALID", "ALTER TABLE s ENABLE ROW LEVEL SECURITY"})
    session->execute(statement);
  const schema::Catalogue got = read_catalogue(*m_database.change({.read_only = true}));

  const Relation& p = *find(got, "p");
  EXPECT_EQ(p.kind, Relation::Kind::partitioned_table);
  EXPECT_FALSE(p.bytes.has_value());
  EXPECT_TRUE(column(p, "id").auto_increment);
  EXPECT_EQ(column(p, "at").type, "timestamptz");
  EXPECT_EQ(column(p, "at").type_arguments, std::vector<std::string>{"3"});
  EXPECT_EQ(column(p, "tags").type, "text");
  EXPECT_TRUE(column(p, "tags").array);
  EXPECT_EQ(column(p, "m").type, "mood");
  EXPECT_EQ(column(p, "doubled").generated, "stored");
  EXPECT_EQ(find(got, "p_default")->partition_of, (schema::Name{"public", "p"}));

  const Relation& s = *find(got, "s");
  EXPECT_EQ(s.rows, 1000);
  EXPECT_GE(s.bytes.value_or(0), 8192 * 5);
  EXPECT_TRUE(s.row_security);
  EXPECT_TRUE(column(s, "id").auto_increment);
  EXPECT_FALSE(constraint(s, ConstraintKind::check).validated);
  const auto index = std::find_if(s.indexes.begin(), s.indexes.end(),
                                  [](const schema::Index& it) { return it.name == "s_expression"; });
  ASSERT_NE(index, s.indexes.end());
  EXPECT_EQ(index->columns, (std::vector<std::string>{"", "v"}));
  EXPECT_EQ(index->predicate, "(v > 5)");

  ASSERT_EQ(find(got, "w")->reads.size(), 1u);
  EXPECT_EQ(find(got, "w")->reads[0].relation.name, "s");
  EXPECT_EQ(find(got, "w")->reads[0].columns, std::vector<std::string>{"v"});
  EXPECT_EQ(find(got, "mw")->kind, Relation::Kind::materialized_view);

  ASSERT_EQ(got.routines.size(), 1u);
  EXPECT_EQ(got.routines[0].arguments, "a integer");
  EXPECT_EQ(got.routines[0].volatility, "stable");
  EXPECT_TRUE(got.routines[0].security_definer);
  ASSERT_EQ(got.types.size(), 2u);
  EXPECT_EQ(got.types[0].labels, (std::vector<std::string>{"sad", "ok"}));
  EXPECT_TRUE(got.types[1].constrained);
  const auto sequence = std::find_if(got.sequences.begin(), got.sequences.end(),
                                     [](const schema::Sequence& it) { return it.name.name == "s_id_seq"; });
  ASSERT_NE(sequence, got.sequences.end());
  EXPECT_EQ(sequence->last_value, 1000);
  EXPECT_EQ(sequence->max_value, 2147483647);
  EXPECT_EQ(sequence->owned_by_table.name, "s");
  EXPECT_EQ(sequence->owned_by_column, "id");
}

TEST_F(PostgresqlCatalogue, KeepsNoLockOfWhatItLookedAt) {
  const auto session = m_database.change();
  session->execute("CREATE TABLE base (id integer)");
  session->execute("CREATE VIEW over AS SELECT id FROM base");
  session->begin(false);
  EXPECT_EQ(read_catalogue(*session).relations.size(), 2u);
  const Rows locks = session->own_rows(
      "SELECT count(*) FROM pg_catalog.pg_locks WHERE pid = pg_catalog.pg_backend_pid() AND relation = "
      "'public.base'::pg_catalog.regclass");
  EXPECT_EQ(locks.at(0).at(0), "0");
  session->rollback();
}

TEST_F(PostgresqlCatalogue, DoesNotDependOnWhatTheAccountSeesByItself) {
  const auto session = m_database.change();
  session->execute("CREATE TABLE base (id integer)");
  session->execute("CREATE VIEW over AS SELECT id FROM base");
  const std::string plain = find(read_catalogue(*session), "over")->definition;
  session->execute("SET search_path = pg_catalog");
  session->execute("SET quote_all_identifiers = on");
  EXPECT_EQ(find(read_catalogue(*session), "over")->definition, plain);
  EXPECT_NE(plain.find("public.base"), std::string::npos) << plain;
}

TEST(MariadbCatalogue, ReadsWhatOnlyMariadbHas) {
  TestDatabase database(Engine::mariadb);
  const auto session = database.change();
  for (const std::string_view statement :
       {"CREATE TABLE t (id int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, e enum('a,b','c''d') CHARACTER SET "
        "latin1 DEFAULT 'a,b' COMMENT 'what, for', at timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE "
        "current_timestamp(), v int AS (id * 2) VIRTUAL)",
        "INSERT INTO t (e) VALUES ('a,b'), ('a,b')"})
    session->execute(statement);
  const schema::Catalogue got = read_catalogue(*database.change({.read_only = true}));
  const Relation& t = *find(got, "t");
  EXPECT_EQ(t.storage_engine, "innodb");
  EXPECT_TRUE(t.rows.has_value());
  EXPECT_TRUE(column(t, "id").is_unsigned);
  EXPECT_TRUE(column(t, "id").auto_increment);
  EXPECT_EQ(column(t, "id").type, "int");
  EXPECT_TRUE(column(t, "id").type_arguments.empty());
  EXPECT_EQ(column(t, "e").type_arguments, (std::vector<std::string>{"'a,b'", "'c''d'"}));
  EXPECT_EQ(column(t, "e").charset, "latin1");
  EXPECT_EQ(column(t, "e").comment, "what, for");
  EXPECT_EQ(column(t, "at").on_update, "current_timestamp()");
  EXPECT_EQ(column(t, "v").generated, "virtual");
  ASSERT_EQ(got.sequences.size(), 1u);
  EXPECT_EQ(got.sequences[0].last_value, 2);
  EXPECT_EQ(got.sequences[0].max_value, 4294967295);
}

TEST(SqliteCatalogue, ReadsWhatOnlySqliteHas) {
  TestDatabase database(Engine::sqlite);
  const auto session = database.change();
  for (const std::string_view statement :
       {"CREATE TABLE t (id INTEGER PRIMARY KEY, v text, g text AS (upper(v)) VIRTUAL)",
        "CREATE TABLE pair (a INTEGER, b INTEGER, PRIMARY KEY (b, a))",
        "CREATE UNIQUE INDEX some ON t (v) WHERE v IS NOT NULL", "INSERT INTO t (v) VALUES ('a'), ('b'), ('c')",
        "ANALYZE"})
    session->execute(statement);
  const schema::Catalogue got = read_catalogue(*database.change({.read_only = true}));
  const Relation& t = *find(got, "t");
  EXPECT_TRUE(column(t, "id").auto_increment);
  EXPECT_EQ(column(t, "g").generated, "virtual");
  EXPECT_EQ(t.rows, 3);
  ASSERT_EQ(t.indexes.size(), 1u);
  EXPECT_EQ(t.indexes[0].predicate, "v IS NOT NULL");
  EXPECT_FALSE(column(*find(got, "pair"), "b").auto_increment);
}

TEST(SqliteCatalogue, KnowsNothingOfViewsThatDoNotCompile) {
  TestDatabase database(Engine::sqlite);
  const auto session = database.change();
  for (const std::string_view statement :
       {"CREATE TABLE t (id INTEGER PRIMARY KEY)", "CREATE VIEW good AS SELECT id FROM t",
        "CREATE VIEW \"gone\"\"s\" AS SELECT a FROM absent", "CREATE VIRTUAL TABLE words USING fts5 (body)",
        "CREATE VIEW unsafe AS SELECT body FROM words"})
    session->execute(statement);
  const auto reader = database.change({.read_only = true});
  reader->begin(true);
  const schema::Catalogue got = read_catalogue(*reader);
  EXPECT_EQ(find(got, "good")->columns.size(), 1u);
  EXPECT_TRUE(find(got, "gone\"s")->columns.empty());
  EXPECT_EQ(find(got, "t")->columns.size(), 1u);
  EXPECT_NO_THROW(reader->execute("SELECT * FROM good")) << "the transaction goes on";
}

/// Preparing a view runs DETERMINISTIC functions of its text.
TEST(MariadbCatalogue, OpensNoView) {
  TestDatabase database(Engine::mariadb);
  const auto session = database.change();
  dbw::test::MariadbServer::shared().sql(
      database.name(),
      "CREATE TABLE t (id int PRIMARY KEY AUTO_INCREMENT, v varchar(10)); INSERT INTO t (v) VALUES ('a'), ('b');"
      "CREATE FUNCTION det(x int) RETURNS int DETERMINISTIC RETURN GET_LOCK('dbw_seen', 0);"
      "CREATE VIEW careless AS SELECT SUBSTRING('abc', det(1)) AS x;"
      "GRANT EXECUTE ON FUNCTION det TO PUBLIC");
  const schema::Catalogue got = read_catalogue(*session);
  EXPECT_EQ(session->own_value("SELECT IS_USED_LOCK('dbw_seen')"), std::nullopt);
  EXPECT_TRUE(find(got, "careless")->columns.empty());
  EXPECT_FALSE(find(got, "careless")->definition.empty());
  EXPECT_EQ(find(got, "t")->columns.size(), 2u);
  EXPECT_TRUE(column(*find(got, "t"), "id").auto_increment);
  session->own("SHOW COLUMNS FROM careless");
  EXPECT_NE(session->own_value("SELECT IS_USED_LOCK('dbw_seen')"), std::nullopt) << "it would not have been seen";
}

TEST(SqliteCatalogue, NamesTextsThatAreNotUtf8) {
  TestDatabase database(Engine::sqlite);
  database.change()->execute("CREATE TABLE good (a text, \"caf\xe9\" text)");
  try {
    read_catalogue(*database.change({.read_only = true}));
    FAIL() << "it was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::db_catalogue_not_utf8);
    EXPECT_NE(error.message().find("at good."), std::string::npos) << error.message();
  }
}

TEST(SqliteCatalogue, SaysThatASchemaIsTooLarge) {
  constexpr int k_columns = 2'000;
  TestDatabase database(Engine::sqlite);
  const auto session = database.change();
  std::string columns = "c0";
  for (int i = 1; i < k_columns; ++i) columns += ", c" + std::to_string(i);
  for (std::size_t i = 0; i <= k_own_rows_max / k_columns; ++i)
    session->execute("CREATE TABLE t" + std::to_string(i) + " (" + columns + ")");
  try {
    read_catalogue(*database.change({.read_only = true}));
    FAIL() << "it was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::db_catalogue_too_large);
  }
}

}  // namespace
}  // namespace dbw::db::test
