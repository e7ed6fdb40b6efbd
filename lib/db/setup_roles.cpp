// Whether a role is weak enough to run SQL of requests.
#include <fmt/format.h>

#include "base/text.hpp"
#include "db/ledger_sql.hpp"
#include "db/setup.hpp"
#include "db/setup_mysql.hpp"
#include "db/transaction.hpp"

namespace dbw::db {
namespace {

struct Check {
  std::string_view condition;  ///< SQL that gives true where the role is too strong; `r` is its row of pg_roles
  std::string_view reason;
};

constexpr Check k_checks[] = {
    {"r.rolsuper", "is a superuser"},
    {"r.rolbypassrls", "bypasses row level security"},
    {"r.rolreplication", "may replicate"},
    {"r.rolcreaterole", "may create roles, and so make itself a member of any"},
    {"EXISTS (SELECT FROM pg_catalog.pg_roles s WHERE s.rolsuper AND s.oid <> r.oid AND pg_catalog.pg_has_role(r.oid, "
     "s.oid, 'MEMBER'))",
     "can become a superuser"},
    {"EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = 'dbw' AND pg_catalog.pg_has_role(r.oid, "
     "n.nspowner, 'MEMBER'))",
     "owns schema dbw or can become its owner"},
    {"EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = 'dbw' AND pg_catalog.has_schema_privilege(r.oid, "
     "n.oid, 'CREATE'))",
     "may create objects in schema dbw"},
    {"EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE "
     "n.nspname = 'dbw'"
     " AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND (pg_catalog.pg_has_role(r.oid, c.relowner, 'MEMBER') OR"
     " pg_catalog.has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES') OR"
     " pg_catalog.has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE, REFERENCES')))",
     "may write to tables of schema dbw"},
    {"EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE "
     "n.nspname = 'dbw'"
     " AND pg_catalog.pg_has_role(r.oid, p.proowner, 'MEMBER'))",
     "owns functions of schema dbw"},
    {"EXISTS (SELECT FROM pg_catalog.pg_roles s WHERE s.rolname IN ('pg_write_all_data', 'pg_execute_server_program',"
     " 'pg_write_server_files', 'pg_read_server_files') AND pg_catalog.pg_has_role(r.oid, s.oid, 'MEMBER'))",
     "belongs to a predefined role that writes all data or reaches the server's files and programs"},
};

constexpr Check k_read_checks[] = {
    {"r.rolcreatedb", "may create databases"},
    {"EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE "
     "c.relkind IN ('r', 'p')"
     " AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND"
     " pg_catalog.has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))",
     "may write to tables"},
};

void add_reasons(Session& session, const Check& check, std::vector<Refusal>& out) {
  const Rows rows = session.own_rows(fmt::format(
      "SELECT r.rolname, ({})::text FROM pg_catalog.pg_roles r WHERE r.rolname IN (session_user, current_user)",
      check.condition));
  for (const OwnedRow& row : rows) {
    if (row[1] == "false") continue;
    out.push_back(
        {ErrorCode::db_role_too_strong, fmt::format("role {} {}", printable(row[0].value_or("?")), check.reason)});
  }
}

void require_none(const std::vector<Refusal>& reasons) {
  if (reasons.empty()) return;
  std::vector<std::string> texts;
  for (const Refusal& each : reasons) texts.push_back(each.message);
  throw Error(ErrorCode::db_role_too_strong, join(texts, "; "));
}

}  // namespace

std::vector<Refusal> role_excess(Session& session, RoleUse use) {
  std::vector<Refusal> out;
  if (is_mysql(session)) return mysql::role_excess(session, use);
  if (session.engine() != Engine::postgresql) return out;
  // An operator that somebody made for a pair of types that the server has none for would be called, and could change
  // the session for good.
  const ReadTransaction rolled_back(session);
  session.own("SET LOCAL search_path = pg_catalog");
  for (const Check& check : k_checks) add_reasons(session, check, out);
  if (use == RoleUse::read) {
    for (const Check& check : k_read_checks) add_reasons(session, check, out);
  }
  return out;
}

void require_change_role_limited(Session& change) { require_none(role_excess(change, RoleUse::change)); }

void require_read_role_limited(Session& reader) { require_none(role_excess(reader, RoleUse::read)); }

}  // namespace dbw::db
