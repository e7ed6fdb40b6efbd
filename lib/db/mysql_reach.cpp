#include "db/mysql_reach.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dbw::db {
namespace {

// Whatever is asked here of a view is in its file: asking for more would prepare it, which runs functions of its text.
constexpr std::string_view k_relation =
    "SELECT t.table_schema, t.table_name, t.table_type, t.engine, v.view_definition, v.character_set_client FROM"
    " information_schema.tables t LEFT JOIN information_schema.views v ON v.table_schema = t.table_schema AND"
    " v.table_name = t.table_name WHERE ";
constexpr std::string_view k_named = "t.table_schema = {} AND t.table_name = {}";
constexpr std::string_view k_not_of_server =
    "t.table_schema NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys') AND (t.table_type = 'VIEW' OR"
    " t.engine IS NULL OR t.engine <> 'InnoDB')";
/// Lists a folder and opens nothing.
constexpr std::string_view k_listed =
    "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema = {} AND table_name IN ({})";
constexpr std::string_view k_functions =
    "SELECT routine_schema, routine_name FROM information_schema.routines WHERE routine_type = 'FUNCTION' AND"
    " routine_schema = {} AND routine_name IN ({})";
/// MariaDB since 10.6.3 says which functions are its own; some of them are words of its grammar.
constexpr std::string_view k_own_function =
    "SELECT COUNT(*) FROM (SELECT function AS name FROM information_schema.sql_functions UNION ALL SELECT word FROM"
    " information_schema.keywords) own WHERE own.name = $1";
/// Those of its own that it does not say. Measured on MariaDB 10.11.
constexpr std::array<std::string_view, 69> k_spatial_functions = {"geometrycollection",
                                                                  "linestring",
                                                                  "mbrcontains",
                                                                  "mbrdisjoint",
                                                                  "mbrequals",
                                                                  "mbrintersects",
                                                                  "mbroverlaps",
                                                                  "mbrtouches",
                                                                  "mbrwithin",
                                                                  "multilinestring",
                                                                  "multipoint",
                                                                  "multipolygon",
                                                                  "point",
                                                                  "polygon",
                                                                  "st_area",
                                                                  "st_asbinary",
                                                                  "st_asgeojson",
                                                                  "st_astext",
                                                                  "st_aswkb",
                                                                  "st_aswkt",
                                                                  "st_boundary",
                                                                  "st_buffer",
                                                                  "st_centroid",
                                                                  "st_contains",
                                                                  "st_convexhull",
                                                                  "st_crosses",
                                                                  "st_difference",
                                                                  "st_dimension",
                                                                  "st_disjoint",
                                                                  "st_distance",
                                                                  "st_distance_sphere",
                                                                  "st_endpoint",
                                                                  "st_envelope",
                                                                  "st_equals",
                                                                  "st_exteriorring",
                                                                  "st_geomcollfromtext",
                                                                  "st_geometryfromtext",
                                                                  "st_geometryn",
                                                                  "st_geometrytype",
                                                                  "st_geomfromgeojson",
                                                                  "st_geomfromtext",
                                                                  "st_geomfromwkb",
                                                                  "st_interiorringn",
                                                                  "st_intersection",
                                                                  "st_intersects",
                                                                  "st_isclosed",
                                                                  "st_isempty",
                                                                  "st_isring",
                                                                  "st_issimple",
                                                                  "st_length",
                                                                  "st_linefromtext",
                                                                  "st_numgeometries",
                                                                  "st_numinteriorrings",
                                                                  "st_numpoints",
                                                                  "st_overlaps",
                                                                  "st_pointfromtext",
                                                                  "st_pointn",
                                                                  "st_pointonsurface",
                                                                  "st_polyfromtext",
                                                                  "st_polygonfromtext",
                                                                  "st_relate",
                                                                  "st_srid",
                                                                  "st_startpoint",
                                                                  "st_symdifference",
                                                                  "st_touches",
                                                                  "st_union",
                                                                  "st_within",
                                                                  "st_x",
                                                                  "st_y"};

/// SELECTs that become one statement.
class Union {
 public:
  std::string value(const std::string& text) {
    m_values.emplace_back(text);
    return fmt::format("${}", m_values.size());
  }
  std::string schema(const std::string& name) { return name.empty() ? "DATABASE()" : value(name); }
  void add(const std::string& select) { m_sql += (m_sql.empty() ? "" : " UNION ALL ") + select; }
  Rows rows(Session& session) const { return m_sql.empty() ? Rows() : session.own_rows(m_sql, m_values); }

