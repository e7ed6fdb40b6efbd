#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "db/session.hpp"
#include "db/sqlite_authorizer.hpp"

namespace dbw::db::sqlite {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using PreparedStatement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// Session over one SQLite connection.
class SqliteSession : public Session {
 public:
  SqliteSession(Database database, const SessionOptions& options);

  Engine engine() const override { return Engine::sqlite; }
  void begin(bool read_only) override;
  void commit() override;
  void rollback() override;
  TransactionState transaction_state() const override;
  void cancel() noexcept override;
  void verify_settings() override;
  void verify_role() override;
  void restore_settings() override {}
  void settle_constraints() override;
  std::vector<ServerMessage> take_notices() override { return {}; }

 protected:
  StatementResult run(const Statement& statement, RowSink* sink) override;

 private:
  void fix_settings();
  PreparedStatement prepare(const Statement& statement);
  void require_blank(std::string_view rest);
  void require_reading(const Statement& statement, sqlite3_stmt* prepared);
  bool pass_row(sqlite3_stmt* statement, RowSink& sink);
  /// `did_nothing`: the open transaction is what it was before.
  [[noreturn]] void fail(int code, bool did_nothing = false);
  std::vector<std::string> names_of_ours();
  static int on_progress(void* session);
  static int on_commit(void* session);
  bool has_open_keys() const;

  Database m_database;
  SessionOptions m_options;
  Authorizer m_authorizer;
  std::chrono::steady_clock::time_point m_deadline = std::chrono::steady_clock::time_point::max();
  std::atomic<bool> m_cancel_asked = false;
  bool m_begun = false;       ///< begin() was called, and neither commit() nor rollback() since
  bool m_committing = false;  ///< commit() is running
  bool m_failed = false;      ///< a statement failed in the open transaction
  bool m_ours_known = false;
  std::vector<std::string> m_ours_at_start;
  std::vector<std::string> m_texts;  ///< numbers and blobs of the row at hand
  std::vector<Field> m_fields;
};

/// connect() for SQLite.
std::unique_ptr<Session> open_sqlite(const std::string& path, const SessionOptions& options);

}  // namespace dbw::db::sqlite
