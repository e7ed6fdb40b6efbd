#pragma once

#include <string>
#include <string_view>

#include "db/session.hpp"

/// What the ledger's sources share. Its statements are written once, in PostgreSQL's form.
namespace dbw::db {

/// Names of tables for this engine: "dbw.ledger" becomes "main.dbw_ledger" in SQLite.
std::string for_engine(Engine engine, std::string_view sql);

/// Runs `work` in the open transaction, or in one of its own that is committed at the end.
template <typename Work>
auto in_transaction(Session& session, Work work) {
  if (session.transaction_state() == TransactionState::open) return work();
  session.begin(false);
  try {
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      session.commit();
    } else {
      auto result = work();
      session.commit();
      return result;
    }
  } catch (...) {
    try {
      session.rollback();
    } catch (const std::exception&) {
      // The first failure is the one to report; the connection's end rolls back too.
    }
    throw;
  }
}

/// Throws Error{db_not_set_up} for the failure that a missing table or schema gives, and `error` otherwise.
[[noreturn]] void rethrow_missing_setup(const DatabaseError& error);

}  // namespace dbw::db
