#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "db/session.hpp"

namespace dbw::db {

/// Names of existing database roles (PostgreSQL) or accounts (MySQL, MariaDB). `read` may be empty or equal to
/// `change`.
struct Roles {
  std::string guard, change, read;
  std::string database = {};  ///< MySQL, MariaDB: the target's
  std::string host = "%";     ///< MySQL, MariaDB: the accounts' second half
};

/// The statements that make schema dbw (MySQL, MariaDB: database dbw_<database>) and grant each role the least it
/// needs; may be run again. For a database administrator, or, on PostgreSQL, for guard itself where it may create
/// schemas. SQLite: the dbw_* tables; roles are ignored.
std::vector<std::string> setup_statements(Engine engine, const Roles& roles);
/// The same as one script with comments, to read and to run with psql or the mysql client.
std::string setup_sql(Engine engine, const Roles& roles);
/// Runs setup_statements, on PostgreSQL and SQLite in one transaction. Throws DatabaseError, and
/// Error{db_role_too_strong} where schema dbw belongs to another role.
void apply_setup(Session& administrator, const Roles& roles);

enum class RoleUse { change, read };
/// Why the role of this session is too strong: superuser, bypasses row security, creates roles, replicates, is or can
/// become the owner of schema dbw, may write there, or belongs to a predefined role that reads or writes everything or
/// runs programs. MySQL, MariaDB: holds anything on all databases, on dbw_<database> (but what setup grants) or on
/// mysql, may pass rights on, or has a role. Empty: fine. SQLite: empty.
std::vector<Refusal> role_excess(Session& session, RoleUse use);
/// The same for a list of SHOW GRANTS; `ledger`: the name of the ledger's database.
std::vector<Refusal> grant_excess(const std::vector<std::string>& grants, std::string_view ledger, RoleUse use);
/// Throws Error{db_role_too_strong} with every reason.
void require_change_role_limited(Session& change);
void require_read_role_limited(Session& reader);
/// Whether the catalogue shows this account every trigger of its database: on MySQL and MariaDB it needs TRIGGER.
bool sees_triggers(Session& session);
/// The same for a list of SHOW GRANTS. A right on single tables does not count.
bool grants_trigger(const std::vector<std::string>& grants, const std::string& database);

}  // namespace dbw::db
