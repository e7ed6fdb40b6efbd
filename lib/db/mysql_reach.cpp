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
constexpr std::string_view k_not_innodb =
    "(t.table_type = 'VIEW' OR t.engine IS NULL OR t.engine <> 'InnoDB') AND t.table_schema <> 'information_schema'";
/// Written so: to information_schema Sys is the same, to the server's files it is not.
constexpr std::array<std::string_view, 4> k_of_server = {"information_schema", "performance_schema", "mysql", "sys"};
/// Lists a folder and opens nothing.
constexpr std::string_view k_listed =
    "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema = {} AND table_name IN ({})";
constexpr std::string_view k_functions =
    "SELECT routine_schema, routine_name FROM information_schema.routines WHERE routine_type = 'FUNCTION' AND"
    " routine_schema = {} AND routine_name IN ({})";
/// MariaDB since 10.6.3 says which functions are its own; some of them are words of its grammar.
constexpr std::string_view k_own_functions =
    "SELECT LOWER(function) FROM information_schema.sql_functions UNION SELECT LOWER(word) FROM"
    " information_schema.keywords";
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

/// With other numbers of arguments than these a call is that of a stored function of the name. Measured on
/// MariaDB 10.11 for every function that dbw lets pass.
bool takes(const std::string& own_function, int arguments) {
  constexpr std::array<std::string_view, 6> k_of_some = {"geometrycollection", "linestring",   "multilinestring",
                                                         "multipoint",         "multipolygon", "polygon"};
  if (own_function == "point") return arguments == 2;
  return arguments > 0 || std::find(k_of_some.begin(), k_of_some.end(), own_function) == k_of_some.end();
}

std::vector<MysqlRelation> relations_of(Session& session, const Rows& rows) {
  // Those that open nothing but files of their own. Others may reach anywhere: other servers, programs, and MERGE
  // tables that nobody shows. System views have none.
  constexpr std::array<std::string_view, 11> k_here = {"",
                                                       "innodb",
                                                       "myisam",
                                                       "aria",
                                                       "memory",
                                                       "archive",
                                                       "csv",
                                                       "rocksdb",
                                                       "sequence",
                                                       "blackhole",
                                                       "performance_schema"};
  std::vector<MysqlRelation> out;
  for (const OwnedRow& row : rows) {
    MysqlRelation& found = out.emplace_back();
    found.name = {row[0].value_or(""), row[1].value_or("")};
    found.is_view = row[2] == "VIEW";
    found.storage_engine = to_lower(row[3].value_or(""));
    found.is_elsewhere = std::find(k_here.begin(), k_here.end(), found.storage_engine) == k_here.end();
    found.definition = row[4].value_or("");
    found.charset = to_lower(row[5].value_or(""));
    found.writes_log = found.storage_engine == "memory" && row[2] != "SYSTEM VIEW";
  }
  const bool logs = std::any_of(out.begin(), out.end(), [](const auto& each) { return each.writes_log; }) &&
                    session.own_value("SELECT @@log_bin") != "0";
  for (MysqlRelation& each : out) each.writes_log = each.writes_log && logs;
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
  return relations_of(session, all.rows(session));
}

std::vector<MysqlRelation> find_mysql_views(Session& session) {
  std::vector<MysqlRelation> out =
      relations_of(session, session.own_rows(std::string(k_relation) + std::string(k_not_innodb)));
  std::erase_if(out, [](const MysqlRelation& each) {
    const bool of_server = std::find(k_of_server.begin(), k_of_server.end(), each.name.schema) != k_of_server.end();
    return of_server || (!each.is_view && !each.is_elsewhere && !each.writes_log);
  });
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

OwnFunctions::OwnFunctions(Session& session) {
  const bool lists = session.engine() == Engine::mariadb &&
                     session.own_value(
                         "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'information_schema' AND"
                         " table_name IN ('SQL_FUNCTIONS', 'KEYWORDS')") == "2";
  if (!lists) return;
  m_names.emplace(k_spatial_functions.begin(), k_spatial_functions.end());
  for (const OwnedRow& row : session.own_rows(k_own_functions)) m_names->insert(row[0].value_or(""));
}

bool OwnFunctions::has(const std::string& name, int arguments) const {
  return m_names && m_names->count(to_lower(name)) > 0 && takes(to_lower(name), arguments);
}

std::vector<schema::Name> find_stored_functions(Session& session, const std::vector<schema::Name>& names,
                                                const std::string& schema) {
  return listed(session, k_functions, names, schema);
}

}  // namespace dbw::db
