#include "database.hpp"

namespace dbw::db::test {
namespace {

using dbw::test::PostgresServer;

class PostgresqlTest : public testing::Test {
 protected:
  TestDatabase m_database{Engine::postgresql};
  std::unique_ptr<Session> m_session = m_database.change();
};

TEST_F(PostgresqlTest, ValuesAreExact) {
  KeepingSink sink;
  m_session->query(
      "SELECT 9223372036854775807::bigint, 0.1::float8, 1e-20::float8, 12345678901234567890.123456789000::numeric,"
      " '\\x00ff'::bytea, 'ä'::text, '2026-11-20 10:15:00+02'::timestamptz, '1 day 02:00'::interval, true, NULL::text",
      sink);
  EXPECT_EQ(sink.rows.at(0), (OwnedRow{"9223372036854775807", "0.1", "1e-20", "12345678901234567890.123456789000",
                                       "\\x00ff", "ä", "2026-11-20 08:15:00+00", "1 day 02:00:00", "t", std::nullopt}));
}

TEST_F(PostgresqlTest, NamesBuiltInAndOwnTypes) {
  m_session->execute("CREATE TYPE mood AS ENUM ('good')");
  m_session->execute("CREATE DOMAIN short AS varchar(3)");
  for (int round = 0; round < 2; ++round) {
    KeepingSink sink;
    m_session->query(
        "SELECT 1, 1::numeric(4,2), 'x'::varchar(3), 'good'::mood, ARRAY['good'::mood], 'abc'::short, '{}'::jsonb,"
        " now(), '1.1.1.1'::cidr",
        sink);
    std::vector<std::string> names;
    for (const Column& column : sink.header) names.push_back(column.type_name);
    EXPECT_EQ(names, (std::vector<std::string>{"integer", "numeric", "character varying", "mood", "mood[]",
                                               "character varying", "jsonb", "timestamp with time zone", "cidr"}));
  }
}

// The table of type names is ours; the server has the last word.
TEST_F(PostgresqlTest, BuiltInTypeNamesAreTheServers) {
  for (const OwnedRow& row :
       m_session->own_rows("SELECT format_type(oid, NULL), oid FROM pg_type WHERE oid < 16384 AND typtype = 'b'"
                           " AND typname NOT LIKE '\\_%' AND typinput::text <> 'pg_node_tree_in'")) {
    KeepingSink sink;
    m_session->query("SELECT NULL::" + *row[0], sink);
    EXPECT_EQ(sink.header.at(0).type_name, *row[0]);
  }
}

TEST_F(PostgresqlTest, CountsMerge) {
  m_session->execute("CREATE TABLE t (id integer PRIMARY KEY, v integer)");
  m_session->execute("INSERT INTO t VALUES (1, 1)");
  EXPECT_EQ(m_session
                ->execute("MERGE INTO t USING (VALUES (1), (2)) s(id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = 9"
                          " WHEN NOT MATCHED THEN INSERT VALUES (s.id, 0)")
                .rows_affected,
            2);
}

TEST_F(PostgresqlTest, WaitsForLocksOnlySoLong) {
  m_session->execute("CREATE TABLE t (id integer)");
  m_session->begin(false);
  m_session->execute("LOCK TABLE t");
  SessionOptions impatient;
  impatient.lock_timeout = Milliseconds(50);
  EXPECT_EQ(code_of([&] { m_database.change(impatient)->execute("INSERT INTO t VALUES (1)"); }),
            ErrorCode::db_lock_timeout);
}

TEST_F(PostgresqlTest, OwnDeadlineBacksTheServers) {
  SessionOptions options;
  options.statement_timeout = Milliseconds(50);
  options.client_grace = Milliseconds(2000);
  const auto session = m_database.change(options);
  session->own("SET statement_timeout = 0");
  EXPECT_EQ(code_of([&] { session->execute("SELECT pg_sleep(60)"); }), ErrorCode::db_timeout);
  EXPECT_EQ(session->own_value("SELECT 7"), "7");
}

TEST_F(PostgresqlTest, CopyIsRefusedAndLeavesTheSessionUsable) {
  m_session->execute("CREATE TABLE t (id integer)");
  for (const std::string_view sql :
       {"COPY t FROM STDIN", "COPY t TO STDOUT", "COPY (SELECT generate_series(1, 1000000)) TO STDOUT"}) {
    EXPECT_EQ(code_of([&] { m_session->execute(sql); }), ErrorCode::db_copy_unsupported) << sql;
    EXPECT_EQ(m_session->own_value("SELECT 7"), "7") << sql;
  }
}

TEST_F(PostgresqlTest, KeepsNoticesAndPrintsNone) {
  testing::internal::CaptureStderr();
  m_session->execute("DO $$ BEGIN FOR i IN 1..200 LOOP RAISE NOTICE 'planted %', i; END LOOP; END $$");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  const std::vector<ServerMessage> notices = m_session->take_notices();
  ASSERT_EQ(notices.size(), k_notices_max);
  EXPECT_EQ(notices[0].message, "planted 1");
  EXPECT_TRUE(m_session->take_notices().empty());
}

TEST_F(PostgresqlTest, SessionIsFixedAgainstRoleDefaults) {
  PostgresServer& server = PostgresServer::shared();
  server.create_role("odd_defaults");
  server.psql(
      "postgres",
      "ALTER ROLE odd_defaults SET search_path = evil; ALTER ROLE odd_defaults SET standard_conforming_strings = off;"
      "ALTER ROLE odd_defaults SET client_encoding = LATIN1; ALTER ROLE odd_defaults SET DateStyle = 'German';"
      "ALTER ROLE odd_defaults SET TimeZone = 'Asia/Tokyo'; ALTER ROLE odd_defaults SET synchronous_commit = off;"
      "ALTER ROLE odd_defaults SET statement_timeout = 0; ALTER ROLE odd_defaults SET default_transaction_read_only = "
      "on");
  SessionOptions options;
  options.application_name = "dbw/0.1.0 REQ-A";
  const auto session = m_database.as("odd_defaults", options);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(session->own_value("SHOW search_path"), "public, pg_temp");
    EXPECT_EQ(session->own_value("SHOW standard_conforming_strings"), "on");
    EXPECT_EQ(session->own_value("SHOW client_encoding"), "UTF8");
    EXPECT_EQ(session->own_value("SHOW DateStyle"), "ISO, YMD");
    EXPECT_EQ(session->own_value("SHOW TimeZone"), "UTC");
    EXPECT_EQ(session->own_value("SHOW synchronous_commit"), "on");
    EXPECT_EQ(session->own_value("SHOW statement_timeout"), "1min");
    EXPECT_EQ(session->own_value("SHOW lock_timeout"), "5s");
    EXPECT_EQ(session->own_value("SHOW backslash_quote"), "safe_encoding");
    EXPECT_EQ(session->own_value("SHOW default_transaction_read_only"), "off");
    EXPECT_EQ(session->own_value("SHOW application_name"), "dbw/0.1.0 REQ-A");
    session->restore_settings();
  }
}

TEST_F(PostgresqlTest, ReadOnlySessionCannotBeTalkedOutOfIt) {
  const auto reader = m_database.reader();
  EXPECT_EQ(reader->own_value("SHOW default_transaction_read_only"), "on");
  reader->begin(true);
  reader->execute("SELECT 1");
  EXPECT_EQ(code_of([&] { reader->execute("SET TRANSACTION READ WRITE"); }), ErrorCode::db_statement_failed);
}

TEST_F(PostgresqlTest, LostConnectionIsNamedByWhatItLeaves) {
  PostgresServer& server = PostgresServer::shared();
  const auto kill = [&](Session& session) {
    server.psql("postgres", "SELECT pg_terminate_backend(" + *session.own_value("SELECT pg_backend_pid()") + ", 5000)");
  };
  m_session->begin(false);
  kill(*m_session);
  EXPECT_EQ(code_of([&] { m_session->execute("SELECT 1"); }), ErrorCode::db_connection_lost);
  EXPECT_EQ(m_session->transaction_state(), TransactionState::lost);
  EXPECT_EQ(code_of([&] { m_session->commit(); }), ErrorCode::db_connection_lost);
  EXPECT_NO_THROW(m_session->rollback());

  const auto outside = m_database.change();
  EXPECT_EQ(code_of([&] { outside->execute("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(60)"); }),
            ErrorCode::db_statement_unknown);
  const auto idle = m_database.guard();
  kill(*idle);
  EXPECT_EQ(code_of([&] { idle->own("SELECT 1"); }), ErrorCode::db_connection_lost);
}

TEST_F(PostgresqlTest, LargeStatementsAreSentWhole) {
  const std::string sql = "SELECT length('" + std::string(8 * 1024 * 1024, 'x') + "')";
  KeepingSink sink;
  m_session->query(sql, sink);
  EXPECT_EQ(sink.rows.at(0).at(0), std::to_string(8 * 1024 * 1024));
}

}  // namespace
}  // namespace dbw::db::test
