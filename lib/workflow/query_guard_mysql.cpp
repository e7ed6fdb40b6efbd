#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "db/mysql_reach.hpp"
#include "sqlparse/mysql_names.hpp"
#include "workflow/query_guard.hpp"

// What a stored function declares (DETERMINISTIC, NO SQL) the server does not enforce, so that none is harmless.
namespace dbw::workflow {
namespace {

/// Relations of information_schema that open no table; InnoDB's own do not either. For each other one servers prepare
/// all views that it tells of, and run functions of theirs.
constexpr std::array<std::string_view, 35> k_open_no_table = {
    "applicable_roles",  "character_sets",    "client_statistics",
    "collations",        "column_privileges", "collation_character_set_applicability",
    "enabled_roles",     "engines",           "events",
    "global_status",     "global_variables",  "index_statistics",
    "key_caches",        "keywords",          "optimizer_trace",
    "parameters",        "plugins",           "processlist",
    "profiling",         "resource_groups",   "routines",
    "schema_privileges", "schemata",          "session_status",
    "session_variables", "sql_functions",     "system_variables",
    "table_privileges",  "table_statistics",  "triggers",
    "user_attributes",   "user_privileges",   "user_statistics",
    "user_variables",    "spatial_ref_sys"};

bool opens_tables(const sqlparse::ObjectName& name) {
  const std::string relation = to_lower(name.name);
  return to_lower(name.schema) == "information_schema" && !relation.starts_with("innodb_") &&
         std::find(k_open_no_table.begin(), k_open_no_table.end(), relation) == k_open_no_table.end();
}

std::vector<schema::Name> names_of(const std::set<sqlparse::ObjectName>& names) {
  std::vector<schema::Name> out;
  for (const sqlparse::ObjectName& name : names) out.push_back({name.schema, name.name});
  return out;
}

std::string step(const std::string& way, const std::string& next) { return way.empty() ? next : way + " -> " + next; }

class ViewWalk {
 public:
  explicit ViewWalk(db::Session& session)
      : m_session(session),
        m_own(session),
        m_folds_names(session.own_value("SELECT @@lower_case_table_names").value_or("0") != "0") {}

  void query(const sqlparse::ParsedSql& query) {
    const sqlparse::Statement& statement = query.statements.front();
    require_own_functions(statement, "");
    look(query.sql, "", "");
    if (statement.kind == sqlparse::StatementKind::show) look_up_all_pairs(query.sql);
    if (statement.opens_views) take_all("");
    while (!m_open.empty()) {
      const Open view = m_open.back();
      m_open.pop_back();
      enter(view);
    }
  }

 private:
  struct Open {
    db::MysqlRelation view;
    std::string way;
  };

  /// Not every stored function that an account may call is shown to it.
  void require_own_functions(const sqlparse::Statement& statement, const std::string& way) {
    for (const sqlparse::FunctionUse& use : statement.functions) {
      if (m_own.known() && !m_own.has(use.name.name, use.arguments))
        throw_hidden(step(way, "function " + use.name.name), "this server does not have itself");
    }
  }

  /// SHOW COLUMNS FROM name FROM schema.
  void look_up_all_pairs(std::string_view show) {
    const sqlparse::MysqlNames names = sqlparse::mysql_names(m_session.engine(), show);
    std::vector<schema::Name> pairs;
    for (const sqlparse::ObjectName& schema : names.relations) {
      for (const sqlparse::ObjectName& name : names.relations) pairs.push_back({schema.name, name.name});
    }
    for (const db::MysqlRelation& each : db::find_mysql_relations(m_session, pairs, "")) take(each, "");
  }

  /// Takes what the text may name. `schema`: of its bare names; empty: the session's database.
  std::vector<db::MysqlRelation> look(std::string_view text, const std::string& schema, const std::string& way) {
    const sqlparse::MysqlNames names = sqlparse::mysql_names(m_session.engine(), text);
    // How many arguments a call has the words do not say.
    std::set<sqlparse::ObjectName> called = names.called;
    std::erase_if(called, [&](const sqlparse::ObjectName& it) { return it.schema.empty() && m_own.has(it.name, 0); });
    for (const schema::Name& function : db::find_stored_functions(m_session, names_of(called), schema))
      throw_hidden(step(way, "stored function " + function.text()),
                   "stands behind a name that this server has no function for");
    const std::vector<db::MysqlRelation> found = db::find_mysql_relations(m_session, names_of(names.relations), schema);
    for (const db::MysqlRelation& each : found) take(each, way);
    const auto opener = std::find_if(names.relations.begin(), names.relations.end(), opens_tables);
    if (opener != names.relations.end()) take_all(step(way, "relation " + opener->text()));
    return found;
  }

