// Many statements on their way at once: the half of PostgresqlSession that does not wait for each answer.
#include "base/error.hpp"
#include "db/postgresql_session.hpp"

namespace dbw::db::postgresql {
namespace {

/// Leaves pipeline mode whatever happens; a connection that cannot is of no more use.
class PipelineMode {
 public:
  PipelineMode(PGconn* connection, bool& lost) : m_connection(connection), m_lost(lost) {
    if (PQenterPipelineMode(connection) != 1)
      throw Error(ErrorCode::internal_bug, "a pipeline was begun while a statement was running");
  }
  PipelineMode(const PipelineMode&) = delete;
  PipelineMode& operator=(const PipelineMode&) = delete;
  ~PipelineMode() {
    if (PQexitPipelineMode(m_connection) != 1) m_lost = true;
  }

 private:
  PGconn* m_connection;
  bool& m_lost;
};

}  // namespace

void PostgresqlSession::execute_all(const std::vector<std::string_view>& statements,
                                    const std::function<void(const StatementResult&)>& done) {
  // In a transaction whatever follows a failure does nothing, and the server skips it up to the end of the pipeline.
  if (transaction_state() != TransactionState::open)
    throw Error(ErrorCode::internal_bug, "a pipeline outside of a transaction");
  Running running = start(true);
  Running failed = running;  ///< of the statement that did
  Result failure;
  {
    const PipelineMode mode(m_connection.get(), m_lost);
    for (const std::string_view statement : statements) queue(running, statement);
    if (PQpipelineSync(m_connection.get()) != 1) fail_lost(running, {});
    flush(running);
    for (std::size_t i = 0; i < statements.size(); ++i) {
      // Each statement has the time that it would have alone.
      const bool asked = m_cancel_asked;
      running = start(true);
      m_cancel_asked = asked;
      StatementResult result;
      const bool failed_before = failure != nullptr;
      if (take_piped(running, result, failure) && !failure) done(result);
      if (failure && !failed_before) failed = running;
    }
    end_pipeline(running);
  }
  if (failure) fail(failed, std::move(failure));
  if (transaction_state() == TransactionState::lost) fail_lost(running, {});
}

void PostgresqlSession::queue(Running& running, std::string_view statement) {
  const std::string sql(statement);
  if (sql.find('\0') != std::string::npos)
    throw Error(ErrorCode::db_not_one_statement, "the statement holds a NUL byte");
  if (PQsendQueryParams(m_connection.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) != 1)
    fail_lost(running, {});
}

/// The results of the next statement, up to the end that libpq marks with none. False: it was skipped after a failure.
bool PostgresqlSession::take_piped(Running& running, StatementResult& out, Result& failure) {
  PQsetSingleRowMode(m_connection.get());
  bool ran = true;
  while (Result result = next_result(running)) {
    switch (PQresultStatus(result.get())) {
      case PGRES_SINGLE_TUPLE:
        ++out.rows_returned;
        break;
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK: {
        const StatementResult counts = statement_result(result.get());
        out.tag = counts.tag;
        out.rows_affected = counts.rows_affected;
        break;
      }
      case PGRES_PIPELINE_ABORTED:
        ran = false;
        break;
      default:
        ran = false;
        if (!failure) failure = std::move(result);
    }
    if (PQstatus(m_connection.get()) != CONNECTION_OK) fail_lost(running, {});
  }
  return ran;
}

void PostgresqlSession::end_pipeline(Running& running) {
  while (Result result = next_result(running)) {
    if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) return;
    if (PQstatus(m_connection.get()) != CONNECTION_OK) fail_lost(running, {});
  }
  fail_lost(running, {});
}

}  // namespace dbw::db::postgresql
