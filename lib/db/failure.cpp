#include "db/failure.hpp"

#include <fmt/format.h>

namespace dbw::db {
namespace {

/// Nothing is wrong with the statement: SQLSTATE class 53, and what MySQL, MariaDB and SQLite say of a full disk or
/// table.
bool is_out_of_room(const ServerMessage& server) {
  constexpr int k_disk_full = 1021, k_table_full = 1114;
  return server.sqlstate.starts_with("53") || server.sqlstate == "SQLITE_FULL" || server.number == k_disk_full ||
         server.number == k_table_full;
}

std::string hint_of(ErrorCode code, const ServerMessage& server) {
  if (code == ErrorCode::db_tls_required)
    return "The server must prove who it is: look at its certificate, and at ca_file and crl_file of the target.";
  const bool refused = code == ErrorCode::db_statement_failed || code == ErrorCode::db_commit_failed;
  if (!refused || !is_out_of_room(server)) return {};
  return "The server is out of room, of memory or of what its settings allow. Make room, then run the request by its "
         "id "
         "with --retry.";
}

std::string loggable(const std::string& what_failed, const ServerMessage& server) {
  if (server.sqlstate.empty()) return what_failed;
  if (server.number != 0) return fmt::format("{} (error {}, SQLSTATE {})", what_failed, server.number, server.sqlstate);
  return fmt::format("{} (SQLSTATE {})", what_failed, server.sqlstate);
}

}  // namespace

DatabaseError::DatabaseError(ErrorCode code, const std::string& what_failed, ServerMessage server)
    : Error(code, loggable(what_failed, server), hint_of(code, server)), m_server(std::move(server)) {}

void throw_lost(const Loss& loss, ServerMessage message) {
  const auto fail = [&](ErrorCode code, const char* what) { throw DatabaseError(code, what, std::move(message)); };
  if (loss.commit && !loss.harmless) fail(ErrorCode::db_commit_unknown, "the connection was lost during COMMIT");
  if (!loss.harmless) fail(ErrorCode::db_statement_unknown, "the connection was lost while a statement ran");
  if (loss.deadline_passed)
    fail(ErrorCode::db_timeout, "the server did not answer in time; the connection was given up");
  throw DatabaseError(ErrorCode::db_connection_lost, "the connection to the database was lost", std::move(message));
}

}  // namespace dbw::db
