#pragma once

#include <memory>
#include <string>

#include <libpq-fe.h>

#include "db/rows.hpp"

/// libpq's handles, and what is read out of a result.
namespace dbw::db::postgresql {

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
struct FreeCancel {
  void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
};
using Connection = std::unique_ptr<PGconn, FinishConnection>;
using Result = std::unique_ptr<PGresult, ClearResult>;
using Cancel = std::unique_ptr<PGcancel, FreeCancel>;

ServerMessage server_message(const PGresult* result);
/// True for FATAL and PANIC, after which the server closes the connection. Not translated, unlike the severity people
/// see.
bool ends_connection(const PGresult* result);
/// Tag and counts of a finished statement.
StatementResult statement_result(PGresult* result);
/// format_type() of a built-in type; "" for one that this table does not know.
std::string_view builtin_type_name(Oid oid);

}  // namespace dbw::db::postgresql
