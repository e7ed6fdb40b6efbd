#include "db/failure.hpp"

#include <fmt/format.h>

namespace dbw::db {
namespace {

std::string loggable(const std::string& what_failed, const ServerMessage& server) {
  if (server.sqlstate.empty()) return what_failed;
  if (server.number != 0) return fmt::format("{} (error {}, SQLSTATE {})", what_failed, server.number, server.sqlstate);
  return fmt::format("{} (SQLSTATE {})", what_failed, server.sqlstate);
}

}  // namespace

DatabaseError::DatabaseError(ErrorCode code, const std::string& what_failed, ServerMessage server)
    : Error(code, loggable(what_failed, server)), m_server(std::move(server)) {}

void throw_lost(const Loss& loss, ServerMessage message) {
  const auto fail = [&](ErrorCode code, const char* what) { throw DatabaseError(code, what, std::move(message)); };
  if (loss.commit && !loss.harmless) fail(ErrorCode::db_commit_unknown, "the connection was lost during COMMIT");
  if (!loss.harmless) fail(ErrorCode::db_statement_unknown, "the connection was lost while a statement ran");
  if (loss.deadline_passed)
    fail(ErrorCode::db_timeout, "the server did not answer in time; the connection was given up");
  throw DatabaseError(ErrorCode::db_connection_lost, "the connection to the database was lost", std::move(message));
}

}  // namespace dbw::db
