// The locks that table_locks() tells of a statement against those that a live PostgreSQL takes for it.
#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "db/connect.hpp"
#include "db/failure.hpp"
#include "differential/probe.hpp"
#include "review/held_locks.hpp"
#include "support/postgres_server.hpp"

namespace dbw::test {
namespace {

using review::LockMode;
/// The strongest lock by table; EXCLUSIVE counts as SHARE ROW EXCLUSIVE, as LockMode has it.
using Locks = std::map<std::string, LockMode>;

struct ModeRow {
  std::string_view server;
  std::string_view word;
  LockMode mode;
};
constexpr ModeRow k_modes[] = {
    {"ShareUpdateExclusiveLock", "share_update_exclusive", LockMode::share_update_exclusive},
    {"ShareLock", "share", LockMode::share},
    {"ShareRowExclusiveLock", "share_row_exclusive", LockMode::share_row_exclusive},
    {"ExclusiveLock", "exclusive", LockMode::share_row_exclusive},
    {"AccessExclusiveLock", "access_exclusive", LockMode::access_exclusive},
};

std::string text_of(const Locks& locks) {
  std::string out;
  for (const auto& [table, mode] : locks) {
    const auto row =
        std::find_if(std::begin(k_modes), std::end(k_modes), [&](const ModeRow& r) { return r.mode == mode; });
    out += fmt::format("{}{}={}", out.empty() ? "" : ",", table, row == std::end(k_modes) ? "none" : row->word);
  }
  return out.empty() ? "-" : out;
}

void take(Locks& locks, const std::string& table, LockMode mode) {
  if (mode == LockMode::none) return;
  LockMode& strongest = locks[table];
  strongest = std::max(strongest, mode);
}

struct Row {
  std::string sql;
  Locks locks;
  std::vector<std::string> left_out;  ///< tables that the model leaves out
};

Locks parse_locks(std::string_view text) {
  Locks out;
  if (text == "-") return out;
  for (const std::string& each : split(text, ',')) {
    const auto parts = split(each, '=');
    const auto row =
        std::find_if(std::begin(k_modes), std::end(k_modes), [&](const ModeRow& r) { return r.word == parts.at(1); });
    EXPECT_NE(row, std::end(k_modes)) << each;
    take(out, parts[0], row->mode);
  }
  return out;
}

std::vector<Row> rows() {
  std::vector<Row> out;
  for (const std::string& line : read_statements("../locks_postgresql.tsv")) {
    const auto fields = split(line, '\t');
    out.push_back({fields.at(0), parse_locks(fields.at(1)),
                   fields.size() > 2 ? split(fields[2], ',') : std::vector<std::string>{}});
  }
  return out;
}

Locks model_of(std::string_view sql) {
  Locks out;
  for (const sqlparse::Statement& statement : sqlparse::parse(Engine::postgresql, sql, {k_sql_bytes_max}).statements) {
    for (const review::TableLock& lock : review::table_locks(statement)) take(out, lock.table.name, lock.mode);
  }
  return out;
}

class PostgresqlLocks : public testing::Test {
 protected:
  PostgresqlLocks() {
    PostgresServer& server = PostgresServer::shared();
    db::ConnectionSettings settings;
    settings.host = server.socket_folder().string();
    settings.database = server.create_database();
    settings.user = server.administrator();
    m_session = db::connect(settings, "", {});
    for (const std::string& line : read_statements("locks-setup.sql")) m_session->own(line);
    for (const db::OwnedRow& row :
         m_session->own_rows("SELECT oid, relname FROM pg_class WHERE relkind IN ('r', 'p', 'm') AND relnamespace = "
                             "'public'::regnamespace"))
      m_tables[*row[0]] = *row[1];
  }

  /// Inside a transaction that is rolled back.
  Locks measure(std::string_view sql) {
    Locks out;
    m_session->begin(false);
    try {
      m_session->execute(sql);
      for (const db::OwnedRow& row : m_session->own_rows(
               "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'")) {
        const auto table = m_tables.find(*row[0]);
        const auto mode =
            std::find_if(std::begin(k_modes), std::end(k_modes), [&](const ModeRow& r) { return r.server == *row[1]; });
        if (table != m_tables.end() && mode != std::end(k_modes)) take(out, table->second, mode->mode);
      }
    } catch (const db::DatabaseError& error) {
      ADD_FAILURE() << error.server().message;
    }
    m_session->rollback();
    return out;
  }

 private:
  std::unique_ptr<db::Session> m_session;
  std::map<std::string, std::string> m_tables;  ///< names by object id
};

TEST_F(PostgresqlLocks, TableHoldsOnTheServer) {
  ASSERT_GE(rows().size(), 100u);
  for (const Row& row : rows()) EXPECT_EQ(text_of(measure(row.sql)), text_of(row.locks)) << row.sql;
}

TEST_F(PostgresqlLocks, ModelTellsWhatTheTextCanTell) {
  for (const Row& row : rows()) {
    Locks expected = row.locks;
    for (const std::string& table : row.left_out) EXPECT_EQ(expected.erase(table), 1u) << row.sql << ": " << table;
    EXPECT_EQ(text_of(model_of(row.sql)), text_of(expected)) << row.sql;
  }
}

}  // namespace
}  // namespace dbw::test
