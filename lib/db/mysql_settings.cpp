// The half of MysqlSession that knows servers and settings: what is fixed at the start, looked at in between, put back.
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/mysql_session.hpp"

namespace dbw::db::mysql {
namespace {

constexpr int k_mariadb_version_min = 100500;
constexpr int k_mysql_version_min = 80022;
/// "No limit": a year.
constexpr std::int64_t k_seconds_max = 31'536'000;

// Strict, so that values are refused and not bent; nothing that changes how text is read (decision 0029).
constexpr std::string_view k_modes =
    "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";
constexpr std::string_view k_mysql_modes = ",ONLY_FULL_GROUP_BY,NO_ZERO_IN_DATE,NO_ZERO_DATE";

// What a statement means, where it acts and who runs it.
constexpr std::string_view k_ask =
    "SELECT @@SESSION.sql_mode, @@SESSION.character_set_client, @@SESSION.character_set_connection,"
    " @@SESSION.character_set_results, @@SESSION.collation_connection, @@SESSION.time_zone, @@SESSION.autocommit,"
    " @@SESSION.sql_auto_is_null, @@SESSION.sql_log_bin, DATABASE(), CURRENT_USER(), CURRENT_ROLE()";
constexpr std::string_view k_ask_mariadb = ", @@SESSION.tx_isolation, @@SESSION.tx_read_only, @@SESSION.old_mode";
constexpr std::string_view k_ask_mysql = ", @@SESSION.transaction_isolation, @@SESSION.transaction_read_only";
constexpr std::array<std::string_view, 15> k_asked = {"sql_mode",
                                                      "character set of the client",
                                                      "character set of the connection",
                                                      "character set of results",
                                                      "collation",
                                                      "time zone",
                                                      "autocommit",
                                                      "sql_auto_is_null",
                                                      "sql_log_bin",
                                                      "default database",
                                                      "account",
                                                      "role",
                                                      "isolation level",
                                                      "read-only mode",
                                                      "old_mode"};

/// 100500 for "10.5.0-MariaDB"; 0 where it is not a version.
int version_number(std::string_view text) {
  // What old clients are told before the real one.
  if (constexpr std::string_view k_shown = "5.5.5-"; text.starts_with(k_shown)) text.remove_prefix(k_shown.size());
  int out = 0;
  const char* at = text.data();
  const char* end = text.data() + text.size();
  for (int part = 0; part < 3; ++part) {
    int number = 0;
    const auto parsed = std::from_chars(at, end, number);
    if (parsed.ec != std::errc() || number < 0 || number > 999) return 0;
    out = out * 100 + number;
    at = parsed.ptr + (parsed.ptr < end ? 1 : 0);
  }
  return out;
}

/// Whole seconds, rounded up; 0 (no limit) is a year.
std::int64_t seconds(Milliseconds duration) {
  if (duration.count() == 0) return k_seconds_max;
  return std::clamp<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(duration).count(), 1, k_seconds_max);
}

}  // namespace

void MysqlSession::require_supported() {
  const Rows rows = own_rows("SELECT VERSION(), CONNECTION_ID()");
  const std::string version = rows.at(0).at(0).value_or("");
  m_id = rows.at(0).at(1).value_or("");
  const bool is_mariadb = version.find("MariaDB") != std::string::npos;
  const Engine found = is_mariadb ? Engine::mariadb : Engine::mysql;
  const std::string_view name = is_mariadb ? "MariaDB" : "MySQL";
  const std::string where = printable(m_settings.host);
  if (found != m_settings.engine) {
    // They read some texts differently, and review read them as the configured one does.
    throw Error(ErrorCode::db_settings, fmt::format("the server at {} is {}, and the configuration says {}", where,
                                                    name, engine_name(m_settings.engine)));
  }
  if (version_number(version) < (is_mariadb ? k_mariadb_version_min : k_mysql_version_min)) {
    throw Error(ErrorCode::db_server_unsupported,
                fmt::format("the server at {} is {} {}", where, name, printable(version)));
  }
  if (is_mariadb && own_value("SELECT @@GLOBAL.wsrep_on") == "1") {
    throw Error(
        ErrorCode::db_server_unsupported,
        fmt::format("the server at {} is a node of a Galera cluster, whose locks hold on one node only", where));
  }
}

std::string MysqlSession::settings_to_restore() const {
  const auto milliseconds = m_options.statement_timeout.count();
  std::string out = fmt::format(
      "SET SESSION lock_wait_timeout = {0}, SESSION innodb_lock_wait_timeout = {0}, SESSION foreign_key_checks = 1,"
      " SESSION unique_checks = 1, SESSION completion_type = 'NO_CHAIN', SESSION sql_select_limit = DEFAULT,"
      " SESSION net_write_timeout = 600, SESSION timestamp = DEFAULT",
      seconds(m_options.lock_timeout));
  if (m_settings.engine == Engine::mysql) return out + fmt::format(", SESSION max_execution_time = {}", milliseconds);
  return out +
         fmt::format(
             ", SESSION max_statement_time = {}.{:03}, SESSION idle_transaction_timeout = {},"
             " SESSION check_constraint_checks = 1",
             milliseconds / 1000, milliseconds % 1000,
             m_options.idle_in_transaction_timeout.count() == 0 ? 0 : seconds(m_options.idle_in_transaction_timeout));
}

void MysqlSession::fix_settings() {
  const bool is_mysql = m_settings.engine == Engine::mysql;
  own("SET NAMES utf8mb4");
  own(
      fmt::format("SET SESSION autocommit = 1, SESSION sql_mode = '{}{}', SESSION time_zone = '+00:00',"
                  " SESSION sql_auto_is_null = 0",
                  k_modes, is_mysql ? k_mysql_modes : ""));
  own(fmt::format("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, {}",
                  m_options.read_only ? "READ ONLY" : "READ WRITE"));
  own(settings_to_restore());
}

OwnedRow MysqlSession::asked_settings() {
  const bool is_mysql = m_settings.engine == Engine::mysql;
  const Rows rows = own_rows(std::string(k_ask) + std::string(is_mysql ? k_ask_mysql : k_ask_mariadb));
  return rows.at(0);
}

void MysqlSession::verify_settings() {
  const OwnedRow now = asked_settings();
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i] != m_asked_at_start.at(i))
      throw Error(ErrorCode::db_session_changed, fmt::format("the SQL changed the session's {}", k_asked.at(i)));
  }
}

void MysqlSession::restore_settings() { own(settings_to_restore()); }

}  // namespace dbw::db::mysql
