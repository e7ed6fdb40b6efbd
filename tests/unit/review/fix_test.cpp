#include "review/fix.hpp"

#include <functional>
#include <memory>

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
            "== a.sql alone\n-- dbw:step transaction: none\n-- why\nCREATE INDEX CONCURRENTLY i ON t (a);\n");
}

TEST(Fix, CutsWhereAStatementNeedsNoTransaction) {
  EXPECT_EQ(fixed("ALTER TABLE t ADD COLUMN a int; -- first\n/* then */ CREATE INDEX i ON t (a); ALTER TABLE t ADD "
                  "COLUMN b int"),
            "== a.sql\n-- dbw:step transaction: required; 1 of 3 of a.sql, in one request\n"
            "ALTER TABLE t ADD COLUMN a int; -- first\n"
            "== a.step02.sql alone\n-- dbw:step transaction: none; 2 of 3 of a.sql, in one request\n"
            "/* then */ CREATE INDEX CONCURRENTLY i ON t (a);\n"
            "== a.step03.sql\n-- dbw:step transaction: required; 3 of 3 of a.sql, in one request\n"
            " ALTER TABLE t ADD COLUMN b int;\n");
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
  const std::string of = " of 3 of a.sql, in one request";
  EXPECT_EQ(text_of(review::propose_fixes(input)),
            "== a.sql alone\n-- dbw:step transaction: none; 1" + of +
                "\n -- here\nCREATE INDEX CONCURRENTLY i ON t (a);\n" + "== a.step02.sql alone\n-- 2" + of +
                ": runs as the file ran, no transaction around it.\n" +
                " -- there\nANALYZE t; BEGIN; ANALYZE u;\nCOMMIT;\n" +
                "== a.step03.sql alone\n-- dbw:step transaction: none; 3" + of + "\n DROP INDEX CONCURRENTLY j;\n");
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
       "it stands inside a body"},
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

// ---- batches

/// A table "orders" with an id, as a server's catalogue has it.
std::shared_ptr<model::Snapshot> orders_snapshot(Engine engine) {
  auto out = std::make_shared<model::Snapshot>();
  out->catalogue.engine = engine;
  schema::Relation& orders = out->catalogue.relations.emplace_back();
  orders.name = {engine == Engine::postgresql ? "public" : engine == Engine::sqlite ? "main" : "shop", "orders"};
  orders.rows = 3'000'000;
  const auto column = [&](const std::string& name, const std::string& type, bool not_null) -> schema::Column& {
    schema::Column& it = orders.columns.emplace_back();
    it.name = name;
    it.type = type;
    it.not_null = not_null;
    return it;
  };
  column("id", engine == Engine::sqlite ? "integer" : "bigint", true).auto_increment = true;
  column("total", "int", false);
  column("note", "text", false);
  schema::Constraint& key = orders.constraints.emplace_back();
  key.kind = ConstraintKind::primary_key;
  key.columns = {"id"};
  return out;
}

review::ReviewInput batch_input(std::string_view sql, Engine engine = Engine::postgresql) {
  review::ReviewInput input = plain_input(sql, engine);
  input.snapshot = orders_snapshot(engine);
  return input;
}

/// What the change of `orders` makes of the snapshot is what a fix must see.
std::string batch_reason(std::string_view sql, const std::function<void(schema::Relation&)>& change = {},
                         Engine engine = Engine::postgresql) {
  review::ReviewInput input = plain_input(sql, engine);
  const auto snapshot = orders_snapshot(engine);
  if (change) change(snapshot->catalogue.relations.front());
  input.snapshot = snapshot;
  return reason(input, "unbatched-backfill");
}

constexpr std::string_view k_backfill =
    "ALTER TABLE orders ADD COLUMN paid int;\nUPDATE orders SET paid = 0;\nALTER TABLE orders ADD COLUMN more int;\n";

