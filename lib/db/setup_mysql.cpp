#include "db/setup_mysql.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/ledger_sql.hpp"
#include "db/mysql_session.hpp"

namespace dbw::db::mysql {
namespace {

// Texts compare byte by byte. `live` is NULL for released claims, and NULLs do not collide in a unique key.
constexpr std::string_view k_table_options = "ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
constexpr std::string_view k_tables[] = {
    "target (one integer PRIMARY KEY CHECK (one = 1), target_id varchar(64) NOT NULL, adopted_at varchar(40) NOT NULL)",
    "trust (name varchar(512) PRIMARY KEY, version bigint NOT NULL, sha256 varchar(80) NOT NULL)",
    "ledger (number bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, run varchar(255) NOT NULL UNIQUE, jti varchar(255) NOT "
    "NULL, request_id varchar(255) NOT NULL, request_sha256 varchar(80) NOT NULL, step varchar(255) NOT NULL,"
    " secret_sha256 varchar(80) NOT NULL, timeline varchar(255) NOT NULL, transactional integer NOT NULL,"
    " claimed_at varchar(40) NOT NULL, state varchar(16) NOT NULL CHECK (state IN ('claimed', 'released', 'done', "
    "'abandoned')), ended_at varchar(40), summary longtext, transaction_id varchar(255),"
    " live integer GENERATED ALWAYS AS (CASE WHEN state = 'released' THEN NULL ELSE 1 END) STORED,"
    " UNIQUE KEY ledger_once (request_sha256, step, live))",
    "statement (run varchar(255) NOT NULL, number bigint NOT NULL, state varchar(16) NOT NULL, statement_sha256 "
    "varchar(80) NOT NULL, rows_affected bigint NOT NULL, `sqlstate` varchar(16) NOT NULL, at varchar(40) NOT NULL,"
    " PRIMARY KEY (run, number))",
    "batch (request_sha256 varchar(80) NOT NULL, step varchar(255) NOT NULL, number bigint NOT NULL, run varchar(255) "
    "NOT NULL, upto varchar(255) NOT NULL, rows_affected bigint NOT NULL, at varchar(40) NOT NULL,"
    " PRIMARY KEY (request_sha256, step, number))",
    "migration (version varchar(64) NOT NULL, name varchar(255) NOT NULL, checksum varchar(80) NOT NULL,"
    " run varchar(255) NOT NULL, at varchar(40) NOT NULL, PRIMARY KEY (version, run))",
    "resumption (resumed varchar(255) NOT NULL, run varchar(255) NOT NULL PRIMARY KEY)",
    "suspension (kind varchar(64) NOT NULL, name varchar(255) NOT NULL, reason text NOT NULL, since varchar(40) NOT "
    "NULL, PRIMARY KEY (kind, name))",
    "mutex (name varchar(64) PRIMARY KEY)",
};

constexpr std::string_view k_finish =
    "PROCEDURE dbw.finish(a_run varchar(255) CHARACTER SET utf8mb4, a_secret_hex varchar(255) CHARACTER SET utf8mb4,"
    " a_summary longtext CHARACTER SET utf8mb4) MODIFIES SQL DATA SQL SECURITY DEFINER\n"
    "BEGIN\n"
    "  UPDATE dbw.ledger SET state = 'done', summary = a_summary, transaction_id = '',\n"
    "    ended_at = DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%dT%H:%i:%sZ')\n"
    "  WHERE run = a_run COLLATE utf8mb4_bin AND state = 'claimed'\n"
    "    AND secret_sha256 = CONVERT(CONCAT('sha256:', SHA2(UNHEX(a_secret_hex), 256)) USING utf8mb4) COLLATE "
    "utf8mb4_bin;\n"
    "  IF ROW_COUNT() <> 1 THEN\n"
    "    SIGNAL SQLSTATE 'DB001' SET MESSAGE_TEXT = 'no open claim with this run and secret';\n"
    "  END IF;\n"
    "END";

constexpr std::string_view k_note_batch =
    "PROCEDURE dbw.note_batch(a_run varchar(255) CHARACTER SET utf8mb4, a_secret_hex varchar(255) CHARACTER SET "
    "utf8mb4,"
    " a_upto varchar(255) CHARACTER SET utf8mb4, a_rows bigint) MODIFIES SQL DATA SQL SECURITY DEFINER\n"
    "BEGIN\n"
    "  INSERT INTO dbw.batch (request_sha256, step, number, run, upto, rows_affected, at)\n"
    "  SELECT l.request_sha256, l.step, 1 + (SELECT COUNT(*) FROM dbw.batch b WHERE b.request_sha256 = "
    "l.request_sha256 AND b.step = l.step),\n"
    "    l.run, a_upto, a_rows, DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%dT%H:%i:%sZ')\n"
    "  FROM dbw.ledger l WHERE l.run = a_run COLLATE utf8mb4_bin AND l.state = 'claimed'\n"
    "    AND l.secret_sha256 = CONVERT(CONCAT('sha256:', SHA2(UNHEX(a_secret_hex), 256)) USING utf8mb4) COLLATE "
    "utf8mb4_bin;\n"
    "  IF ROW_COUNT() <> 1 THEN\n"
    "    SIGNAL SQLSTATE 'DB001' SET MESSAGE_TEXT = 'no open claim with this run and secret';\n"
    "  END IF;\n"
    "END";

constexpr std::string_view k_lock_target =
    "PROCEDURE dbw.lock_target() MODIFIES SQL DATA SQL SECURITY DEFINER\n"
    "BEGIN\n"
    "  DECLARE found varchar(64);\n"
    "  SELECT name INTO found FROM dbw.mutex WHERE name = 'target' FOR UPDATE;\n"
    "END";

constexpr std::string_view k_claim = "VIEW dbw.claim AS SELECT run, state FROM dbw.ledger";

std::string text_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    // A backslash is doubled: the script's reader may be in any sql_mode, and then no account has that name.
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + "'";
}

std::string account(std::string_view name, const Roles& roles) {
  if (name.empty() || name.size() > 80 || name.find_first_of(std::string_view("\0\n", 2)) != std::string_view::npos)
    throw Error(ErrorCode::db_settings, "an account's name is empty or too long");
  return text_literal(name) + "@" + text_literal(roles.host);
}

/// In GRANT ... ON `name`.* both _ and % are wildcards.
std::string database_pattern(std::string_view database) {
  std::string out;
  for (const char c : database) {
    if (c == '_' || c == '%' || c == '\\') out += '\\';
    out += c;
  }
  return quoted_name(out);
}

/// `DEFINER` must name the guard: the one account that may write there.
std::string create(std::string_view what, std::string_view definer, const Engine engine) {
  const bool can_replace = engine == Engine::mariadb || what.starts_with("VIEW");
  if (!can_replace) return fmt::format("CREATE DEFINER = {} {}", definer, what);
  constexpr std::string_view k_view = "VIEW ";
  return what.starts_with(k_view) ? fmt::format("CREATE OR REPLACE DEFINER = {} SQL SECURITY DEFINER {}", definer, what)
                                  : fmt::format("CREATE OR REPLACE DEFINER = {} {}", definer, what);
}

void add_grants(std::vector<std::string>& out, Engine engine, const Roles& roles) {
  const std::string guard = account(roles.guard, roles);
  const std::string change = account(roles.change, roles);
  for (const std::string_view table :
       {"target", "trust", "ledger", "statement", "batch", "resumption", "migration", "suspension"})
    out.push_back(fmt::format("GRANT SELECT, INSERT, UPDATE ON dbw.{} TO {}", table, guard));
  out.push_back(fmt::format("GRANT SELECT, UPDATE ON dbw.mutex TO {}", guard));
  // To see whether the server is a replica.
  out.push_back(
      fmt::format("GRANT {} ON *.* TO {}", engine == Engine::mariadb ? "SLAVE MONITOR" : "REPLICATION CLIENT", guard));
  out.push_back(fmt::format("GRANT SELECT ON dbw.target TO {}", change));
  out.push_back(fmt::format("GRANT SELECT ON dbw.claim TO {}", change));
  for (const std::string& each : {guard, change}) {
    for (const std::string_view routine : {"finish", "note_batch", "lock_target"})
      out.push_back(fmt::format("GRANT EXECUTE ON PROCEDURE dbw.{} TO {}", routine, each));
  }
  const std::string data = database_pattern(roles.database) + ".*";
  // Nothing but the right to make it the default database.
  out.push_back(fmt::format("GRANT SHOW VIEW ON {} TO {}", data, guard));
  out.push_back(fmt::format("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}", data, change));
  if (roles.read.empty() || roles.read == roles.change) return;
  const std::string read = account(roles.read, roles);
  out.push_back(fmt::format("GRANT SELECT ON dbw.target TO {}", read));
  out.push_back(fmt::format("GRANT SELECT, SHOW VIEW ON {} TO {}", data, read));
}

}  // namespace

