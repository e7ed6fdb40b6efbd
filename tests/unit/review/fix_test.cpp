#include "review/fix.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace dbw {
namespace {

review::ReviewInput plain_input(std::string_view sql, Engine engine = Engine::postgresql, bool in_transaction = true) {
  review::ReviewInput input = test::input_of(sql, engine);
  input.files[0].transactional = in_transaction;
  return input;
}

/// Steps behind "== path" lines; those outside a transaction are marked.
std::string text_of(const review::FixProposal& proposal) {
  std::string out;
  for (const review::FixedFile& file : proposal.files) {
    for (const review::FixStep& step : file.steps)
      out += "== " + step.path + (step.transactional ? "\n" : " alone\n") + step.sql;
  }
  return out;
}

std::string fixed(std::string_view sql, Engine engine = Engine::postgresql, bool in_transaction = true) {
  return text_of(review::propose_fixes(plain_input(sql, engine, in_transaction)));
}

/// Why the finding of `rule` stays.
std::string reason(const review::ReviewInput& input, std::string_view rule) {
  for (const review::Unfixed& unfixed : review::propose_fixes(input).unfixed) {
    if (unfixed.finding.rule == rule) return unfixed.reason;
  }
  return "it does not";
}

std::string reason(std::string_view sql, std::string_view rule, Engine engine = Engine::postgresql) {
  return reason(plain_input(sql, engine), rule);
}

TEST(Fix, OneStatementStaysInItsFile) {
  EXPECT_EQ(fixed("-- why\nCREATE INDEX i ON t (a);\n"),
            "== a.sql alone\n-- Runs outside a transaction (transaction: none).\n-- why\nCREATE INDEX CONCURRENTLY i "
            "ON t (a);\n");
}

TEST(Fix, CutsWhereAStatementNeedsNoTransaction) {
  EXPECT_EQ(fixed("ALTER TABLE t ADD COLUMN a int; -- first\n/* then */ CREATE INDEX i ON t (a); ALTER TABLE t ADD "
                  "COLUMN b int"),
            "== a.sql\n-- Step 1 of 3 of a.sql, in one request: runs in its own transaction (transaction: "
            "required).\nALTER TABLE t ADD COLUMN a int; -- first\n"
            "== a.step02.sql alone\n-- Step 2 of 3 of a.sql, in one request: runs outside a transaction "
            "(transaction: none).\n/* then */ CREATE INDEX CONCURRENTLY i ON t (a);\n"
            "== a.step03.sql\n-- Step 3 of 3 of a.sql, in one request: runs in its own transaction (transaction: "
            "required).\n ALTER TABLE t ADD COLUMN b int;\n");
}

TEST(Fix, OtherBytesStayAsTheyAre) {
  const std::string_view sql =
      "\n\n  -- 'quoted' ; comment\nSELECT $$;$$, 'a;''b' ;; \n/* ; */ CREATE TABLE x (\tat  timestamp /* ! */ (3) , b "
      "json)\n;\n-- end";
  EXPECT_EQ(fixed(sql),
            "== a.sql\n\n\n  -- 'quoted' ; comment\nSELECT $$;$$, 'a;''b' ;; \n/* ; */ CREATE TABLE x (\tat  "
            "timestamptz /* ! */ (3) , b jsonb)\n;\n-- end");
}

TEST(Fix, ProofsComeTogetherBehindTheLastStatement) {
  const std::string got = fixed(
      "ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0);\nALTER TABLE b ADD FOREIGN KEY (a) REFERENCES p;\nCREATE TABLE n "
      "(id bigint);\n");
  EXPECT_NE(got.find("NOT VALID;\nCREATE TABLE n (id bigint);\n== a.step02.sql\n"), std::string::npos) << got;
  EXPECT_NE(got.find("\nALTER TABLE a VALIDATE CONSTRAINT c;\nALTER TABLE b VALIDATE CONSTRAINT b_a_fkey;\n"),
            std::string::npos)
      << got;
}

TEST(Fix, ProofsComeBeforeWhatTheyCouldMiss) {
  const std::string add = "ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0);\n";
  for (const std::string later : {"ALTER TABLE a RENAME TO b;", "DROP TABLE a;", "DROP SCHEMA s CASCADE;",
                                  "ALTER TABLE p DROP COLUMN x CASCADE;", "SET LOCAL search_path = other;\nSELECT 1;",
                                  "ALTER SCHEMA public RENAME TO old;", "CREATE VIEW v AS SELECT x FROM a;"}) {
    const std::string got = fixed(add + later);
    const std::size_t proof = got.find("VALIDATE CONSTRAINT c"), at = got.find(later);
    EXPECT_LT(proof, at) << got;
    EXPECT_NE(at, std::string::npos) << got;
  }
}

TEST(Fix, SettingsAndBeginAreSaidAgain) {
  review::ReviewInput input = plain_input(
      "SET work_mem = '1MB';\nBEGIN;\nSET LOCAL lock_timeout = '1s';\nALTER TABLE t ADD COLUMN a int;\nCREATE INDEX i "
      "ON t (a);\nALTER TABLE t ADD COLUMN b int;\nCOMMIT;\nRESET work_mem;\n",
      Engine::postgresql, false);
  input.executor = false;
  const std::string got = text_of(review::propose_fixes(input));
  const std::string again = "SET work_mem = '1MB';\nBEGIN;\nSET LOCAL lock_timeout = '1s';\nALTER TABLE t ADD COLUMN ";
  EXPECT_NE(got.find(again + "a int;\nCOMMIT;\n== a.step02.sql alone"), std::string::npos) << got;
  EXPECT_NE(got.find("SET work_mem = '1MB';\nCREATE INDEX CONCURRENTLY"), std::string::npos) << got;
  EXPECT_NE(got.find(again + "b int;\nCOMMIT;\nRESET work_mem;\n"), std::string::npos) << got;
}

TEST(Fix, EmptyTransactionsAreDropped) {
  review::ReviewInput input = plain_input(
      "BEGIN; -- here\nCREATE INDEX i ON t (a);\nCOMMIT; -- there\nANALYZE t; BEGIN; ANALYZE u; DROP INDEX j; "
      "COMMIT;\n",
      Engine::postgresql, false);
  input.executor = false;
  const std::string how = " of 3 of a.sql, in one request: runs ";
  const std::string alone = "outside a transaction (transaction: none).\n";
  const std::string plain = "as the file ran: no transaction around it.\n";
  EXPECT_EQ(text_of(review::propose_fixes(input)),
            "== a.sql alone\n-- Step 1" + how + alone + " -- here\nCREATE INDEX CONCURRENTLY i ON t (a);\n" +
                "== a.step02.sql alone\n-- Step 2" + how + plain +
                " -- there\nANALYZE t; BEGIN; ANALYZE u;\nCOMMIT;\n" + "== a.step03.sql alone\n-- Step 3" + how +
                alone + " DROP INDEX CONCURRENTLY j;\n");
}

TEST(Fix, LocalSettingsEndWithAStepOutsideTransactions) {
  const std::string got = fixed("SET LOCAL search_path = app;\nCREATE INDEX i ON t (a);\n");
  EXPECT_NE(got.find("SET search_path = app;\nCREATE INDEX CONCURRENTLY i ON t (a);\nRESET search_path;\n"),
            std::string::npos)
      << got;
}

TEST(Fix, LockTimeoutsAsFarAsNoneIsInForce) {
  review::ReviewInput input =
      plain_input("ALTER TABLE t ADD COLUMN a int;\nALTER TABLE u ADD COLUMN a int;\n", Engine::postgresql, true);
  input.executor = false;
  EXPECT_EQ(text_of(review::propose_fixes(input)),
            "== a.sql\nSET LOCAL lock_timeout = '2s';\nALTER TABLE t ADD COLUMN a int;\nALTER TABLE u ADD COLUMN a "
            "int;\n");
  input = plain_input("BEGIN;\nDROP VIEW a;\nCOMMIT;\nBEGIN;\nDROP VIEW b;\nCOMMIT;\n", Engine::postgresql, false);
  input.executor = false;
  EXPECT_EQ(
      text_of(review::propose_fixes(input)),
      "== a.sql alone\nBEGIN;\nSET LOCAL lock_timeout = '2s';\nDROP VIEW a;\nCOMMIT;\nBEGIN;\nSET LOCAL lock_timeout = "
      "'2s';\nDROP VIEW b;\nCOMMIT;\n");
}

TEST(Fix, NamesAreQuotedAsTheyWere) {
  const std::string got = fixed("ALTER TABLE \"T\" ALTER COLUMN \"order\" SET NOT NULL;");
  EXPECT_NE(got.find("ALTER TABLE \"T\" ADD CONSTRAINT \"T_order_not_null\" CHECK (\"order\" IS NOT NULL) NOT VALID;"),
            std::string::npos)
      << got;
  EXPECT_NE(got.find("ALTER TABLE \"T\" ALTER COLUMN \"order\" SET NOT NULL;"), std::string::npos) << got;
}

TEST(Fix, NewNamesAreFree) {
  const std::string got = fixed(
      "ALTER TABLE t ADD CONSTRAINT t_a_fkey FOREIGN KEY (b) REFERENCES p NOT VALID;\nALTER TABLE t ADD FOREIGN "
      "KEY (a) REFERENCES p;");
  EXPECT_NE(got.find("ADD CONSTRAINT t_a_fkey1 FOREIGN KEY (a)"), std::string::npos) << got;
  const std::string table(60, 'x');
  EXPECT_NE(fixed("ALTER TABLE " + table + " ADD CHECK (a > 0);").find("CONSTRAINT " + table + "_ch CHECK"),
            std::string::npos);
}

struct Stays {
  std::string_view sql;
  std::string_view rule;
  std::string_view reason;
};

TEST(Fix, WhatIsNotMechanicalIsNamed) {
  const Stays table[] = {
      {"CREATE INDEX i ON ONLY t (a);", "create-index-not-concurrent",
       "an index ON ONLY a partitioned table cannot be built concurrently"},
      {"CREATE INDEX IF NOT EXISTS i ON t (a);", "create-index-not-concurrent",
       "its result has invalid-index-left-behind"},
      {"CREATE TEMP TABLE x (a int); CREATE INDEX i ON t (a);", "create-index-not-concurrent",
       "the file makes a temporary object, which ends with its session"},
      {"SAVEPOINT s; CREATE INDEX i ON t (a);", "create-index-not-concurrent",
       "the file controls its transaction beyond BEGIN and COMMIT"},
      {"SET CONSTRAINTS ALL DEFERRED; CREATE INDEX i ON t (a);", "create-index-not-concurrent",
       "the file controls its transaction beyond BEGIN and COMMIT"},
      {"SELECT set_config('a.b', 'c', true); CREATE INDEX i ON t (a);", "create-index-not-concurrent",
       "the file changes its session in a way that a second one does not see"},
      {"DO $$ BEGIN NULL; END $$; CREATE INDEX i ON t (a);", "create-index-not-concurrent",
       "the file holds code that may depend on one transaction"},
      {"DROP INDEX i CASCADE;", "drop-index-not-concurrent", "DROP INDEX CONCURRENTLY knows no CASCADE"},
      {"REINDEX SYSTEM d;", "reindex-not-concurrent", "REINDEX SYSTEM has no concurrent form"},
      {"REFRESH MATERIALIZED VIEW v WITH NO DATA;", "refresh-matview-not-concurrent",
       "WITH NO DATA and CONCURRENTLY exclude each other"},
      {"ALTER TABLE t ADD COLUMN a int CHECK (a > 0);", "add-check-without-not-valid",
       "the constraint is part of a new column's definition"},
      {"ALTER TABLE t ADD UNIQUE (a) WITH (fillfactor = 70);", "add-unique-constraint-blocking",
       "its index has options"},
      {"ALTER TABLE t ADD COLUMN a int, ADD UNIQUE (a);", "add-unique-constraint-blocking",
       "the statement itself adds a column of the key"},
      {"ALTER TABLE IF EXISTS t ADD UNIQUE (a);", "add-unique-constraint-blocking",
       "CREATE INDEX has no IF EXISTS for its table"},
      {"ALTER TABLE t ADD COLUMN b int, ADD PRIMARY KEY (a);", "add-primary-key-blocking",
       "the statement does more than adding the key"},
      {"ALTER TABLE t ALTER COLUMN a TYPE timestamp;", "prefer-timestamptz", "an existing column changes its type"},
      {"CREATE TABLE t (a pg_catalog.timestamp);", "prefer-timestamptz", "the type is not written in one word"},
      {"CREATE TABLE t (a timestamp, b date GENERATED ALWAYS AS (a::date) STORED);", "prefer-timestamptz",
       "an expression of the table may not allow timestamptz"},
      {"CREATE TABLE t (a timestamp) PARTITION BY RANGE (date_trunc('day', a));", "prefer-timestamptz",
       "an expression of the table may not allow timestamptz"},
      {"DROP TABLE t;", "drop-table", ""},
      {"ALTER TABLE t ADD COLUMN a uuid DEFAULT gen_random_uuid();", "add-column-volatile-default", ""},
      {"CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'CREATE INDEX i ON t (a)';", "create-index-not-concurrent",
       "the statement is not written as expected"},
  };
  for (const Stays& it : table) EXPECT_EQ(reason(it.sql, it.rule), it.reason) << it.sql;
}

TEST(Fix, OldServersLackTheSafeForm) {
  review::ReviewInput input = plain_input("REINDEX TABLE t;");
  input.server_version = "11";
  EXPECT_EQ(reason(input, "reindex-not-concurrent"), "REINDEX CONCURRENTLY needs PostgreSQL 12");
  input = plain_input("ALTER TABLE t ALTER COLUMN a SET NOT NULL;");
  input.server_version = "11";
  EXPECT_EQ(reason(input, "set-not-null-full-scan"), "its result still has set-not-null-full-scan");
}

TEST(Fix, FilesThatCannotBeReadAreLeftAlone) {
  EXPECT_EQ(fixed("CREATE INDEX i ON t (a);\nCREATE INDX j;"), "");
  for (const std::string hostile : {"\x1b[31m", "\xe2\x80\xae", "\r"}) {
    const std::string sql = "CREATE INDEX i ON t (a); -- " + hostile;
    EXPECT_EQ(fixed(sql), "") << sql;
  }
}

TEST(Fix, WaivedFindingsAreLeftAlone) {
  review::ReviewInput input = plain_input(
      "ANALYZE t;\n-- note\n-- dbw:allow create-index-not-concurrent empty table\n-- more\nCREATE INDEX i ON t (a);");
  input.comments_lift = true;
  input.executor = false;
  const review::FixProposal proposal = review::propose_fixes(input);
  EXPECT_EQ(text_of(proposal),
            "== a.sql\nANALYZE t;\n-- note\nSET LOCAL lock_timeout = '2s';\n-- dbw:allow create-index-not-concurrent "
            "empty table\n-- more\nCREATE INDEX i ON t (a);");
  EXPECT_TRUE(proposal.unfixed.empty());
}

TEST(Fix, OneThatBringsAFindingLeavesTheOthers) {
  const review::FixProposal proposal = review::propose_fixes(
      plain_input("CREATE INDEX IF NOT EXISTS i ON t (a);\nCREATE TABLE x (at timestamp);\nDROP INDEX j;"));
  const std::string got = text_of(proposal);
  EXPECT_NE(got.find("CREATE INDEX IF NOT EXISTS i"), std::string::npos) << got;
  EXPECT_NE(got.find("timestamptz"), std::string::npos) << got;
  EXPECT_NE(got.find("DROP INDEX CONCURRENTLY j"), std::string::npos) << got;
  EXPECT_EQ(proposal.fixed.size(), 2u);
}

TEST(Fix, AFewThatFailAmongManyLeaveTheOthers) {
  std::string sql;
  for (int i = 0; i < 400; ++i)
    sql +=
        "CREATE INDEX " + std::string(i % 97 == 5 ? "IF NOT EXISTS " : "") + "i" + std::to_string(i) + " ON t (a);\n";
  const review::FixProposal proposal = review::propose_fixes(plain_input(sql));
  ASSERT_EQ(proposal.files.size(), 1u);
  EXPECT_GT(proposal.files[0].steps.size(), 50u);
  EXPECT_LE(proposal.files[0].steps.size(), 99u);
  const auto because = [&](std::string_view reason) {
    return std::count_if(proposal.unfixed.begin(), proposal.unfixed.end(), [&](const review::Unfixed& it) {
      return it.finding.rule == "create-index-not-concurrent" && it.reason == reason;
    });
  };
  EXPECT_GT(because("its file would need more than 99 steps"), 0);
  EXPECT_GT(because("its result has invalid-index-left-behind"), 0);
}

TEST(Fix, MysqlClausesByVersion) {
  const auto with = [](std::string_view sql, Engine engine, const char* version) {
    review::ReviewInput input = plain_input(sql, engine, false);
    input.server_version = version;
    input.severities["*"] = {{"require-algorithm-clause", "warning"}, {"require-lock-clause", "warning"}};
    return text_of(review::propose_fixes(input));
  };
  EXPECT_EQ(with("ALTER TABLE t ADD COLUMN a int; -- x\n", Engine::mysql, "8.0.36"),
            "== a.sql alone\nALTER TABLE t ADD COLUMN a int, ALGORITHM=INSTANT; -- x\n");
  EXPECT_EQ(with("ALTER TABLE t ADD COLUMN a int;", Engine::mysql, "5.7"),
            "== a.sql alone\nALTER TABLE t ADD COLUMN a int, ALGORITHM=INPLACE, LOCK=NONE;");
  EXPECT_EQ(with("CREATE INDEX i ON t (a)", Engine::mariadb, "10.11"),
            "== a.sql alone\nCREATE INDEX i ON t (a) ALGORITHM=INPLACE LOCK=NONE");
  EXPECT_EQ(with("ALTER TABLE t ADD INDEX i (a), ALGORITHM=INPLACE", Engine::mariadb, "10.11"),
            "== a.sql alone\nALTER TABLE t ADD INDEX i (a), ALGORITHM=INPLACE, LOCK=NONE");
  EXPECT_EQ(with("ALTER TABLE t ADD FULLTEXT INDEX i (a)", Engine::mariadb, "10.11"), "");
  EXPECT_EQ(with("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p (id)", Engine::mariadb, "10.11"), "");
}

TEST(Fix, ColumnsComeLast) {
  EXPECT_EQ(fixed("ALTER TABLE t ADD COLUMN a int AFTER b, ADD c int /* x */ FIRST;", Engine::mysql, false),
            "== a.sql alone\nALTER TABLE t ADD COLUMN a int, ADD c int;");
}

TEST(Fix, AltersOfOneTableBecomeOne) {
  EXPECT_EQ(fixed("ALTER TABLE t ADD COLUMN a int ; -- a\n\n-- b\nALTER TABLE T ADD COLUMN b int;\n"),
            "== a.sql\nALTER TABLE t ADD COLUMN a int,  -- a\n\n-- b\n  ADD COLUMN b int;\n");
}

TEST(Fix, StrictTables) {
  EXPECT_EQ(fixed("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT) WITHOUT ROWID;", Engine::sqlite),
            "== a.sql\nCREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT) WITHOUT ROWID, STRICT;");
  EXPECT_EQ(reason("CREATE TABLE t (a VARCHAR(9));", "sqlite-non-strict-table", Engine::sqlite),
            "a STRICT table has columns of type INT, INTEGER, REAL, TEXT, BLOB and ANY only");
}

TEST(Fix, StepsSortBehindTheirFile) {
  EXPECT_EQ(review::step_path("db/0042_orders.sql", 2), "db/0042_orders.step02.sql");
  EXPECT_EQ(review::step_path("db.d/orders", 12), "db.d/orders.step12.sql");
  EXPECT_EQ(review::step_path("a.up.sql", 2), "a.up.step02.sql");
  for (const std::string path : {"a.sql", "a.txt", "a", "a.b/c", "a.SQL", ".sql", "a.step02.sql"}) {
    EXPECT_LT(path, review::step_path(path, 2));
    EXPECT_LT(review::step_path(path, 9), review::step_path(path, 10));
  }
  EXPECT_LT(review::step_path("0042_orders.sql", 3), "0042_orders_archive.sql");
}

TEST(Fix, AStepTakesNoOtherFilesPlace) {
  review::ReviewInput input = plain_input("DROP INDEX i; DROP INDEX j;");
  input.files.push_back({"a.step02.sql", sqlparse::parse(Engine::postgresql, "SELECT 1;", {.bytes_max = 100}), true});
  EXPECT_EQ(reason(input, "drop-index-not-concurrent"), "it would need another file a.step02.sql");
}

TEST(Fix, LaterFilesSeeTheFixedOnes) {
  review::ReviewInput input = plain_input("CREATE INDEX i ON t (a);");
  input.files.push_back({"b.sql", sqlparse::parse(Engine::postgresql, "DROP INDEX i;", {.bytes_max = 100}), true});
  EXPECT_EQ(text_of(review::propose_fixes(input)).find("b.sql"), std::string::npos);
}

}  // namespace
}  // namespace dbw