TEST(FixBatches, ABackfillBecomesAStepOfItsOwn) {
  for (const Engine engine : {Engine::postgresql, Engine::mysql, Engine::mariadb, Engine::sqlite}) {
    const review::FixProposal proposal = review::propose_fixes(batch_input(k_backfill, engine));
    EXPECT_EQ(text_of(proposal),
              "== a.sql\n-- dbw:step transaction: required; 1 of 3 of a.sql, in one request\n"
              "ALTER TABLE orders ADD COLUMN paid int;\n"
              "== a.step02.sql\n-- dbw:step batch: id=5000,pause=100ms; 2 of 3 of a.sql, in one request\n"
              "UPDATE orders SET paid = 0 WHERE paid IS NULL;\n"
              "== a.step03.sql\n-- dbw:step transaction: required; 3 of 3 of a.sql, in one request\n"
              "ALTER TABLE orders ADD COLUMN more int;\n")
        << engine_name(engine);
    ASSERT_EQ(proposal.conditions.size(), 2u);
    EXPECT_NE(proposal.conditions[1].find("dbw-request new -d DATABASE -e ENVIRONMENT a.sql a.step02.sql a.step03.sql"),
              std::string::npos);
    for (const review::Unfixed& it : proposal.unfixed) {
      EXPECT_NE(it.finding.rule, "unbatched-backfill");
      EXPECT_NE(it.finding.rule, "update-delete-without-where");
      EXPECT_NE(it.finding.rule, "ddl-dml-mixed") << "a batch shares no transaction with DDL";
    }
  }
}

TEST(FixBatches, AWholeTableOfTheSnapshot) {
  const auto how = "-- dbw:step batch: id=5000,pause=100ms\n";
  EXPECT_EQ(text_of(review::propose_fixes(batch_input("-- why\nDELETE FROM orders WHERE note IS NULL; -- end\n"))),
            std::string("== a.sql\n") + how + "-- why\nDELETE FROM orders WHERE note IS NULL; -- end\n");
  EXPECT_EQ(
      text_of(
          review::propose_fixes(batch_input("UPDATE public.orders AS o SET note = now()::text WHERE o.note IS NULL"))),
      std::string("== a.sql\n") + how + "UPDATE public.orders AS o SET note = now()::text WHERE o.note IS NULL;\n");
  const review::FixProposal timed =
      review::propose_fixes(batch_input("UPDATE orders SET note = now()::text WHERE note IS NULL;"));
  ASSERT_EQ(timed.conditions.size(), 3u);
  EXPECT_EQ(timed.conditions[1], "What \"orders\" is set to is computed in every piece anew, the time as well.");
}

TEST(FixBatches, ACommandQuotesNamesForTheShell) {
  review::ReviewInput input = batch_input(k_backfill);
  input.files[0].path = "db/it's $(new).sql";
  const review::FixProposal proposal = review::propose_fixes(input);
  ASSERT_EQ(proposal.conditions.size(), 2u);
  EXPECT_NE(proposal.conditions[1].find(" -e ENVIRONMENT 'db/it'\\''s $(new).sql' 'db/it'\\''s $(new).step02.sql' "),
            std::string::npos)
      << proposal.conditions[1];
}

TEST(FixBatches, TheResultStaysAsItIs) {
  for (review::FixProposal proposal = review::propose_fixes(batch_input(k_backfill)); !proposal.files.empty();) {
    review::ReviewInput again = batch_input("SELECT 1;");
    again.files.clear();
    for (const review::FixStep& step : proposal.files[0].steps)
      again.files.push_back({step.path, sqlparse::parse(Engine::postgresql, step.sql, {.bytes_max = 1000}),
                             step.transactional, std::nullopt, step.batch});
    const model::Review review = review::review_sql(again);
    EXPECT_EQ(test::find(review, "unbatched-backfill"), nullptr);
    EXPECT_EQ(test::find(review, "ddl-dml-mixed"), nullptr);
    proposal = review::propose_fixes(again);
    EXPECT_EQ(text_of(proposal), "");
  }
}

TEST(FixBatches, AStepLineThatNobodyBelievesIsNotWrittenTwice) {
  for (const std::string line : {"-- dbw:step batch: id=5000\n", "  --dbw:step transaction: none\n", "-- dbw:step\n",
                                 "-- why\n--\tdbw:step batch: id=5000\n"})
    EXPECT_EQ(reason(batch_input(line + "UPDATE orders SET note = '' WHERE note IS NULL;"), "unbatched-backfill"),
              "a line of the file says already how it runs as a step")
        << line;
}

