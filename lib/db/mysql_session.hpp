#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "db/connect.hpp"
#include "db/mysql_result.hpp"
#include "db/mysql_watchdog.hpp"
#include "db/wiped_text.hpp"

namespace dbw::db::mysql {

/// "dbw_" before it must still be a name of at most 64 characters.
inline constexpr std::size_t k_database_name_max = 60;

/// An identifier in back-ticks.
std::string quoted_name(std::string_view identifier);
/// The database that holds the ledger of `database`: "dbw_<database>".
std::string ledger_database(std::string_view database);

/// Session over one blocking connection of MariaDB Connector/C; a watchdog ends what runs too long.
class MysqlSession : public Session {
 public:
  /// Asks the server what it is, and fixes the session's settings. Throws Error{db_settings} where another engine
  /// answers than settings.engine, db_server_unsupported.
  MysqlSession(Connection connection, const ConnectionSettings& settings, std::string_view password,
               const SessionOptions& options);

  Engine engine() const override { return m_settings.engine; }
  std::string ledger_prefix() const override;
  void begin(bool read_only) override;
  void commit() override;
  void rollback() override;
  TransactionState transaction_state() const override;
  void cancel() noexcept override { m_watchdog.cancel(); }
  void verify_settings() override;
  void verify_role() override { verify_settings(); }
  void restore_settings() override;
  void settle_constraints() override {}
  /// None: warnings would have to be asked for.
  std::vector<ServerMessage> take_notices() override { return {}; }

 protected:
  StatementResult run(const Statement& statement, RowSink* sink) override;

 private:
  /// What a failure means for the caller, fixed before the statement is sent.
  struct Running {
    bool loss_is_harmless = false;  ///< a lost connection leaves nothing behind
    bool commit = false;
    bool ends_transaction = false;  ///< COMMIT or ROLLBACK
    bool in_transaction = false;
    bool cannot_commit = false;  ///< the statement is none that could commit before it fails
  };

  void start(const Running& running);
  StatementResult perform(const Running& running, const std::string& sql, RowSink* sink);
  bool read_rows(const Running& running, MYSQL_RES* result, RowSink* sink, StatementResult& out);
  template <typename Call>
  void call_sink(StatementResult& out, Call call);
  bool pass_row(MYSQL_RES* result, MYSQL_ROW row, RowSink& sink);
  void probe() noexcept;
  [[noreturn]] void fail(const Running& running);
  [[noreturn]] void fail_lost(const Running& running, bool deadline_passed, ServerMessage message);
  bool status_in_transaction() const;
  bool kill();
  void require_supported();
  std::string settings_to_restore() const;
  void fix_settings();
  OwnedRow asked_settings();

  Connection m_connection;
  ConnectionSettings m_settings;
  WipedText m_password;  ///< for the connection that a KILL needs
  SessionOptions m_options;
  Fd m_socket;  ///< a second descriptor of the connection's socket, to hang up with
  std::string m_id;
  bool m_begun = false, m_failed = false, m_lost = false;
  OwnedRow m_asked_at_start;
  std::exception_ptr m_sink_failure;
  std::vector<std::string> m_texts;  ///< binary fields of the row at hand
  std::vector<Field> m_fields;
  std::vector<bool> m_binary;  ///< by column of the result at hand
  Watchdog m_watchdog;         ///< last: its thread uses the others
};

}  // namespace dbw::db::mysql
