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

}  // namespace dbw::db