TEST(FixBatches, LimitsOfTimeAreLeftBehind) {
  const std::string got = text_of(review::propose_fixes(batch_input(
      "SET LOCAL lock_timeout = '2s';\nALTER TABLE orders ADD COLUMN paid int;\nUPDATE orders SET paid = 0;")));
  EXPECT_NE(got.find("in one request\nUPDATE orders SET paid = 0 WHERE paid IS NULL;\n"), std::string::npos) << got;
}

TEST(FixBatches, NothingIsCutThatOnlyAPersonUnderstands) {
  const std::string add = "ALTER TABLE orders ADD COLUMN paid int;\n";
  const std::pair<std::string, std::string_view> table[] = {
      {add + "UPDATE orders SET paid = 0 FROM x WHERE note IS NULL;",
       "it reads another table, which may change between the pieces"},
      {add + "UPDATE orders SET paid = (SELECT count(*) FROM items) WHERE note IS NULL;",
       "it reads another table, which may change between the pieces"},
      {add + "UPDATE orders SET paid = (SELECT max(total) FROM orders) WHERE note IS NULL;",
       "the statement reads its own table in a subquery, which sees other rows in every piece"},
      {"UPDATE orders SET note = '' WHERE note IS NULL RETURNING id;",
       "the statement has RETURNING, ORDER BY, LIMIT or CURRENT OF"},
      {"UPDATE orders SET note = '' WHERE random() IS NULL;",
       "its condition may choose other rows in every piece: write values for functions and variables"},
      {"UPDATE orders SET note = '' WHERE note IS DISTINCT FROM current_user;",
       "its condition may choose other rows in every piece: write values for functions and variables"},
      {"DELETE FROM orders;", "without WHERE every row goes: say which are meant, or TRUNCATE"},
      {"SET LOCAL search_path = x;\nUPDATE public.orders SET note = '' WHERE note IS NULL;",
       "the file changes a setting, and a step in batches is one statement"},
      {"UPDATE orders SET note = '' WHERE note IS NULL;\nINSERT INTO log VALUES (1);",
       "the file changes rows elsewhere, and only a person knows what belongs together"},
      {"CREATE TEMP TABLE x (a int);\nUPDATE orders SET note = '' WHERE note IS NULL;",
       "the file makes a temporary object, which ends with its session"},
  };
  for (const auto& [sql, why] : table) EXPECT_EQ(batch_reason(sql), why) << sql;
  EXPECT_EQ(batch_reason("UPDATE orders SET note = '' WHERE note = @a;", {}, Engine::mysql),
            "its condition may choose other rows in every piece: write values for functions and variables");
  EXPECT_EQ(batch_reason("DELETE FROM orders WHERE id IS NULL OR note IS NULL;"), "it does not");
}

