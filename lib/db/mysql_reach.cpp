#include "db/mysql_reach.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace dbw::db {
namespace {

constexpr std::string_view k_relation =
    "SELECT t.table_schema, t.table_name, t.table_type, t.engine, v.view_definition FROM information_schema.tables t"
    " LEFT JOIN information_schema.views v ON v.table_schema = t.table_schema AND v.table_name = t.table_name"
    " WHERE t.table_schema = COALESCE(NULLIF($1, ''), DATABASE()) AND t.table_name = $2";
constexpr std::string_view k_function =
    "SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema = DATABASE() AND routine_type = 'FUNCTION'"
    " AND routine_name = $1";
/// MariaDB since 10.6.3 says which functions are its own; some of them are words of its grammar.
constexpr std::string_view k_own_function =
    "SELECT COUNT(*) FROM (SELECT function AS name FROM information_schema.sql_functions UNION ALL SELECT word FROM"
    " information_schema.keywords) own WHERE own.name = $1";

}  // namespace

std::vector<MysqlRelation> find_mysql_relations(Session& session, const schema::Name& name) {
  // An engine that is not known may reach anywhere: other servers, files, programs. System views have none.
  constexpr std::array<std::string_view, 12> k_here = {"",        "innodb",   "myisam",    "aria",
                                                       "memory",  "archive",  "csv",       "mrg_myisam",
                                                       "rocksdb", "sequence", "blackhole", "performance_schema"};
  std::vector<MysqlRelation> out;
  for (const OwnedRow& row : session.own_rows(k_relation, {name.schema, name.name})) {
    MysqlRelation& found = out.emplace_back();
    found.name = {row[0].value_or(""), row[1].value_or("")};
    found.is_view = row[2] == "VIEW";
    found.storage_engine = to_lower(row[3].value_or(""));
    found.is_elsewhere = std::find(k_here.begin(), k_here.end(), found.storage_engine) == k_here.end();
    found.definition = row[4].value_or("");
  }
  return out;
}

bool finds_stored_function(Session& session, const std::string& name) {
  if (session.own_value(k_function, {name}) == "0") return false;
  const bool lists_its_own =
      session.engine() == Engine::mariadb &&
      session.own_value(
          "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'information_schema' AND"
          " table_name IN ('SQL_FUNCTIONS', 'KEYWORDS')") == "2";
  return !lists_its_own || session.own_value(k_own_function, {name}) == "0";
}

}  // namespace dbw::db
