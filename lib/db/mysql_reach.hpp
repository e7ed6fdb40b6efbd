#pragma once

#include <optional>
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
};

/// Empty where there is none, or the account may not see it. Where the server compares names without case there can be
/// several. An empty schema is the session's database.
std::vector<MysqlRelation> find_mysql_relations(Session& session, const schema::Name& name);

/// A stored function of the session's database that a call by this bare name may reach, because the server has none of
/// its own by that name.
bool finds_stored_function(Session& session, const std::string& name);

}  // namespace dbw::db