std::vector<std::string> setup_statements(Engine engine, const Roles& roles) {
  if (roles.database.empty() || roles.database.size() > k_database_name_max)
    throw Error(ErrorCode::db_settings, "the database's name is missing or too long");
  const std::string ledger = quoted_name(ledger_database(roles.database));
  const std::string guard = account(roles.guard, roles);
  std::vector<std::string> out;
  out.push_back(fmt::format("CREATE DATABASE IF NOT EXISTS {} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", ledger));
  for (const std::string_view table : k_tables)
    out.push_back(fmt::format("CREATE TABLE IF NOT EXISTS dbw.{} {}", table, k_table_options));
  out.emplace_back("INSERT IGNORE INTO dbw.mutex (name) VALUES ('target'), ('trust'), ('ledger')");
  for (const std::string_view routine : {k_finish, k_note_batch, k_lock_target}) {
    if (engine == Engine::mysql)
      out.push_back(fmt::format("DROP {} IF EXISTS {}", "PROCEDURE", routine.substr(10, routine.find('(') - 10)));
    out.push_back(create(routine, guard, engine));
  }
  out.push_back(create(k_claim, guard, engine));
  add_grants(out, engine, roles);
  for (std::string& statement : out) statement = with_prefix(statement, ledger + ".");
  return out;
}

std::string setup_sql(Engine engine, const Roles& roles) {
  std::string out = fmt::format(
      "-- The ledger of dbw for database {}: which approved changes ran, the newest trust seen, and its identity.\n"
      "-- Run it once per database, with the mysql or mariadb client, as an administrator; running it again changes\n"
      "-- nothing. The accounts must exist; where their host is not %, write it instead.\n"
      "-- Where approved changes alter tables, the change account also needs, on the database itself and nowhere "
      "else:\n"
      "--   CREATE, ALTER, DROP, INDEX, REFERENCES\n"
      "SET NAMES utf8mb4;\n"
      "DELIMITER //\n",
      quoted_name(roles.database));
  for (const std::string& statement : mysql::setup_statements(engine, roles)) out += statement + "//\n";
  return out + "DELIMITER ;\n";
}

}  // namespace dbw::db::mysql