  void take_all(const std::string& way) {
    for (const db::MysqlRelation& each : db::find_mysql_views(m_session)) take(each, way);
  }

  void take(const db::MysqlRelation& relation, const std::string& way) {
    if (!m_seen.insert(relation.name).second) return;
    const std::string here = step(way, (relation.is_view ? "view " : "table ") + relation.name.text());
    if (relation.is_elsewhere)
      throw_hidden(here, fmt::format("is of engine {}: what stands behind it cannot be seen from here",
                                     relation.storage_engine));
    if (relation.writes_log)
      throw_hidden(here, "is of engine MEMORY: whoever reads it first after a restart empties it in the binary log");
    if (relation.is_view) return m_open.push_back({relation, here});
    const db::MysqlColumns columns = db::columns_of(m_session, relation.name);
    for (const std::string& expression : columns.expressions) {
      const std::string column = here + " -> virtual column";
      require_reading("SELECT " + expression, column);
      for (const std::string& name : sqlparse::mysql_names(m_session.engine(), expression).quoted) {
        if (columns.names.count(to_lower(name)) == 0)
          throw_hidden(column, "is made from column " + name + ", which this account may not see");
      }
    }
  }

  void enter(const Open& open) {
    if (open.view.definition.empty())
      throw_hidden(open.way, "this account may not see into: GRANT SHOW VIEW on the database to the read account");
    if (!sqlparse::is_plain_mysql_charset(open.view.charset))
      throw_hidden(open.way, fmt::format("has a text in {}, which is not read here", open.view.charset));
    if (sqlparse::may_read_otherwise(m_session.engine(), open.view.definition))
      throw_hidden(open.way, "has a text that the server may read otherwise than it shows it");
    const sqlparse::ParsedSql parsed = require_reading(open.view.definition, open.way);
    const std::string& schema = open.view.name.schema;
    const std::vector<db::MysqlRelation> found = look(parsed.sql, schema, open.way);
    const std::set<std::string> of_with = sqlparse::names_of_with(m_session.engine(), parsed.sql);
    for (const sqlparse::Statement& statement : parsed.statements) {
      for (const sqlparse::ObjectUse& use : statement.objects) {
        const bool bare = use.name.schema.empty();
        const sqlparse::ObjectName name{bare ? schema : use.name.schema, use.name.name};
        const bool seen = (bare && of_with.count(use.name.name) > 0) ||
                          std::any_of(found.begin(), found.end(),
                                      [&](const db::MysqlRelation& each) { return is_same(each.name, name); });
        if (!seen) throw_hidden(step(open.way, "relation " + use.name.text()), "this account may not see");
      }
    }
  }

  sqlparse::ParsedSql require_reading(const std::string& text, const std::string& way) {
    sqlparse::ParseOptions options{k_sql_bytes_max};
    options.view_text = true;
    sqlparse::ParsedSql parsed = sqlparse::parse(m_session.engine(), text, options);
    if (!parsed.problems.empty()) throw_hidden(way, "cannot be read: " + parsed.problems.front().message);
    for (const sqlparse::Statement& statement : parsed.statements) {
      const auto harmful = std::find_if(statement.functions.begin(), statement.functions.end(),
                                        [](const sqlparse::FunctionUse& use) { return !use.read_only; });
      if (harmful != statement.functions.end())
        throw_hidden(step(way, "function " + harmful->name.text()), "is not known to be read-only");
      require_own_functions(statement, way);
      if (!statement.read_only) throw_hidden(way, "is not proven to be read-only: " + statement.reason);
    }
    return parsed;
  }

  bool is_same(const schema::Name& name, const sqlparse::ObjectName& written) const {
    if (!m_folds_names) return name.schema == written.schema && name.name == written.name;
    return to_lower(name.schema) == to_lower(written.schema) && to_lower(name.name) == to_lower(written.name);
  }

  db::Session& m_session;
  db::OwnFunctions m_own;
  bool m_folds_names;  ///< names of tables and schemas mean the same in either case
  std::set<schema::Name> m_seen;
  std::vector<Open> m_open;
};

}  // namespace

void require_nothing_hidden_on_mysql(db::Session& session, const sqlparse::ParsedSql& query) {
  ViewWalk(session).query(query);
}

}  // namespace dbw::workflow
