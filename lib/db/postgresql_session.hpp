#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "db/postgresql_result.hpp"
#include "db/session.hpp"

namespace dbw::db::postgresql {

using SteadyClock = std::chrono::steady_clock;

/// Session over one libpq connection in non-blocking mode. Every wait has a deadline.
class PostgresqlSession : public Session {
 public:
  /// `connection` is connected; remembers the settings as they are now.
  PostgresqlSession(Connection connection, const SessionOptions& options);

  Engine engine() const override { return Engine::postgresql; }
  void begin(bool read_only) override;
  void commit() override;
  void rollback() override;
  TransactionState transaction_state() const override;
  void cancel() noexcept override;
  void verify_settings() override;
  void verify_role() override;
  void restore_settings() override;
  void settle_constraints() override;
  std::vector<ServerMessage> take_notices() override;
  void execute_all(const std::vector<std::string_view>& statements,
                   const std::function<void(const StatementResult&)>& done) override;

 protected:
  StatementResult run(const Statement& statement, RowSink* sink) override;

 private:
  /// What a failure means for the caller, fixed before the statement is sent.
  struct Running {
    SteadyClock::time_point started, deadline;
    bool loss_is_harmless = false;  ///< a lost connection leaves nothing behind
    bool commit = false;            ///< COMMIT is never cancelled by the deadline
    bool deadline_passed = false;
  };

  Running start(bool loss_is_harmless, bool commit = false);
  void flush(Running& running);
  void wait_for(Running& running, short events);
  Result next_result(Running& running);
  void drain_socket();
  void drain(Running& running) noexcept;
  void drain_copy(Running& running, ExecStatusType status) noexcept;
  void send(Running& running, const Statement& statement);
  void queue(Running& running, std::string_view statement);
  bool take_piped(Running& running, StatementResult& out, Result& failure);
  void end_pipeline(Running& running);
  std::vector<Column> describe(Running& running, const Statement& statement);
  Result one_result(Running& running);
  void name_types(const PGresult* description, std::vector<Column>& columns);
  StatementResult receive(Running& running, RowSink* sink, const std::vector<Column>* columns);
  template <typename Call>
  void call_sink(Running& running, Call call);
  bool pass_row(Running& running, const PGresult* result, RowSink& sink);
  [[noreturn]] void fail(Running& running, Result result);
  [[noreturn]] void fail_lost(const Running& running, ServerMessage message);
  static void take_notice(void* session, const PGresult* result);
  std::map<std::string, std::string> reported_settings() const;
  OwnedRow asked_settings();

  Connection m_connection;
  Cancel m_cancel;
  SessionOptions m_options;
  std::atomic<bool> m_cancel_asked = false;
  bool m_lost = false;
  std::map<std::string, std::string> m_reported_at_start;
  OwnedRow m_asked_at_start;
  std::map<Oid, std::string> m_type_names;
  std::vector<ServerMessage> m_notices;
  std::vector<Field> m_fields;  ///< reused row by row
};

}  // namespace dbw::db::postgresql
