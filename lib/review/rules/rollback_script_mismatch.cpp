#include <algorithm>
#include <set>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// A part of the schema that a script makes or takes away.
struct SchemaPart {
  std::string kind;   ///< "table", "column", "constraint", "index" ...
  std::string table;  ///< of columns, constraints and indexes
  std::string name;
  std::string text() const { return kind + " " + quoted(kind == "column" ? table + "." + name : name); }
  friend auto operator<=>(const SchemaPart&, const SchemaPart&) = default;
};

/// What a script does in total: what it makes and drops again is neither made nor dropped.
class ScriptEffect {
 public:
  ScriptEffect(Engine engine, const sqlparse::ParsedSql& script) : m_folds(engine != Engine::postgresql) {
    for (const Statement& statement : script.statements) take(statement);
    m_known = m_known && script.problems.empty();
  }

  const std::set<SchemaPart>& made() const { return m_made; }
  const std::set<SchemaPart>& dropped() const { return m_dropped; }
  const std::set<std::string>& written() const { return m_written; }
  bool touches(const std::string& table) const { return m_touched.count(table) != 0; }
  /// Nothing in it runs code that could do more than its statements say.
  bool known() const { return m_known; }
  bool drops_table_of(const SchemaPart& part) const { return m_dropped.count({"table", {}, part.table}) != 0; }
  bool makes_table_of(const SchemaPart& part) const { return m_made.count({"table", {}, part.table}) != 0; }

 private:
  std::string fold(const std::string& name) const { return m_folds ? to_lower(name) : name; }

  void make(SchemaPart part) {
    if (!part.name.empty() && m_dropped.erase(part) == 0) m_made.insert(std::move(part));
  }
  void drop(SchemaPart part) {
    if (!part.name.empty() && m_made.erase(part) == 0) m_dropped.insert(std::move(part));
  }

  void take(const Statement& statement) {
    m_known = m_known && statement.statement_class != StatementClass::opaque &&
              statement.kind != StatementKind::do_block && statement.kind != StatementKind::call;
    for (const sqlparse::ObjectUse& use : statement.objects) take_object(statement, use);
    if (statement.kind == StatementKind::drop && statement.target_kind == ObjectKind::index)
      take_dropped_indexes(statement);
    for (const AlterAction& action : statement.actions) take_action(fold(statement.target.name), action);
  }

  void take_object(const Statement& statement, const sqlparse::ObjectUse& use) {
    const std::string name = fold(use.name.name);
    if (use.kind == ObjectKind::table) m_touched.insert(name);
    if (use.kind == ObjectKind::table && use.access == sqlparse::Access::write && !statement.temporary)
      m_written.insert(name);
    if (statement.temporary || statement.or_replace || use.kind == ObjectKind::index) {
      if (use.kind == ObjectKind::index && use.access == sqlparse::Access::create)
        make({"index", fold(table_of(statement).name), name});
      return;
    }
    const SchemaPart part = {std::string(sqlparse::object_kind_name(use.kind)), {}, name};
    if (use.access == sqlparse::Access::create) make(part);
    const bool drops = use.access == sqlparse::Access::drop && statement.kind == StatementKind::drop;
    if (drops) drop(part);
  }

  // DROP INDEX of PostgreSQL and SQLite does not name the table.
  void take_dropped_indexes(const Statement& statement) {
    for (const ObjectName& index : statement.targets) {
      const std::string name = fold(index.name);
      const auto made = std::find_if(m_made.begin(), m_made.end(),
                                     [&](const SchemaPart& part) { return part.kind == "index" && part.name == name; });
      if (made != m_made.end()) {
        m_made.erase(made);
      } else {
        m_dropped.insert({"index", {}, name});
      }
    }
  }

  void take_action(const std::string& table, const AlterAction& action) {
    using Kind = AlterAction::Kind;
    switch (action.kind) {
      case Kind::add_column:
        return make({"column", table, fold(action.column.name)});
      case Kind::drop_column:
        return drop({"column", table, fold(action.name)});
      case Kind::add_constraint:
        return make({"constraint", table, fold(action.constraint.name)});
      case Kind::drop_constraint:
        return drop({"constraint", table, fold(action.name)});
      case Kind::rename_table:
        drop({"table", {}, table});
        return make({"table", {}, fold(action.new_name)});
      case Kind::rename_column:
        drop({"column", table, fold(action.name)});
        return make({"column", table, fold(action.new_name)});
      default:
        return;
    }
  }

  bool m_folds;
  bool m_known = true;
  std::set<SchemaPart> m_made, m_dropped;
  std::set<std::string> m_written, m_touched;
};

/// Indexes are compared by name alone.
SchemaPart comparable(SchemaPart part) {
  if (part.kind == "index") part.table.clear();
  return part;
}

std::set<SchemaPart> comparable(const std::set<SchemaPart>& parts) {
  std::set<SchemaPart> out;
  for (const SchemaPart& part : parts) out.insert(comparable(part));
  return out;
}

void check_rollback_script_mismatch_file(const RuleInput& in, Findings& out) {
  if (!in.file.rollback) return;
  const ScriptEffect forward(in.review.engine, in.file.parsed), back(in.review.engine, *in.file.rollback);
  const auto report = [&](const std::string& message, const std::string& object) { out.add({0, 0}, message, object); };
  if (!back.known()) return report("the rollback holds what cannot be judged: nobody knows whether it undoes this", {});
  if (!forward.known()) return;
  const std::set<SchemaPart> made = comparable(forward.made()), undone = comparable(back.dropped());
  const std::set<SchemaPart> dropped = comparable(forward.dropped()), restored = comparable(back.made());
  for (const SchemaPart& part : forward.made()) {
    if (undone.count(comparable(part)) == 0 && !back.drops_table_of(part))
      report("the rollback leaves behind the " + part.text() + " that this makes", part.name);
  }
  for (const SchemaPart& part : forward.dropped()) {
    if (restored.count(comparable(part)) == 0 && !back.makes_table_of(part))
      report("the rollback does not bring back the " + part.text() + " that this drops", part.name);
  }
  for (const SchemaPart& part : back.dropped()) {
    if (made.count(comparable(part)) == 0 && !forward.makes_table_of(part))
      report("the rollback drops the " + part.text() + ", which this does not make", part.name);
  }
  for (const std::string& table : forward.written()) {
    if (!back.touches(table) && !forward.makes_table_of({{}, table, {}}))
      report("the rollback leaves the rows of " + quoted(table) + " as this has changed them", table);
  }
}

}  // namespace

constinit const Rule k_rule_rollback_script_mismatch = {
    .info =
        {
            .id = "rollback-script-mismatch",
            .category = "destructive",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "A step's rollback that does not undo the step: it leaves behind what the step makes, does not "
                       "bring back what it drops, drops what it did not make, or does not touch a table whose rows it "
                       "changes.",
            .why = "A rollback is run in a hurry, when things are bad already. One that is wrong fails halfway, or "
                   "destroys what was there before the change.",
            .instead = "For each object that the step makes the DROP, for each that it drops the CREATE; for rows a "
                       "copy of them, or a statement of the reason why they stay.",
            .sources = "dbw: the rollback of each step of a request.",
        },
    .on_file = check_rollback_script_mismatch_file,
};

}  // namespace dbw::review