TEST(FixBatches, TheSchemaMustProveAKey) {
  const std::string_view sql = "UPDATE orders SET note = '' WHERE note IS NULL;";
  const std::string_view none =
      "\"orders\" has no column that could cut it: NOT NULL, unique by itself, an integer or a uuid";
  EXPECT_EQ(reason(k_backfill, "unbatched-backfill"),
            "what could cut \"orders\" into pieces, only a schema snapshot says (--schema)");
  EXPECT_EQ(batch_reason("ALTER TABLE unknown ADD COLUMN a int; UPDATE unknown SET a = 1;"),
            "the schema snapshot does not have \"unknown\"");
  const std::pair<std::function<void(schema::Relation&)>, std::string_view> table[] = {
      {[](auto& it) { it.constraints.clear(); }, none},
      {[](auto& it) { it.constraints[0].columns.push_back("total"); }, none},
      {[](auto& it) { it.columns[0].type = "text"; }, none},
      {[](auto& it) { it.columns[0].generated = "stored"; }, none},
      {[](auto& it) { it.columns[0].name = it.constraints[0].columns[0] = "the id"; }, none},
      {[](auto& it) { it.columns[0].type = "uuid"; }, "it does not"},
      {[](auto& it) {
         it.triggers.push_back({"t", "..."});
       },
       "\"orders\" has triggers, and only a person knows what they do in pieces"},
      {[](auto& it) { it.kind = schema::Relation::Kind::view; }, "\"orders\" is no table"},
      {[](auto& it) { it.storage_engine = "MyISAM"; }, "\"orders\" takes no part in transactions"},
      {[](auto& it) {
         it.indexes.push_back({"n", {"total", "note"}, "btree", true, true, ""});
       },
       "it sets a column that must be unique: pieces may meet what one would not"},
  };
  for (const auto& [change, why] : table) EXPECT_EQ(batch_reason(sql, change), why);
  const auto by_index = [](bool unique, bool valid, bool not_null) {
    return batch_reason("UPDATE orders SET note = '' WHERE note IS NULL;", [&](schema::Relation& it) {
      it.constraints.clear();
      it.columns[1].not_null = not_null;
      it.indexes.push_back({"i", {"total"}, "btree", unique, valid, ""});
    });
  };
  EXPECT_EQ(by_index(true, true, true), "it does not");
  EXPECT_EQ(by_index(false, true, true), none);
  EXPECT_EQ(by_index(true, false, true), none);
  EXPECT_EQ(by_index(true, true, false), none);
  EXPECT_EQ(batch_reason(
                sql, [](schema::Relation& it) { it.columns[0].type = "uuid"; }, Engine::mysql),
            "\"orders\" has no column that could cut it: NOT NULL, unique by itself, an integer");
  EXPECT_EQ(batch_reason(
                sql, [](schema::Relation& it) { it.columns[0].auto_increment = false; }, Engine::sqlite),
            "\"orders\" has no column that could cut it: NOT NULL, unique by itself, an INTEGER PRIMARY KEY");
  EXPECT_EQ(
      batch_reason(
          "DELETE FROM orders WHERE note IS NULL;",
          [](schema::Relation& it) {
            it.constraints.push_back({ConstraintKind::foreign_key, "", {"total"}, it.name, {"id"}, "", "", true, ""});
          }),
      "\"orders\" refers to itself: a piece could not delete a row that a later piece's rows refer to");
}

TEST(FixBatches, AConditionIsAddedWhereEveryOldRowIsNull) {
  const std::string unknown = "whether every row is meant, only a person can say";
  const std::pair<std::string_view, std::string> table[] = {
      {"ALTER TABLE t ADD COLUMN a int; UPDATE t SET a = 1;", "it does not"},
      {"UPDATE t SET a = 1;", unknown},
      {"ALTER TABLE t ADD COLUMN a int DEFAULT 2; UPDATE t SET a = 1;", unknown},
      {"ALTER TABLE t ADD COLUMN a money_domain; UPDATE t SET a = 1;", unknown},
      {"ALTER TABLE t ADD COLUMN a int, ADD COLUMN b int; UPDATE t SET a = 1, b = 2;", unknown},
      {"ALTER TABLE t ADD COLUMN a int; UPDATE t SET a = 2 WHERE x > 5; UPDATE t SET a = 1;", unknown},
      {"ALTER TABLE t ADD COLUMN a int; UPDATE t SET a = 1 FROM u;", unknown},
      {"ALTER TABLE t ADD COLUMN a int; DELETE FROM t;", unknown},
  };
  for (const auto& [sql, why] : table) EXPECT_EQ(reason(sql, "update-delete-without-where"), why) << sql;
  const std::string got = fixed("ALTER TABLE t ADD COLUMN \"A b\" int; UPDATE t SET \"A b\" = 1 /* all */ ; -- end");
  EXPECT_NE(got.find("UPDATE t SET \"A b\" = 1 WHERE \"A b\" IS NULL /* all */ ; -- end"), std::string::npos) << got;
}

/// The snapshot with a table "other" beside "orders".
std::string where_reason(std::string_view sql, bool other_has_trigger) {
  review::ReviewInput input = plain_input(sql);
  const auto snapshot = orders_snapshot(Engine::postgresql);
  schema::Relation& other = snapshot->catalogue.relations.emplace_back();
  other.name = {"public", "other"};
  if (other_has_trigger) other.triggers.push_back({"t", "..."});
  input.snapshot = snapshot;
  return reason(input, "update-delete-without-where");
}

