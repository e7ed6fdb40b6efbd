#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "db/mysql_reach.hpp"
#include "workflow/query_guard.hpp"

// What a stored function declares (DETERMINISTIC, NO SQL) the server does not enforce, so that none is harmless.
namespace dbw::workflow {
namespace {

class ViewWalk {
 public:
  explicit ViewWalk(db::Session& session) : m_session(session) {}

  void query(const sqlparse::Statement& statement) {
    for (const sqlparse::FunctionUse& use : statement.functions) {
      if (db::finds_stored_function(m_session, use.name.name))
        throw_hidden("stored function " + use.name.name, "stands behind a name that this server has no function for");
    }
    follow(statement, "");
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

  /// Bare names that are nowhere are those of WITH; a view's text qualifies every other.
  void follow(const sqlparse::Statement& statement, const std::string& way) {
    for (const sqlparse::ObjectUse& use : statement.objects) {
      const auto found = db::find_mysql_relations(m_session, {use.name.schema, use.name.name});
      if (found.empty() && !way.empty() && !use.name.schema.empty())
        throw_hidden(step(way, "relation " + use.name.text()), "this account may not see");
      for (const db::MysqlRelation& each : found) take(each, way);
    }
  }

  void take(const db::MysqlRelation& relation, const std::string& way) {
    if (!m_seen.insert(relation.name).second) return;
    const std::string here = step(way, (relation.is_view ? "view " : "table ") + relation.name.text());
    if (relation.is_elsewhere)
      throw_hidden(here, fmt::format("is of engine {}: what stands behind it cannot be seen from here",
                                     relation.storage_engine));
    if (relation.is_view) m_open.push_back({relation, here});
  }

  void enter(const Open& open) {
    if (open.view.definition.empty())
      throw_hidden(open.way, "this account may not see into: GRANT SHOW VIEW on the database to the read account");
    const sqlparse::ParsedSql parsed = sqlparse::parse(m_session.engine(), open.view.definition, {k_sql_bytes_max});
    if (!parsed.problems.empty()) throw_hidden(open.way, "cannot be read: " + parsed.problems.front().message);
    for (const sqlparse::Statement& statement : parsed.statements) {
      const auto harmful = std::find_if(statement.functions.begin(), statement.functions.end(),
                                        [](const sqlparse::FunctionUse& use) { return !use.read_only; });
      if (harmful != statement.functions.end())
        throw_hidden(step(open.way, "function " + harmful->name.text()), "is not known to be read-only");
      if (!statement.read_only) throw_hidden(open.way, "is not proven to be read-only: " + statement.reason);
      follow(statement, open.way);
    }
  }

  static std::string step(const std::string& way, const std::string& next) {
    return way.empty() ? next : way + " -> " + next;
  }

  db::Session& m_session;
  std::set<schema::Name> m_seen;
  std::vector<Open> m_open;
};

}  // namespace

void require_nothing_hidden_on_mysql(db::Session& session, const sqlparse::Statement& query) {
  ViewWalk(session).query(query);
}

}  // namespace dbw::workflow
