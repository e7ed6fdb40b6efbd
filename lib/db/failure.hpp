#pragma once

#include <string>

#include "base/error.hpp"
#include "db/rows.hpp"

namespace dbw::db {

/// A failure that the database reported. what() and message() hold the SQLSTATE but no text of the server, so they may
/// be logged; server() holds everything the server said and may hold data.
class DatabaseError : public Error {
 public:
  DatabaseError(ErrorCode code, const std::string& what_failed, ServerMessage server);
  const std::string& sqlstate() const { return m_server.sqlstate; }
  const ServerMessage& server() const { return m_server; }

 private:
  ServerMessage m_server;
};

/// What was going on when a connection was lost.
struct Loss {
  bool commit = false;
  bool harmless = false;  ///< inside a transaction, or nothing was changed: the server takes it back
  bool deadline_passed = false;
};
/// Throws the DatabaseError that says what is known: nothing of a COMMIT or of a statement outside of a transaction.
[[noreturn]] void throw_lost(const Loss& loss, ServerMessage message);

}  // namespace dbw::db