TEST(FixBatches, NoConditionWhereARowMayHaveAValueAlready) {
  const std::string add = "ALTER TABLE orders ADD COLUMN a int;\n", update = "UPDATE orders SET a = 1;";
  for (const std::string between :
       {"ALTER TABLE orders ALTER COLUMN a TYPE bigint USING 5;", "ALTER TABLE orders ALTER COLUMN a TYPE bigint;",
        "WITH x AS (UPDATE orders SET a = 7 RETURNING id) INSERT INTO other SELECT id FROM x;",
        "WITH x AS (UPDATE orders SET a = 7 RETURNING id) SELECT id FROM x;", "INSERT INTO unknown VALUES (1);",
        "INSERT INTO orders VALUES (1);", "SELECT fill_orders();",
        "CREATE TRIGGER t AFTER INSERT ON other EXECUTE FUNCTION f(); INSERT INTO other VALUES (1);",
        "CREATE RULE r AS ON INSERT TO other DO ALSO UPDATE orders SET a = 3; INSERT INTO other VALUES (1);"})
    EXPECT_NE(where_reason(add + between + "\n" + update, false), "it does not") << between;
  for (const std::string between : {"INSERT INTO other VALUES (1);", "ALTER TABLE other ALTER COLUMN x TYPE bigint;",
                                    "SELECT count(*) FROM orders;", "CREATE INDEX i ON orders (a);",
                                    "CREATE TABLE made (id int); INSERT INTO made SELECT id FROM orders;",
                                    "ALTER TABLE orders ADD COLUMN b int, ALTER COLUMN a SET DEFAULT 3;"})
    EXPECT_EQ(where_reason(add + between + "\n" + update, false), "it does not") << between;
  EXPECT_NE(where_reason(add + "INSERT INTO other VALUES (1);\n" + update, true), "it does not");
  EXPECT_NE(where_reason("CREATE TRIGGER t AFTER INSERT ON other EXECUTE FUNCTION f();\n" + add +
                             "INSERT INTO other VALUES (1);\n" + update,
                         false),
            "it does not");
}

constexpr std::string_view k_delete = "DELETE FROM orders WHERE note IS NULL;";

TEST(FixBatches, NothingIsLoosenedForEverybodyBetweenThePieces) {
  const std::pair<std::string, std::string> around[] = {
      {"ALTER TABLE orders DISABLE ROW LEVEL SECURITY;", "ALTER TABLE orders ENABLE ROW LEVEL SECURITY;"},
      {"ALTER TABLE orders DISABLE TRIGGER ALL;", "ALTER TABLE orders ENABLE TRIGGER ALL;"},
      {"ALTER TABLE orders DROP CONSTRAINT c;", "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0);"},
      {"", "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0);"},
      {"GRANT DELETE ON orders TO cleaner;", "REVOKE DELETE ON orders FROM cleaner;"},
      {"DROP INDEX i;", ""},
      {"ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;", ""},
      {"CREATE TRIGGER t AFTER DELETE ON orders EXECUTE FUNCTION f();", ""},
      {"CREATE RULE r AS ON DELETE TO orders DO ALSO NOTHING;", ""},
      {"", "DROP TRIGGER t ON orders;"}};
  for (const auto& [before, behind] : around)
    EXPECT_EQ(batch_reason(before + "\n" + std::string(k_delete) + "\n" + behind),
              "the file changes what holds around the statement, and between its pieces everybody would meet that")
        << before << behind;
}

TEST(FixBatches, WhatOnlyBuildsMayStandAroundTheStatement) {
  for (const std::string other :
       {"ALTER TABLE orders ADD COLUMN paid int;", "ALTER TABLE orders ALTER COLUMN total SET NOT NULL;",
        "ALTER TABLE orders ALTER COLUMN total SET DEFAULT 0;", "ALTER TABLE orders ALTER COLUMN total DROP DEFAULT;",
        "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID;", "ALTER TABLE orders VALIDATE CONSTRAINT c;",
        "CREATE INDEX CONCURRENTLY i ON orders (total);", "CREATE TABLE log (id bigint PRIMARY KEY);",
        "COMMENT ON TABLE orders IS 'x';", "SET LOCAL lock_timeout = '1s';", "SELECT count(*) FROM orders;"}) {
    EXPECT_EQ(batch_reason(other + "\n" + std::string(k_delete)), "it does not") << other;
  }
  EXPECT_EQ(batch_reason("BEGIN;\n" + std::string(k_delete) + "\nCOMMIT;"), "it does not");
  EXPECT_EQ(batch_reason("ALTER TABLE orders ADD COLUMN a int, ADD COLUMN b int;\nUPDATE orders SET a = 1 WHERE a IS "
                         "NULL;\nUPDATE orders SET b = 1 WHERE b IS NULL;"),
            "it does not");
}

