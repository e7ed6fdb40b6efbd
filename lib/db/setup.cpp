#include "db/setup.hpp"

#include <fmt/format.h>

#include "db/ledger_sql.hpp"
#include "db/setup_mysql.hpp"

namespace dbw::db {
namespace {

std::string quoted_name(std::string_view identifier) {
  if (identifier.empty() || identifier.size() > 63 || identifier.find('\0') != std::string_view::npos) {
    throw Error(ErrorCode::db_settings, "a role's name is empty or too long");
  }
  std::string out = "\"";
  for (const char c : identifier) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

struct Table {
  std::string_view name, columns;
};

// Texts and integers only, so that one definition serves both engines. Digests read sha256:<hex>, times are RFC 3339.
constexpr Table k_tables[] = {
    {"target", "one integer PRIMARY KEY CHECK (one = 1), target_id text NOT NULL, adopted_at text NOT NULL"},
    {"trust", "name text PRIMARY KEY, version bigint NOT NULL, sha256 text NOT NULL"},
    {"ledger",
     "number {serial}, run text NOT NULL UNIQUE, jti text NOT NULL, request_id text NOT NULL, request_sha256 text NOT "
     "NULL,"
     " step text NOT NULL, secret_sha256 text NOT NULL, timeline text NOT NULL, transactional integer NOT NULL,"
     " claimed_at text NOT NULL, state text NOT NULL CHECK (state IN ('claimed', 'released', 'done', 'abandoned')),"
     " ended_at text, summary text, transaction_id text"},
    {"statement",
     "run text NOT NULL, number bigint NOT NULL, state text NOT NULL, statement_sha256 text NOT NULL,"
     " rows_affected bigint NOT NULL, sqlstate text NOT NULL, at text NOT NULL, PRIMARY KEY (run, number)"},
    {"batch",
     "request_sha256 text NOT NULL, step text NOT NULL, number bigint NOT NULL, run text NOT NULL, upto text NOT NULL,"
     " rows_affected bigint NOT NULL, at text NOT NULL, PRIMARY KEY (request_sha256, step, number)"},
    {"migration",
     "version text NOT NULL, name text NOT NULL, checksum text NOT NULL, run text NOT NULL, at text NOT NULL,"
     " PRIMARY KEY (version, run)"},
    {"resumption", "resumed text NOT NULL, run text NOT NULL PRIMARY KEY"},
    {"suspension",
     "kind text NOT NULL, name text NOT NULL, reason text NOT NULL, since text NOT NULL, PRIMARY KEY (kind, name)"},
};

std::string create_table(const Table& table, Engine engine) {
  std::string columns(table.columns);
  constexpr std::string_view k_serial = "{serial}";
  const std::size_t serial = columns.find(k_serial);
  if (serial != std::string::npos) {
    columns.replace(serial, k_serial.size(),
                    engine == Engine::sqlite ? "integer PRIMARY KEY"  // AUTOINCREMENT counts where requests may write
                                             : "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY");
  }
  return with_prefix(fmt::format("CREATE TABLE IF NOT EXISTS dbw.{} ({})", table.name, columns),
                     engine == Engine::sqlite ? "main.dbw_" : "dbw.");
}

constexpr std::string_view k_finish_function =
    "CREATE OR REPLACE FUNCTION dbw.finish(a_run text, a_secret bytea, a_summary text) RETURNS void LANGUAGE plpgsql\n"
    "SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $dbw$\n"
    "BEGIN\n"
    "  UPDATE dbw.ledger SET state = 'done', summary = a_summary,\n"
    "    transaction_id = pg_catalog.pg_current_xact_id()::pg_catalog.text,\n"
    "    ended_at = pg_catalog.to_char(pg_catalog.timezone('UTC', pg_catalog.clock_timestamp()), "
    "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')\n"
    "  WHERE run = a_run AND state = 'claimed'\n"
    "    AND secret_sha256 = 'sha256:' || pg_catalog.encode(pg_catalog.sha256(a_secret), 'hex');\n"
    "  IF NOT FOUND THEN\n"
    "    RAISE EXCEPTION 'no open claim with this run and secret' USING ERRCODE = 'DB001';\n"
    "  END IF;\n"
    "END $dbw$";

constexpr std::string_view k_note_batch_function =
    "CREATE OR REPLACE FUNCTION dbw.note_batch(a_run text, a_secret bytea, a_upto text, a_rows bigint) RETURNS void\n"
    "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $dbw$\n"
    "BEGIN\n"
    "  INSERT INTO dbw.batch (request_sha256, step, number, run, upto, rows_affected, at)\n"
    "  SELECT request_sha256, step, 1 + (SELECT count(*) FROM dbw.batch b WHERE b.request_sha256 = l.request_sha256\n"
    "    AND b.step = l.step), run, a_upto, a_rows,\n"
    "    pg_catalog.to_char(pg_catalog.timezone('UTC', pg_catalog.clock_timestamp()), "
    "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')\n"
    "  FROM dbw.ledger l WHERE run = a_run AND state = 'claimed'\n"
    "    AND secret_sha256 = 'sha256:' || pg_catalog.encode(pg_catalog.sha256(a_secret), 'hex');\n"
    "  IF NOT FOUND THEN\n"
    "    RAISE EXCEPTION 'no open claim with this run and secret' USING ERRCODE = 'DB001';\n"
    "  END IF;\n"
    "END $dbw$";

constexpr std::string_view k_claim_state_function =
    "CREATE OR REPLACE FUNCTION dbw.claim_state(a_run text) RETURNS text LANGUAGE sql STABLE\n"
    "SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $dbw$\n"
    "  SELECT state FROM dbw.ledger WHERE run = a_run\n"
    "$dbw$";

/// At most one claim of a step that is not released.
std::string create_index(Engine engine) {
  return engine == Engine::sqlite ? "CREATE UNIQUE INDEX IF NOT EXISTS main.dbw_ledger_once ON dbw_ledger "
                                    "(request_sha256, step) WHERE state <> 'released'"
                                  : "CREATE UNIQUE INDEX IF NOT EXISTS ledger_once ON dbw.ledger (request_sha256, "
                                    "step) WHERE state <> 'released'";
}

/// What the change role may call.
constexpr std::string_view k_functions =
    "dbw.finish(text, bytea, text), dbw.note_batch(text, bytea, text, bigint), dbw.claim_state(text)";

void add_grants(std::vector<std::string>& out, const Roles& roles) {
  const std::string guard = quoted_name(roles.guard);
  const std::string change = quoted_name(roles.change);
  out.push_back("REVOKE ALL ON SCHEMA dbw FROM PUBLIC");
  out.push_back("REVOKE ALL ON ALL TABLES IN SCHEMA dbw FROM PUBLIC");
  out.push_back(fmt::format("REVOKE ALL ON FUNCTION {} FROM PUBLIC", k_functions));
  out.push_back(
      fmt::format("REVOKE DELETE, TRUNCATE ON dbw.ledger, dbw.statement, dbw.batch, dbw.resumption, dbw.migration, "
                  "dbw.trust FROM {}",
                  guard));
  out.push_back(fmt::format("GRANT USAGE ON SCHEMA dbw TO {}", change));
  out.push_back(fmt::format("GRANT SELECT ON dbw.target TO {}", change));
  out.push_back(fmt::format("GRANT EXECUTE ON FUNCTION {} TO {}", k_functions, change));
  if (roles.read.empty() || roles.read == roles.change) return;
  out.push_back(fmt::format("GRANT USAGE ON SCHEMA dbw TO {}", quoted_name(roles.read)));
  out.push_back(fmt::format("GRANT SELECT ON dbw.target TO {}", quoted_name(roles.read)));
}

std::vector<std::string> postgresql_statements(const Roles& roles) {
  std::vector<std::string> out;
  out.push_back(fmt::format("CREATE SCHEMA IF NOT EXISTS dbw AUTHORIZATION {}", quoted_name(roles.guard)));
  out.push_back(fmt::format("SET ROLE {}", quoted_name(roles.guard)));
  for (const Table& table : k_tables) out.push_back(create_table(table, Engine::postgresql));
  out.push_back(create_index(Engine::postgresql));
  out.emplace_back(k_finish_function);
  out.emplace_back(k_note_batch_function);
  out.emplace_back(k_claim_state_function);
  add_grants(out, roles);
  out.emplace_back("RESET ROLE");
  return out;
}

}  // namespace

std::vector<std::string> setup_statements(Engine engine, const Roles& roles) {
  if (engine == Engine::postgresql) return postgresql_statements(roles);
  if (engine != Engine::sqlite) return mysql::setup_statements(engine, roles);
  std::vector<std::string> out;
  for (const Table& table : k_tables) out.push_back(create_table(table, engine));
  out.push_back(create_index(engine));
  return out;
}

std::string setup_sql(Engine engine, const Roles& roles) {
  if (engine == Engine::mysql || engine == Engine::mariadb) return mysql::setup_sql(engine, roles);
  std::string out =
      "-- The ledger of dbw: which approved changes ran, the newest trust seen, and this database's identity.\n"
      "-- Run it once per database, as its administrator; running it again changes nothing.\n"
      "BEGIN;\n";
  for (const std::string& statement : setup_statements(engine, roles)) out += statement + ";\n";
  return out + "COMMIT;\n";
}

void apply_setup(Session& administrator, const Roles& roles) {
  if (is_mysql(administrator)) {
    // Every one of them commits by itself, and running them again changes nothing.
    for (const std::string& statement : setup_statements(administrator.engine(), roles)) administrator.own(statement);
    return;
  }
  in_transaction(administrator, [&] {
    for (const std::string& statement : setup_statements(administrator.engine(), roles)) administrator.own(statement);
    if (administrator.engine() != Engine::postgresql) return;
    const std::optional<std::string> owner = administrator.own_value(
        "SELECT pg_catalog.pg_get_userbyid(nspowner) FROM pg_catalog.pg_namespace WHERE nspname = 'dbw'");
    if (owner != roles.guard) {
      throw Error(ErrorCode::db_role_too_strong, "schema dbw exists already and belongs to another role than guard");
    }
  });
}

}  // namespace dbw::db
