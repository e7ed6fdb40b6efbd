#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/schema_types.hpp"
#include "db/session.hpp"

/// What names in SQL come to on a live MySQL or MariaDB server, as far as the account may see.
namespace dbw::db {

struct MysqlRelation {
  schema::Name name;
  bool is_view = false;       ///< of somebody, not of the server
  std::string definition;     ///< of a view: its SELECT; empty where the account may not see it (SHOW VIEW)
  bool is_elsewhere = false;  ///< its engine asks another server, or reads files or programs
  std::string storage_engine;
  std::string charset;  ///< of a view: in which the server reads its text
};

/// Those of the names that there are and that the account may see. Where the server compares names without case there
/// can be several of one name. `schema`: of bare names; empty: the session's database.
std::vector<MysqlRelation> find_mysql_relations(Session& session, const std::vector<schema::Name>& names,
                                                const std::string& schema);

/// All views, and tables that are elsewhere, of schemas that are not the server's own.
std::vector<MysqlRelation> find_mysql_views(Session& session);

/// The columns of a table that is no view, as far as the account sees them.
struct MysqlColumns {
  std::set<std::string> names;           ///< in lower case
  std::vector<std::string> expressions;  ///< of virtual ones, which reading the table may work out
};
MysqlColumns columns_of(Session& session, const schema::Name& table);

/// The stored functions that calls by these names may reach: of bare names those of `schema`, as above, that the server
/// has no function of its own for.
std::vector<schema::Name> find_stored_functions(Session& session, const std::vector<schema::Name>& names,
                                                const std::string& schema);
struct MysqlCall {
  std::string name;
  int arguments;
};
/// Some of the functions that the server does not list as its own; nullopt where it lists none at all, as MySQL and
/// MariaDB before 10.6.3.
std::optional<std::string> function_of_others(Session& session, const std::vector<MysqlCall>& calls);

}  // namespace dbw::db
