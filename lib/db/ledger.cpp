#include "db/ledger.hpp"

#include <charconv>
#include <map>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/ledger_sql.hpp"

namespace dbw::db {
namespace {

constexpr std::string_view k_target_id_digits = "0123456789abcdef";
constexpr std::size_t k_target_id_length = 32;

std::string value_or_empty(const std::optional<std::string>& value) { return value.value_or(""); }

std::int64_t number_of(const std::optional<std::string>& text) {
  std::int64_t value = -1;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  if (value < 0) throw Error(ErrorCode::db_ledger_damaged, "a number in dbw.trust is not one");
  return value;
}

/// pg_control_checkpoint() still shows the old timeline just after a promotion; the name of the segment being written
/// does not.
std::string timeline_of_segment(const std::string& segment_name) {
  std::uint32_t timeline = 0;
  const char* end = segment_name.data() + std::min<std::size_t>(8, segment_name.size());
  const auto parsed = std::from_chars(segment_name.data(), end, timeline, 16);
  return parsed.ptr == end && segment_name.size() == 24 ? std::to_string(timeline) : "";
}

ServerFact postgresql_fact(Session& session) {
  const Rows rows = session.own_rows(
      "SELECT pg_catalog.pg_is_in_recovery()::text,"
      " CASE WHEN pg_catalog.pg_is_in_recovery() THEN '' ELSE "
      "pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()) END,"
      " (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),"
      " (SELECT oid::text FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()),"
      " pg_catalog.current_database(), pg_catalog.current_setting('server_version')");
  const OwnedRow& row = rows.at(0);
  ServerFact fact;
  fact.primary = row[0] == "false";
  fact.timeline = timeline_of_segment(value_or_empty(row[1]));
  fact.identity = value_or_empty(row[2]) + "/" + value_or_empty(row[3]);
  fact.database = value_or_empty(row[4]);
  fact.server_version = value_or_empty(row[5]);
  return fact;
}

/// A replica may be writable, and a primary read-only for a while: neither may be changed here.
bool is_mysql_primary(Session& session, bool read_only) {
  if (read_only) return false;
  try {
    return session.own_rows(session.engine() == Engine::mariadb ? "SHOW ALL SLAVES STATUS" : "SHOW REPLICA STATUS")
        .empty();
  } catch (const DatabaseError& error) {
    constexpr int k_access_denied = 1227;
    if (error.server().number != k_access_denied) throw;
    throw Error(ErrorCode::db_not_set_up, "guard may not ask whether the server is a replica");
  }
}

/// MariaDB has no id of its own that a copy of its files would not carry too; a replica must have another server_id.
ServerFact mysql_fact(Session& session) {
  const bool is_mariadb = session.engine() == Engine::mariadb;
  const Rows rows = session.own_rows(fmt::format(
      "SELECT @@GLOBAL.read_only, {}, CONCAT(@@GLOBAL.hostname, ':', @@GLOBAL.port, '/', DATABASE()), DATABASE(),"
      " VERSION()",
      is_mariadb ? "CONCAT(@@GLOBAL.gtid_domain_id, '-', @@GLOBAL.server_id)" : "@@GLOBAL.server_uuid"));
  const OwnedRow& row = rows.at(0);
  ServerFact fact;
  fact.primary = is_mysql_primary(session, row[0] != "0" && row[0] != "OFF");
  fact.timeline = value_or_empty(row[1]);
  fact.identity = value_or_empty(row[2]);
  fact.database = value_or_empty(row[3]);
  fact.server_version = value_or_empty(row[4]);
  return fact;
}

ServerFact sqlite_fact(Session& session) {
  ServerFact fact;
  fact.database = value_or_empty(session.own_value("SELECT file FROM pragma_database_list WHERE name = 'main'"));
  fact.server_version = value_or_empty(session.own_value("SELECT sqlite_version()"));
  struct stat file {};
  if (::stat(fact.database.c_str(), &file) == 0) fact.identity = fmt::format("{}/{}", file.st_dev, file.st_ino);
  return fact;
}

struct NamedMark {
  std::string name;
  VersionMark mark;
};

std::vector<NamedMark> named(const Marks& marks) {
  std::vector<NamedMark> out = {{"root", marks.root}, {"roster", marks.roster}, {"policy", marks.policy}};
  if (!marks.log.empty()) out.push_back({"log:" + marks.log, {marks.log_size, marks.log_root}});
  return out;
}

/// By name, in one question; what was never marked is absent.
std::map<std::string, VersionMark> read_marks(Session& session, std::string_view log) {
  std::map<std::string, VersionMark> marks;
  const std::string sql =
      for_engine(session, "SELECT name, version, sha256 FROM dbw.trust WHERE name IN ('root', 'roster', 'policy', $1)");
  for (const OwnedRow& row : session.own_rows(sql, {"log:" + std::string(log)}))
    marks[value_or_empty(row[0])] = {number_of(row[1]), Digest::parse(value_or_empty(row[2]))};
  return marks;
}

VersionMark mark_in(const std::map<std::string, VersionMark>& marks, const std::string& name) {
  const auto found = marks.find(name);
  return found == marks.end() ? VersionMark{} : found->second;
}

void write_mark(Session& session, const NamedMark& each) {
  session.own(upsert(session, "INSERT INTO dbw.trust (name, version, sha256) VALUES ($1, $2, $3)", "name",
                     {"version", "sha256"}),
              {each.name, std::to_string(each.mark.version), each.mark.sha256.text()});
}

/// Those that the database does not have yet; throws where it has seen a newer one, or another one of that version.
std::vector<NamedMark> newer_marks(Session& session, const Marks& marks) {
  const std::map<std::string, VersionMark> known = read_marks(session, marks.log);
  std::vector<NamedMark> newer;
  for (const NamedMark& each : named(marks)) {
    const VersionMark kept = mark_in(known, each.name);
    const bool same_version = each.mark.version == kept.version;
    if (each.mark.version < kept.version || (same_version && kept.version > 0 && each.mark.sha256 != kept.sha256)) {
      throw Error(ErrorCode::db_marks_lowered,
                  fmt::format("{} is version {} ({}), but this database has seen version {} ({})", printable(each.name),
                              each.mark.version, each.mark.sha256.text(), kept.version, kept.sha256.text()));
    }
    if (!same_version) newer.push_back(each);
  }
  return newer;
}

void raise_marks(Session& session, const Marks& marks) {
  for (const NamedMark& each : newer_marks(session, marks)) write_mark(session, each);
}

}  // namespace

ServerFact Ledger::server_fact() {
  if (is_mysql(m_guard)) return mysql_fact(m_guard);
  return m_guard.engine() == Engine::sqlite ? sqlite_fact(m_guard) : postgresql_fact(m_guard);
}

ServerFact Ledger::require_primary() {
  ServerFact fact = server_fact();
  if (!fact.primary) throw Error(ErrorCode::db_not_primary, "the server is a replica, or takes no writes");
  return fact;
}

std::optional<std::string> Ledger::target_id() {
  try {
    return m_guard.own_value(for_engine(m_guard, "SELECT target_id FROM dbw.target WHERE one = 1"));
  } catch (const DatabaseError& error) {
    rethrow_missing_setup(error);
  }
}

void Ledger::require_target(std::string_view target_id) {
  const std::optional<std::string> found = this->target_id();
  if (!found) throw Error(ErrorCode::db_not_adopted, "dbw.target is empty");
  if (*found != target_id) {
    throw Error(ErrorCode::db_wrong_target, fmt::format("this database is target {}, but the approved one is {}",
                                                        printable(*found), printable(target_id)));
  }
}

void Ledger::adopt(std::string_view target_id, const Marks& marks, Timestamp at, bool replace) {
  if (target_id.size() != k_target_id_length ||
      target_id.find_first_not_of(k_target_id_digits) != std::string_view::npos) {
    throw Error(ErrorCode::bad_name, "a target id is 32 lower-case hexadecimal digits");
  }
  in_transaction(m_guard, [&] {
    const std::optional<std::string> found = this->target_id();
    if (found && !replace) {
      throw Error(ErrorCode::db_already_adopted, fmt::format("this database is target {} already", printable(*found)));
    }
    lock_ledger_table(m_guard, "trust");
    m_guard.own(upsert(m_guard, "INSERT INTO dbw.target (one, target_id, adopted_at) VALUES (1, $1, $2)", "one",
                       {"target_id", "adopted_at"}),
                {std::string(target_id), at.text()});
    m_guard.own(
        for_engine(m_guard,
                   "UPDATE dbw.ledger SET state = 'abandoned', ended_at = $1, summary = $2 WHERE state = 'claimed'"),
        {at.text(), "the database was adopted anew"});
    raise_marks(m_guard, marks);
  });
}

Marks Ledger::marks(std::string_view log) {
  if (!target_id()) throw Error(ErrorCode::db_not_adopted, "dbw.target is empty");
  const std::map<std::string, VersionMark> known = read_marks(m_guard, log);
  Marks out;
  out.root = mark_in(known, "root");
  out.roster = mark_in(known, "roster");
  out.policy = mark_in(known, "policy");
  out.log = log;
  const VersionMark kept = mark_in(known, "log:" + out.log);
  out.log_size = kept.version;
  out.log_root = kept.sha256;
  return out;
}

void Ledger::advance(const Marks& marks) {
  if (newer_marks(m_guard, marks).empty()) return;
  in_transaction(m_guard, [&] {
    if (!target_id()) throw Error(ErrorCode::db_not_adopted, "dbw.target is empty");
    lock_ledger_table(m_guard, "trust");
    raise_marks(m_guard, marks);
  });
}

std::vector<Suspension> Ledger::suspensions() {
  std::vector<Suspension> out;
  for (const OwnedRow& row : m_guard.own_rows(
           for_engine(m_guard, "SELECT kind, name, reason, since FROM dbw.suspension ORDER BY kind, name"))) {
    out.push_back({value_or_empty(row[0]), value_or_empty(row[1]), value_or_empty(row[2]),
                   Timestamp::parse(value_or_empty(row[3]))});
  }
  return out;
}

void Ledger::suspend(const Suspension& suspension) {
  m_guard.own(upsert(m_guard, "INSERT INTO dbw.suspension (kind, name, reason, since) VALUES ($1, $2, $3, $4)",
                     "kind, name", {"reason"}),
              {suspension.kind, suspension.name, suspension.reason, suspension.since.text()});
}

}  // namespace dbw::db