TEST(FixBatches, OtherEnginesAreReadAlike) {
  const auto beside = [](Engine engine, const std::string& other) {
    return batch_reason(other + "\n" + std::string(k_delete), {}, engine) == "it does not";
  };
  for (const std::string other : {"ALTER TABLE orders ADD COLUMN paid int, ALGORITHM=INSTANT, LOCK=NONE;",
                                  "ALTER TABLE orders ADD INDEX i (total);", "CREATE INDEX i ON orders (total);",
                                  "SET SESSION lock_wait_timeout = 3;"})
    EXPECT_TRUE(beside(Engine::mysql, other)) << other;
  for (const std::string other :
       {"CREATE TRIGGER t AFTER DELETE ON orders FOR EACH ROW SET @a = 1;", "SET SESSION foreign_key_checks = 0;",
        "ALTER TABLE orders DISABLE KEYS;", "ALTER TABLE orders DROP FOREIGN KEY f;",
        "ALTER TABLE orders MODIFY total bigint;", "SET GLOBAL lock_wait_timeout = 3;", "LOCK TABLES orders WRITE;"})
    EXPECT_FALSE(beside(Engine::mysql, other)) << other;
  EXPECT_TRUE(beside(Engine::sqlite, "ALTER TABLE orders ADD COLUMN paid INTEGER;"));
  for (const std::string other : {"CREATE TRIGGER t AFTER DELETE ON orders BEGIN SELECT 1; END;",
                                  "PRAGMA foreign_keys = OFF;", "DROP TRIGGER t;"})
    EXPECT_FALSE(beside(Engine::sqlite, other)) << other;
}

TEST(FixBatches, CodeOfAnEarlierFileCounts) {
  for (const std::string code : {"CREATE TRIGGER t AFTER DELETE ON public.orders EXECUTE FUNCTION f();",
                                 "CREATE RULE r AS ON DELETE TO orders DO ALSO NOTHING;"}) {
    review::ReviewInput input = batch_input(code);
    input.files.push_back(input.files[0]);
    input.files[1].path = "b.sql";
    input.files[1].parsed = sqlparse::parse(Engine::postgresql, k_delete, {.bytes_max = 1000});
    EXPECT_EQ(reason(input, "unbatched-backfill"), "the change makes a trigger or a rule on \"orders\"") << code;
  }
}

TEST(FixBatches, AConditionMustMeanTheSameInEveryPiece) {
  for (const std::string condition :
       {"\"now\"() IS NULL", "note::timestamptz < 'now'::timestamptz", "note < 'TODAY'", "note < ' tomorrow 10:00'",
        "note < 'yesterday'", "note < 'allballs'", "note < E'no\\x77'", "note < 'no'\n'w'", "note < $$now$$",
        "app.lower(note) = 'x'", "x.pg_catalog.lower(note) = 'x'", "\"lower\"(note) = 'x'", "now() IS NULL",
        "clock_timestamp() IS NULL"})
    EXPECT_EQ(batch_reason("UPDATE orders SET note = '' WHERE " + condition),
              "its condition may choose other rows in every piece: write values for functions and variables")
        << condition;
  for (const std::string condition :
       {"lower(note) = 'x'", "pg_catalog.lower(note) = 'x'", "note IN ('known', 'snow')", "note = 'it''s'",
        "coalesce(note, '') = ''", "\"current_user\" IS NULL", "note < '2020-01-01'"})
    EXPECT_EQ(batch_reason("UPDATE orders SET note = '' WHERE " + condition), "it does not") << condition;
}

}  // namespace
}  // namespace dbw
