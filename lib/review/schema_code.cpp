#include "review/schema_code.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/limits.hpp"

namespace dbw::review {
namespace {

using schema::Relation;
using schema::Routine;
using sqlparse::FunctionUse;
using sqlparse::ObjectName;
using sqlparse::Statement;
using sqlparse::StatementKind;

/// What MySQL and MariaDB declare of functions they do not enforce.
bool is_harmless(const Routine& routine, Engine engine) {
  return engine == Engine::postgresql && !routine.security_definer && !routine.returns.empty() &&
         (routine.volatility == "stable" || routine.volatility == "immutable");
}

std::string harm_of(const Routine& routine) {
  const std::string text = fmt::format("function {}({})", routine.name.text(), routine.arguments);
  if (routine.security_definer) return text + ", which is SECURITY DEFINER";
  return text + (routine.volatility == "volatile" ? ", which is VOLATILE" : ", whose declarations are not enforced");
}

bool is_query(const Statement& statement) {
  return statement.kind == StatementKind::select || statement.kind == StatementKind::show ||
         statement.kind == StatementKind::explain;
}

/// Leaves functions, views and the meaning of names as they are.
bool keeps_code(const Statement& statement) {
  if (statement.kind == StatementKind::set)
    return statement.setting != "search_path" && statement.setting != "role" &&
           statement.setting != "session_authorization";
  return statement.statement_class == StatementClass::read || statement.statement_class == StatementClass::dml;
}

class SchemaCode {
 public:
  explicit SchemaCode(const schema::Catalogue& catalogue) : m_engine(catalogue.engine) {
    for (const Routine& routine : catalogue.routines) m_routines[routine.name.name].push_back(&routine);
    for (const Relation& relation : catalogue.relations) {
      if (relation.kind == Relation::Kind::view) m_views[relation.name.name].push_back(&relation);
    }
    for (const schema::Type& type : catalogue.types) m_types[type.name.name].push_back(&type);
  }

  void judge(Statement& statement) {
    if (!is_query(statement)) return;
    const std::string hidden = statement.read_only || is_provable(statement) ? harm_behind(statement) : "";
    if (!hidden.empty()) {
      statement.read_only = false;
      statement.statement_class = std::max(statement.statement_class, StatementClass::procedural);
      statement.reason = "it comes to " + hidden;
    } else if (!statement.read_only && is_provable(statement)) {
      statement.read_only = true;
      statement.statement_class = StatementClass::read;
      statement.reason = "its functions and types are harmless by the snapshot";
      for (FunctionUse& use : statement.functions) use.read_only = true;
    }
  }

 private:
  template <typename Item>
  using ByName = std::map<std::string, std::vector<const Item*>>;

  /// A bare name means all that have it; of PostgreSQL the one in `public` where there is one.
  template <typename Item>
  std::vector<const Item*> named(const ByName<Item>& items, const ObjectName& name) const {
    const auto found = items.find(name.name);
    if (found == items.end()) return {};
    const std::string schema = name.schema.empty() && m_engine == Engine::postgresql ? "public" : name.schema;
    std::vector<const Item*> out;
    std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(out),
                 [&](const Item* item) { return item->name.schema == schema; });
    return out.empty() && name.schema.empty() ? found->second : out;
  }

  /// Every overload must be harmless: which one is called depends on types.
  bool is_harmless_function(const FunctionUse& use) const {
    const auto routines = named(m_routines, use.name);
    return !routines.empty() && std::all_of(routines.begin(), routines.end(),
                                            [&](const Routine* routine) { return is_harmless(*routine, m_engine); });
  }

  /// A cast is a function that returns the type.
  bool is_harmless_type(const ObjectName& name) const {
    const auto types = named(m_types, name);
    if (types.size() != 1 || types.front()->constrained) return false;
    const schema::Name& type = types.front()->name;
    for (const auto& [bare, routines] : m_routines) {
      for (const Routine* routine : routines) {
        const bool returns = routine->returns == type.name || routine->returns == type.text();
        if (returns && !is_harmless(*routine, m_engine)) return false;
      }
    }
    return true;
  }

  bool is_provable(const Statement& statement) const {
    if (m_engine != Engine::postgresql || statement.unknown_otherwise ||
        statement.class_beside_unknown != StatementClass::read)
      return false;
    return std::all_of(statement.functions.begin(), statement.functions.end(),
                       [&](const FunctionUse& use) { return use.read_only || is_harmless_function(use); }) &&
           std::all_of(statement.foreign_types.begin(), statement.foreign_types.end(),
                       [&](const ObjectName& type) { return is_harmless_type(type); });
  }

  /// What the statement comes to that may write: "" where the snapshot knows of nothing.
  std::string harm_behind(const Statement& statement) {
    for (const FunctionUse& use : statement.functions) {
      // The server's own functions are called before stored ones of the same name, except on PostgreSQL.
      if (use.read_only && (m_engine != Engine::postgresql || use.name.schema == "pg_catalog")) continue;
      for (const Routine* routine : named(m_routines, use.name)) {
        if (!is_harmless(*routine, m_engine)) return harm_of(*routine);
      }
    }
    for (const sqlparse::ObjectUse& use : statement.objects) {
      for (const Relation* view : named(m_views, use.name)) {
        const std::string& harm = harm_of_view(*view);
        if (!harm.empty()) return fmt::format("view {} -> {}", view->name.text(), harm);
      }
    }
    return {};
  }

  const std::string& harm_of_view(const Relation& view) {
    const auto [known, is_new] = m_view_harm.try_emplace(view.name);
    if (!is_new) return known->second;
    if (m_depth >= k_view_depth_max) return known->second = fmt::format("views more than {} deep", k_view_depth_max);
    ++m_depth;
    const sqlparse::ParsedSql parsed = sqlparse::parse(m_engine, view.definition, {k_sql_bytes_max});
    std::string harm;
    for (const Statement& statement : parsed.statements) {
      if (harm.empty()) harm = harm_behind(statement);
      const bool writes = m_engine == Engine::postgresql ? statement.class_beside_unknown != StatementClass::read
                                                         : statement.statement_class != StatementClass::read;
      if (harm.empty() && parsed.problems.empty() && writes) harm = statement.reason;
    }
    --m_depth;
    return m_view_harm[view.name] = std::move(harm);
  }

  Engine m_engine;
  ByName<Routine> m_routines;
  ByName<Relation> m_views;
  ByName<schema::Type> m_types;
  std::map<schema::Name, std::string> m_view_harm;  ///< of those that were looked at
  int m_depth = 0;                                  ///< views that are being looked into
};

}  // namespace

ReviewInput with_schema_code(ReviewInput input) {
  SchemaCode code(input.snapshot->catalogue);
  for (File& file : input.files) {
    for (Statement& statement : file.parsed.statements) {
      code.judge(statement);
      if (!keeps_code(statement)) return input;
    }
  }
  return input;
}

}  // namespace dbw::review
