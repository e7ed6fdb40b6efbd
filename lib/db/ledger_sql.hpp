#pragma once

#include <string>
#include <string_view>

#include "db/session.hpp"

/// What the ledger's sources share. Its statements are written once, in PostgreSQL's form.
namespace dbw::db {

inline bool is_mysql(const Session& session) {
  return session.engine() == Engine::mysql || session.engine() == Engine::mariadb;
}

/// "dbw." becomes `prefix`: "dbw.ledger" is "main.dbw_ledger" in SQLite.
std::string with_prefix(std::string_view sql, std::string_view prefix);
/// A statement for the engine of this session: names of tables, and the few words that MySQL spells differently.
std::string for_engine(const Session& session, std::string_view sql);
/// `insert` (INSERT INTO ... VALUES ...), where a row with this key is overwritten in the columns `replaced`.
std::string upsert(const Session& session, std::string_view insert, std::string_view key,
                   const std::vector<std::string_view>& replaced);
/// Until the open transaction ends, nobody else gets here with the same table: what is read is what holds. SQLite: its
/// write transaction is exclusive anyway.
void lock_ledger_table(Session& session, std::string_view table);

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
