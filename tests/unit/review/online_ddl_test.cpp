#include "review/online_ddl.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace dbw::review {
namespace {

using Op = DdlOperation;

sqlparse::Statement statement_of(Engine engine, std::string_view sql) {
  const sqlparse::ParsedSql parsed = sqlparse::parse(engine, sql, {k_sql_bytes_max});
  EXPECT_TRUE(parsed.problems.empty()) << sql;
  EXPECT_EQ(parsed.statements.size(), 1u) << sql;
  return parsed.statements.at(0);
}

TEST(ServerVersions, AreReadAsFarAsTheyGo) {
  EXPECT_EQ(server_version(Engine::mysql, "8.0.29"), (ServerVersion{8, 0, 29}));
  EXPECT_EQ(server_version(Engine::mariadb, "10.11.6-MariaDB"), (ServerVersion{10, 11, 6}));
  EXPECT_EQ(server_version(Engine::postgresql, "16"), (ServerVersion{16, 0, 0}));
  EXPECT_EQ(server_version(Engine::mysql, ""), (ServerVersion{8, 4, 0}));
  EXPECT_EQ(server_version(Engine::mariadb, "x"), (ServerVersion{10, 11, 0}));
  EXPECT_LT((ServerVersion{8, 0, 28}), (ServerVersion{8, 0, 29}));
  EXPECT_LT((ServerVersion{10, 5, 9}), (ServerVersion{10, 11, 0}));
}

TEST(OnlineDdl, OperationsOfStatements) {
  const struct {
    std::string_view sql;
    std::vector<Op> expected;
  } rows[] = {
      {"ALTER TABLE t ADD a INT", {Op::add_column}},
      {"ALTER TABLE t ADD a INT DEFAULT 5, ADD b DATETIME DEFAULT NOW()", {Op::add_column}},
      {"ALTER TABLE t ADD a INT FIRST", {Op::add_column_positioned}},
      {"ALTER TABLE t ADD a CHAR(36) DEFAULT (uuid())", {Op::add_column_expression_default}},
      {"ALTER TABLE t ADD a INT AS (b + 1) VIRTUAL", {}},
      {"ALTER TABLE t DROP a", {Op::drop_column}},
      {"ALTER TABLE t MODIFY a BIGINT NOT NULL", {Op::redefine_column}},
      {"ALTER TABLE t MODIFY a ENUM('x')", {}},
      {"ALTER TABLE t ADD a int, ADD INDEX (a)", {Op::add_column, Op::add_index, Op::change_columns_and_indexes}},
      {"ALTER TABLE t DROP a, ADD UNIQUE (b)", {Op::drop_column, Op::add_index, Op::change_columns_and_indexes}},
      {"ALTER TABLE t ADD INDEX (a), ADD FULLTEXT (b)", {Op::add_index, Op::add_fulltext_index}},
      {"CREATE SPATIAL INDEX i ON t (a)", {Op::add_spatial_index}},
      {"ALTER TABLE t ADD UNIQUE (a)", {Op::add_index}},
      {"ALTER TABLE t ADD PRIMARY KEY (a)", {Op::add_primary_key}},
      {"ALTER TABLE t DROP PRIMARY KEY", {Op::drop_primary_key}},
      {"ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (a)", {Op::replace_primary_key}},
      {"ALTER TABLE t ADD CHECK (a > 0)", {Op::add_check}},
      {"ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (id)", {}},
      {"ALTER TABLE t ENGINE=InnoDB", {Op::rebuild}},
      {"ALTER TABLE t ENGINE=MyISAM", {Op::change_engine}},
      {"ALTER TABLE t REMOVE PARTITIONING", {Op::repartition}},
      {"ALTER TABLE t ADD SYSTEM VERSIONING", {Op::system_versioning}},
      {"ALTER TABLE t COMMENT='x', ALTER a SET DEFAULT 5, RENAME INDEX i TO j", {}},
      {"DROP TABLE t", {}},
  };
  for (const auto& row : rows) {
    const DdlOperations found = ddl_operations(statement_of(Engine::mariadb, row.sql));
    EXPECT_EQ(std::vector(found.begin(), found.end()), row.expected) << row.sql;
  }
}

TEST(OnlineDdl, DependsOnTheVersion) {
  EXPECT_EQ(online_ddl(Op::drop_column, Engine::mysql, {8, 0, 28}).work, DdlWork::rebuild);
  EXPECT_EQ(online_ddl(Op::drop_column, Engine::mysql, {8, 0, 29}).work, DdlWork::metadata);
  EXPECT_EQ(online_ddl(Op::add_column, Engine::mysql, {8, 0, 11}).work, DdlWork::rebuild);
  EXPECT_EQ(online_ddl(Op::add_column_positioned, Engine::mysql, {8, 0, 12}).work, DdlWork::rebuild);
  EXPECT_EQ(online_ddl(Op::add_column_positioned, Engine::mariadb, {10, 11, 0}).work, DdlWork::metadata);
  EXPECT_FALSE(online_ddl(Op::add_check, Engine::mariadb, {10, 11, 0}).writes_go_on);
  EXPECT_TRUE(online_ddl(Op::add_check, Engine::mariadb, {11, 4, 0}).writes_go_on);
  EXPECT_FALSE(online_ddl(Op::change_engine, Engine::mariadb, {11, 4, 0}).writes_go_on);
}

TEST(OnlineDdl, ClausesThatRefuse) {
  const auto clauses = [](std::string_view sql) { return statement_of(Engine::mariadb, sql); };
  EXPECT_TRUE(refuses_blocking(clauses("ALTER TABLE t MODIFY a INT, LOCK=NONE")));
  EXPECT_TRUE(refuses_blocking(clauses("ALTER TABLE t MODIFY a INT, ALGORITHM=INSTANT")));
  EXPECT_FALSE(refuses_blocking(clauses("ALTER TABLE t MODIFY a INT, ALGORITHM=INPLACE, LOCK=SHARED")));
  EXPECT_TRUE(refuses_rebuild(clauses("ALTER TABLE t FORCE, ALGORITHM=NOCOPY")));
  EXPECT_FALSE(refuses_rebuild(clauses("ALTER TABLE t FORCE, ALGORITHM=INPLACE")));
  EXPECT_EQ(ddl_clause(clauses("CREATE INDEX i ON t (a) LOCK=SHARED"), "lock"), "shared");
}

}  // namespace
}  // namespace dbw::review