 private:
  std::string m_sql;
  Parameters m_values;
};

/// Those of the names that the query knows, as the server writes them; `schema` is that of bare names.
std::vector<schema::Name> listed(Session& session, std::string_view query, const std::vector<schema::Name>& names,
                                 const std::string& schema) {
  std::map<std::string, std::vector<std::string>> by_schema;
  for (const schema::Name& name : names) by_schema[name.schema.empty() ? schema : name.schema].push_back(name.name);
  Union all;
  for (const auto& [each, bare] : by_schema) {
    std::string values;
    const std::string of_schema = all.schema(each);
    for (const std::string& name : bare) values += (values.empty() ? "" : ", ") + all.value(name);
    all.add(fmt::format(fmt::runtime(query), of_schema, values));
  }
  std::vector<schema::Name> out;
  for (const OwnedRow& row : all.rows(session)) out.push_back({row[0].value_or(""), row[1].value_or("")});
  return out;
}

bool lists_its_own(Session& session) {
  return session.engine() == Engine::mariadb &&
         session.own_value(
             "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'information_schema' AND"
             " table_name IN ('SQL_FUNCTIONS', 'KEYWORDS')") == "2";
}

bool is_own(Session& session, const std::string& function) {
  return std::binary_search(k_spatial_functions.begin(), k_spatial_functions.end(), to_lower(function)) ||
         session.own_value(k_own_function, {function}) != "0";
}

/// The arguments from which on a call is the server's: with fewer a stored function of the name is called.
int own_arguments_min(const std::string& function) {
  constexpr std::array<std::string_view, 6> k_of_one = {"geometrycollection", "linestring",   "multilinestring",
                                                        "multipoint",         "multipolygon", "polygon"};
  const std::string name = to_lower(function);
  if (name == "point") return 2;
  return std::find(k_of_one.begin(), k_of_one.end(), name) != k_of_one.end() ? 1 : 0;
}

std::vector<MysqlRelation> relations_of(const Rows& rows) {
  // An engine that is not known may reach anywhere: other servers, files, programs. System views have none.
  constexpr std::array<std::string_view, 12> k_here = {"",        "innodb",   "myisam",    "aria",
                                                       "memory",  "archive",  "csv",       "mrg_myisam",
                                                       "rocksdb", "sequence", "blackhole", "performance_schema"};
  std::vector<MysqlRelation> out;
  for (const OwnedRow& row : rows) {
    MysqlRelation& found = out.emplace_back();
    found.name = {row[0].value_or(""), row[1].value_or("")};
    found.is_view = row[2] == "VIEW";
    found.storage_engine = to_lower(row[3].value_or(""));
    found.is_elsewhere = std::find(k_here.begin(), k_here.end(), found.storage_engine) == k_here.end();
    found.definition = row[4].value_or("");
    found.charset = to_lower(row[5].value_or(""));
  }
  return out;
}

}  // namespace

std::vector<MysqlRelation> find_mysql_relations(Session& session, const std::vector<schema::Name>& names,
                                                const std::string& schema) {
  Union all;
  for (const schema::Name& name : listed(session, k_listed, names, schema)) {
    const std::string database = all.value(name.schema);
    all.add(std::string(k_relation) + fmt::format(k_named, database, all.value(name.name)));
  }
  return relations_of(all.rows(session));
}

std::vector<MysqlRelation> find_mysql_views(Session& session) {
  std::vector<MysqlRelation> out =
      relations_of(session.own_rows(std::string(k_relation) + std::string(k_not_of_server)));
  std::erase_if(out, [](const MysqlRelation& each) { return !each.is_view && !each.is_elsewhere; });
  return out;
}

MysqlColumns columns_of(Session& session, const schema::Name& table) {
  MysqlColumns out;
  for (const OwnedRow& row :
       session.own_rows("SELECT column_name, CASE WHEN extra LIKE '%VIRTUAL%' THEN generation_expression END FROM"
                        " information_schema.columns WHERE table_schema = $1 AND table_name = $2",
                        {table.schema, table.name})) {
    out.names.insert(to_lower(row[0].value_or("")));
    if (row[1] && !row[1]->empty()) out.expressions.push_back(*row[1]);
  }
  return out;
}

std::vector<schema::Name> find_stored_functions(Session& session, const std::vector<schema::Name>& names,
                                                const std::string& schema) {
  std::vector<schema::Name> bare, qualified;
  for (const schema::Name& name : names) (name.schema.empty() ? bare : qualified).push_back(name);
  std::vector<schema::Name> out = listed(session, k_functions, qualified, schema);
  for (schema::Name& name : listed(session, k_functions, bare, schema)) {
    const bool own = lists_its_own(session) && own_arguments_min(name.name) == 0 && is_own(session, name.name);
    if (!own) out.push_back(std::move(name));
  }
  return out;
}

std::optional<std::string> function_of_others(Session& session, const std::vector<MysqlCall>& calls) {
  if (calls.empty() || !lists_its_own(session)) return std::nullopt;
  const auto found = std::find_if(calls.begin(), calls.end(), [&](const MysqlCall& call) {
    return call.arguments < own_arguments_min(call.name) || !is_own(session, call.name);
  });
  return found == calls.end() ? std::nullopt : std::optional(found->name);
}

}  // namespace dbw::db
