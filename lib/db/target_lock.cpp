// The target lock: one execution per target at a time.
#include <fmt/format.h>

#include "base/error.hpp"
#include "db/ledger.hpp"

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

}  // namespace

bool Ledger::lock_held() {
  if (m_guard.engine() == Engine::sqlite) return sqlite_lock_held(m_guard);
  const std::optional<std::string> id = target_id();
  if (!id) throw Error(ErrorCode::db_not_adopted, "dbw.target is empty");
  return postgresql_lock_held(m_guard, *id);
}

TargetLock::TargetLock(Session& guard, std::string_view target_id, bool wait)
    : m_guard(guard), m_key(lock_key(target_id)) {
  if (m_guard.engine() == Engine::sqlite) {
    m_guard.begin(false);
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
  m_guard.own("SELECT pg_catalog.pg_advisory_unlock($1::pg_catalog.int8)", {m_key});
}

void lock_target_for_transaction(Session& session, std::string_view target_id) {
  if (session.engine() == Engine::sqlite) return;
  try {
    session.own("SELECT pg_catalog.pg_advisory_xact_lock($1::pg_catalog.int8)", {lock_key(target_id)});
  } catch (const DatabaseError& error) {
    if (error.code() == ErrorCode::db_lock_timeout) throw_busy();
    throw;
  }
}

}  // namespace dbw::db
