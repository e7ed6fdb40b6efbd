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
  bool writes_log = false;  ///< engine MEMORY: whoever reads it first after a restart writes TRUNCATE to the binary log
  std::string storage_engine;
  std::string charset;  ///< of a view: in which the server reads its text
};

/// Those of the names that there are and that the account may see. Where the server compares names without case there
/// can be several of one name. `schema`: of bare names; empty: the session's database.
std::vector<MysqlRelation> find_mysql_relations(Session& session, const std::vector<schema::Name>& names,
                                                const std::string& schema);

/// All views, and tables that are elsewhere or write the log, of schemas that are not the server's own.
std::vector<MysqlRelation> find_mysql_views(Session& session);

/// The columns of a table that is no view, as far as the account sees them.
struct MysqlColumns {
  std::set<std::string> names;           ///< in lower case
  std::vector<std::string> expressions;  ///< of virtual ones, which reading the table may work out
};
MysqlColumns columns_of(Session& session, const schema::Name& table);

/// The stored functions of these names that the account may see; `schema`: of bare names, as above.
std::vector<schema::Name> find_stored_functions(Session& session, const std::vector<schema::Name>& names,
                                                const std::string& schema);

/// The functions that a server lists as its own: MariaDB since 10.6.3. A call by the bare name of one is never that of
/// a stored function.
class OwnFunctions {
 public:
  explicit OwnFunctions(Session& session);
  /// False: it lists none.
  bool known() const { return m_names.has_value(); }
  /// With another number of arguments than its own takes a stored function of the name is called.
  bool has(const std::string& name, int arguments) const;

 private:
  std::optional<std::set<std::string>> m_names;  ///< in lower case
};

}  // namespace dbw::db
