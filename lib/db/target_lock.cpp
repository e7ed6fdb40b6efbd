// The target lock: one execution per target at a time.
#include <fmt/format.h>

#include "base/error.hpp"
#include "db/ledger.hpp"
#include "db/ledger_sql.hpp"

namespace dbw::db {
namespace {

/// Advisory locks are numbers of 64 bits, per database. FNV-1a: any spread will do, two targets that share a number
/// only wait for each other.
std::uint64_t lock_number(std::string_view target_id) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : target_id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

std::string lock_key(std::string_view target_id) {
  return std::to_string(static_cast<std::int64_t>(lock_number(target_id)));
}

[[noreturn]] void throw_busy() { throw Error(ErrorCode::db_busy, "another connection holds the target lock"); }

bool postgresql_lock_held(Session& session, std::string_view target_id) {
  const std::uint64_t number = lock_number(target_id);
  const std::optional<std::string> count = session.own_value(
      "SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
      " AND classid = $1::pg_catalog.oid AND objid = $2::pg_catalog.oid AND pid <> pg_catalog.pg_backend_pid()"
      " AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
      {std::to_string(number >> 32), std::to_string(number & 0xffffffffU)});
  return count != "0";
}

/// SQLite has no way to ask, so try; a reader in our place would not notice writers.
bool sqlite_lock_held(Session& session) {
  if (session.transaction_state() != TransactionState::none) return false;
  try {
    session.begin(false);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::db_busy) return true;
    throw;
  }
  session.rollback();
  return false;
}

// MySQL and MariaDB: a change holds a row lock, which ends with its transaction and which no SQL can let go of. Guard
// holds a named lock, because its ledger calls are transactions of their own. A change takes its row while it holds the
// name, and guard looks at the row once it has the name; so there is never one of each.

std::string mysql_lock_name(std::string_view target_id) { return fmt::format("dbw/{}", target_id); }

/// False: somebody else has it, also after waiting up to the session's lock timeout.
bool take_mysql_name(Session& session, const std::string& name, bool wait) {
  const std::string_view sql = wait ? "SELECT GET_LOCK($1, @@SESSION.lock_wait_timeout)" : "SELECT GET_LOCK($1, 0)";
  return session.own_value(sql, {name}) == "1";
}

void release_mysql_name(Session& session, const std::string& name) { session.own("SELECT RELEASE_LOCK($1)", {name}); }

bool mysql_row_is_free(Session& session, bool wait) {
  session.begin(false);
  try {
    session.own(for_engine(session, wait ? "SELECT name FROM dbw.mutex WHERE name = 'target' FOR UPDATE"
                                         : "SELECT name FROM dbw.mutex WHERE name = 'target' FOR UPDATE NOWAIT"));
  } catch (const DatabaseError& error) {
    session.rollback();
    if (error.code() == ErrorCode::db_lock_timeout) return false;
    throw;
  }
  session.rollback();
  return true;
}

void take_mysql_lock(Session& guard, const std::string& name, bool wait) {
  if (guard.transaction_state() != TransactionState::none)
    throw Error(ErrorCode::internal_bug, "the target lock inside a transaction");
  if (!take_mysql_name(guard, name, wait)) throw_busy();
  bool is_free = false;
  try {
    is_free = mysql_row_is_free(guard, wait);
  } catch (...) {
    // Whatever failed ended the connection or is reported; the name must not stay behind.
    if (guard.transaction_state() == TransactionState::none) release_mysql_name(guard, name);
    throw;
  }
  if (is_free) return;
  release_mysql_name(guard, name);
  throw_busy();
}

bool mysql_lock_held(Session& guard, std::string_view target_id) {
  if (guard.transaction_state() != TransactionState::none) return false;
  const std::string name = mysql_lock_name(target_id);
  const std::optional<std::string> holder = guard.own_value("SELECT NULLIF(IS_USED_LOCK($1), CONNECTION_ID())", {name});
  return holder.has_value() || !mysql_row_is_free(guard, false);
}

void lock_mysql_row(Session& change, std::string_view target_id) {
  const std::string name = mysql_lock_name(target_id);
  if (!take_mysql_name(change, name, true)) throw_busy();
  try {
    change.own(for_engine(change, "CALL dbw.lock_target()"));
  } catch (const DatabaseError& error) {
    if (change.transaction_state() != TransactionState::lost) release_mysql_name(change, name);
    if (error.code() == ErrorCode::db_lock_timeout) throw_busy();
    rethrow_missing_setup(error);
  }
  release_mysql_name(change, name);
}

}  // namespace

bool Ledger::lock_held() {
  if (m_guard.engine() == Engine::sqlite) return sqlite_lock_held(m_guard);
  const std::optional<std::string> id = target_id();
  if (!id) throw Error(ErrorCode::db_not_adopted, "dbw.target is empty");
  return is_mysql(m_guard) ? mysql_lock_held(m_guard, *id) : postgresql_lock_held(m_guard, *id);
}

TargetLock::TargetLock(Session& guard, std::string_view target_id, bool wait)
    : m_guard(guard), m_key(is_mysql(guard) ? mysql_lock_name(target_id) : lock_key(target_id)) {
  if (m_guard.engine() == Engine::sqlite) {
    m_guard.begin(false);
  } else if (is_mysql(m_guard)) {
    take_mysql_lock(m_guard, m_key, wait);
  } else if (!wait) {
    if (m_guard.own_value("SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8)::text", {m_key}) != "true")
      throw_busy();
  } else {
    try {
      m_guard.own("SELECT pg_catalog.pg_advisory_lock($1::pg_catalog.int8)", {m_key});
    } catch (const DatabaseError& error) {
      if (error.code() == ErrorCode::db_lock_timeout) throw_busy();
      throw;
    }
  }
  m_held = true;
}

TargetLock::~TargetLock() {
  try {
    if (m_held && m_guard.engine() == Engine::sqlite) {
      m_held = false;
      m_guard.rollback();
    }
    release();
  } catch (const std::exception&) {
    // The connection is gone, and the lock with it.
    m_held = false;
  }
}

void TargetLock::release() {
  if (!m_held) return;
  m_held = false;
  if (m_guard.engine() == Engine::sqlite) {
    m_guard.commit();
    return;
  }
  if (is_mysql(m_guard)) return release_mysql_name(m_guard, m_key);
  m_guard.own("SELECT pg_catalog.pg_advisory_unlock($1::pg_catalog.int8)", {m_key});
}

void lock_target_for_transaction(Session& session, std::string_view target_id) {
  if (session.engine() == Engine::sqlite) return;
  if (is_mysql(session)) return lock_mysql_row(session, target_id);
  try {
    session.own("SELECT pg_catalog.pg_advisory_xact_lock($1::pg_catalog.int8)", {lock_key(target_id)});
  } catch (const DatabaseError& error) {
    if (error.code() == ErrorCode::db_lock_timeout) throw_busy();
    throw;
  }
}

}  // namespace dbw::db
