#include "review/change_index.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "review/made_keys.hpp"
#include "review/online_ddl.hpp"
#include "review/review.hpp"

namespace dbw::review {

using sqlparse::AlterAction;
using sqlparse::ObjectKind;
using sqlparse::ObjectName;
using sqlparse::Statement;
using sqlparse::StatementKind;

namespace {

std::vector<ByteRange> furthest_ends(const std::vector<sqlparse::ParseProblem>& problems) {
  std::vector<ByteRange> out;
  for (const sqlparse::ParseProblem& problem : problems) out.push_back(problem.range);
  std::sort(out.begin(), out.end(), [](ByteRange a, ByteRange b) { return a.start < b.start; });
  std::size_t furthest = 0;
  for (ByteRange& range : out) range.end = furthest = std::max(furthest, range.end);
  return out;
}

/// No server takes more columns in an index.
constexpr std::size_t k_index_columns_max_server = 64;

constexpr std::string_view k_default_suffix = "_default";

bool is_named_default(const ObjectName& table) {
  const std::string& name = table.name;
  return name.size() > k_default_suffix.size() &&
         std::string_view(name).substr(name.size() - k_default_suffix.size()) == k_default_suffix;
}

/// The name of the table or index that the statement creates.
ObjectName declared_name(const Statement& statement) {
  if (statement.kind == StatementKind::create_table) return statement.target;
  for (const sqlparse::ObjectUse& use : statement.objects) {
    if (use.kind == ObjectKind::index && use.access == sqlparse::Access::create) return use.name;
  }
  return {};
}

bool same_columns(const std::vector<sqlparse::ColumnDefinition>& a, const std::vector<sqlparse::ColumnDefinition>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.name == y.name && x.type == y.type && x.type_arguments == y.type_arguments && x.array == y.array &&
           x.not_null == y.not_null;
  });
}

bool same_declaration(const Statement& a, const Statement& b) {
  const auto keys = [](const Statement& statement) {
    std::vector<std::vector<std::string>> out;
    for (const sqlparse::IndexDefinition& index : statement.indexes) out.push_back(index.columns);
    return out;
  };
  return a.kind == b.kind && table_of(a) == table_of(b) && a.unique == b.unique && same_columns(a.columns, b.columns) &&
         (a.kind == StatementKind::create_table || keys(a) == keys(b));
}

/// Spares most statements a closer look.
bool mentions_where(std::string_view text) {
  constexpr std::string_view k_where = "where";
  return std::search(text.begin(), text.end(), k_where.begin(), k_where.end(),
                     [](char a, char b) { return ascii_lower(a) == b; }) != text.end();
}

std::string_view statement_text(const File& file, const Statement& statement) {
  const ByteRange range = statement.range;
  if (range.start > range.end || range.end > file.parsed.sql.size()) return {};
  return std::string_view(file.parsed.sql).substr(range.start, range.end - range.start);
}

/// CREATE INDEX ... WHERE.
bool is_partial_index(const File& file, const Statement& statement) {
  if (statement.kind != StatementKind::create_index) return false;
  const std::string_view text = statement_text(file, statement);
  if (!mentions_where(text)) return false;
  const Lexemes lexemes(file.parsed.engine, text);
  return lexemes.find(0, {"where"}) < lexemes.size();
}

}  // namespace

ChangeIndex::ChangeIndex(Engine engine, const std::vector<File>& files) {
  ChangeLocksReader locks(engine);
  for (const File& file : files) {
    locks.start_file(file.transactional);
    m_rebuilds.start_file();
    for (const sqlparse::Statement& statement : file.parsed.statements) {
      locks.take(statement);
      m_lookalikes.take(statement);
      m_repetitions.take(statement);
      take(statement);
      take_indexes(file, statement);
      if (engine == Engine::mysql) take_row_version(statement);
      if (engine == Engine::sqlite) m_rebuilds.take(statement, statement_text(file, statement));
    }
    locks.end_file();
    if (!file.parsed.problems.empty()) m_problems.emplace(&file, furthest_ends(file.parsed.problems));
  }
  m_locks = locks.locks();
}

void ChangeIndex::take(const Statement& statement) {
  if (statement.kind == StatementKind::create_view) m_views[statement.target.name].insert(statement.target.schema);
  ++m_place;
  if (statement.kind == StatementKind::drop) m_drop_places.emplace(&statement, m_place);
  if (statement.kind == StatementKind::drop && statement.target_kind == ObjectKind::index)
    m_dropped_indexes.insert(statement.targets.begin(), statement.targets.end());
  if (statement.kind == StatementKind::create_type) m_types.insert(statement.target);
  if (statement.kind == StatementKind::set && !statement.setting_value.empty()) m_settings.insert(statement.setting);
  for (const sqlparse::ObjectUse& use : statement.objects) {
    const bool relation =
        use.kind == ObjectKind::table || use.kind == ObjectKind::view || use.kind == ObjectKind::index;
    if (use.access == sqlparse::Access::create && !relation) m_created[{use.kind, use.name.name}] = m_place;
  }
  for (const AlterAction& action : statement.actions) take_action(statement, action);
  if (statement.target_kind == ObjectKind::domain) take_domain(statement);
  take_tables(statement);
  take_guard(statement);
  take_restated(statement);
}

void ChangeIndex::take_indexes(const File& file, const Statement& statement) {
  if (statement.temporary) return;
  Keys* keys = nullptr;
  const auto of_table = [&]() -> Keys& {
    if (keys == nullptr) keys = &m_keys[table_of(statement)];
    return *keys;
  };
  for (const std::string& column : primary_key_of(statement)) of_table().primary.insert(column);
  const bool partial = is_partial_index(file, statement);
  for_keys(statement, [&](const std::vector<std::string>& columns) {
    ++of_table().count;
    of_table().columns.insert(columns.begin(), columns.end());
    if (partial) return;
    std::vector<std::string> prefix;
    for (std::size_t i = 0; i < std::min(columns.size(), k_index_columns_max_server); ++i) {
      prefix.insert(std::upper_bound(prefix.begin(), prefix.end(), columns[i]), columns[i]);
      of_table().prefixes.insert(prefix);
    }
  });
}

void ChangeIndex::take_restated(const Statement& statement) {
  if (statement.kind != StatementKind::alter_table) return;
  for (const AlterAction& action : statement.actions) {
    if (action.kind == AlterAction::Kind::drop_constraint && action.if_exists)
      m_dropped_if_exists.emplace(statement.target, action.name);
    if (action.kind == AlterAction::Kind::add_constraint &&
        m_dropped_if_exists.erase({statement.target, action.constraint.name}) != 0)
      m_restated.emplace(&statement, action.constraint.name);
  }
}

void ChangeIndex::take_action(const Statement& statement, const AlterAction& action) {
  if (action.kind == AlterAction::Kind::add_column || action.kind == AlterAction::Kind::drop_column ||
      action.positioned)
    m_reshaped.insert(statement.target.name);
  if (action.kind == AlterAction::Kind::add_column) m_columns.emplace(statement.target, action.column.name);
  if (action.kind == AlterAction::Kind::rename_column) m_columns.emplace(statement.target, action.new_name);
  if (statement.kind != StatementKind::alter_table) return;
  if (action.kind == AlterAction::Kind::rename_table)
    m_renames.emplace(action.new_name, Renamed{renamed_table(statement, action).name, m_place});
  const bool key = action.kind == AlterAction::Kind::add_constraint &&
                   action.constraint.kind == sqlparse::ConstraintKind::primary_key;
  if (key) m_primary_keys.insert(statement.target);
  if (action.kind == AlterAction::Kind::set_not_null) m_not_null_tables.insert(statement.target);
}

void ChangeIndex::take_domain(const Statement& statement) {
  const bool constrained = std::any_of(statement.actions.begin(), statement.actions.end(), [](const AlterAction& it) {
    return it.kind == AlterAction::Kind::add_constraint || it.kind == AlterAction::Kind::set_not_null;
  });
  if (constrained || !statement.constraints.empty()) m_constrained_domains.insert(to_lower(statement.target.text()));
}

void ChangeIndex::take_tables(const Statement& statement) {
  const bool creates = statement.kind == StatementKind::create_table && !statement.temporary;
  if (creates) m_permanent_tables.try_emplace(statement.target.name, statement.target);
  for (const sqlparse::ObjectUse& use : statement.objects) {
    if (use.kind == ObjectKind::table && is_named_default(use.name)) take_default(use);
    if (use.kind == ObjectKind::table && !use.name.schema.empty() && use.name.schema != "pg_temp")
      m_permanent_tables.try_emplace(use.name.name, use.name);
  }
}

// A row version is used up by each statement, whatever the number of its columns; a rebuild takes all of them back.
void ChangeIndex::take_row_version(const Statement& statement) {
  if (statement.kind != StatementKind::alter_table) return;
  const DdlOperations operations = ddl_operations(statement);
  if (operations.empty()) return;
  const bool columns = std::all_of(operations.begin(), operations.end(), [](DdlOperation operation) {
    return operation == DdlOperation::add_column || operation == DdlOperation::add_column_positioned ||
           operation == DdlOperation::drop_column;
  });
  const bool no_rebuild = std::all_of(operations.begin(), operations.end(), [](DdlOperation operation) {
    return operation == DdlOperation::add_index || operation == DdlOperation::add_spatial_index ||
           concerns_partitions(operation);
  });
  if (columns) {
    m_row_versions.emplace(&statement, ++m_row_version_counts[statement.target]);
  } else if (!no_rebuild) {
    m_row_version_counts.erase(statement.target);
  }
}

// In the order in which the statements run.
void ChangeIndex::take_guard(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::create_table:
    case StatementKind::create_index:
      if (!statement.temporary) take_declaration(statement);
      break;
    case StatementKind::drop:
      take_drop(statement);
      break;
    case StatementKind::alter_table:
      if (statement.if_exists && m_gone.count(statement.target) != 0) m_masked.emplace(&statement, Masked::gone);
      m_declared.erase(statement.target);  // it has other columns now
      for (const AlterAction& action : statement.actions) {
        if (action.kind != AlterAction::Kind::rename_table) continue;
        const ObjectName from = renamed_table(statement, action);
        m_gone.insert(from);
        m_gone.erase({from.schema, action.new_name});
      }
      break;
    default:
      if (!moves_objects(statement)) break;
      m_declared.clear();
      m_gone.clear();
  }
}

void ChangeIndex::take_declaration(const Statement& statement) {
  const ObjectName name = declared_name(statement);
  if (name.name.empty()) return;
  const auto [entry, first] = m_declared.emplace(name, &statement);
  if (!first && statement.if_exists && !same_declaration(*entry->second, statement))
    m_masked.emplace(&statement, Masked::differs);
  m_gone.erase(name);
}

void ChangeIndex::take_drop(const Statement& statement) {
  const bool followed = statement.target_kind == ObjectKind::table || statement.target_kind == ObjectKind::view ||
                        statement.target_kind == ObjectKind::index;
  if (!followed || statement.cascade) {
    m_declared.clear();
    m_gone.clear();
    return;
  }
  for (const ObjectName& name : statement.targets) {
    const bool was_gone = !m_gone.insert(name).second;
    if (statement.if_exists && was_gone) m_masked.emplace(&statement, Masked::gone);
    m_declared.erase(name);
  }
}

void ChangeIndex::take_default(const sqlparse::ObjectUse& use) {
  const bool old = use.access != sqlparse::Access::create;
  const auto [entry, first] = m_named_default.emplace(use.name, old);
  if (!first) entry->second = entry->second && old;
}

bool ChangeIndex::creates_view(const ObjectName& name) const {
  const auto found = m_views.find(name.name);
  if (found == m_views.end()) return false;
  return name.schema.empty() || found->second.count(name.schema) != 0 || found->second.count({}) != 0;
}

bool ChangeIndex::creates(ObjectKind kind, const std::string& name) const { return m_created.count({kind, name}) != 0; }

bool ChangeIndex::adds_column(const ObjectName& table, const std::string& column) const {
  return m_columns.count({table, column}) != 0;
}

bool ChangeIndex::reshapes(const std::string& bare_name) const { return m_reshaped.count(bare_name) > 0; }

bool ChangeIndex::adds_primary_key(const ObjectName& table) const { return m_primary_keys.count(table) != 0; }

bool ChangeIndex::sets_not_null(const ObjectName& table) const { return m_not_null_tables.count(table) != 0; }

bool ChangeIndex::drops_index(const ObjectName& index) const { return m_dropped_indexes.count(index) != 0; }

bool ChangeIndex::creates_type(const ObjectName& type) const { return m_types.count(type) != 0; }

bool ChangeIndex::sets(const std::string& setting) const { return m_settings.count(setting) != 0; }

bool ChangeIndex::constrains_domain(const std::string& type) const { return m_constrained_domains.count(type) != 0; }

std::optional<ObjectName> ChangeIndex::permanent_table(const std::string& name) const {
  const auto found = m_permanent_tables.find(name);
  return found != m_permanent_tables.end() ? std::optional(found->second) : std::nullopt;
}

std::optional<ObjectName> ChangeIndex::default_by_name(const ObjectName& parent) const {
  const ObjectName name = {parent.schema, parent.name + std::string(k_default_suffix)};
  const auto found = m_named_default.find(name);
  return found != m_named_default.end() && found->second ? std::optional(name) : std::nullopt;
}

std::size_t ChangeIndex::row_version(const Statement& statement) const {
  const auto found = m_row_versions.find(&statement);
  return found != m_row_versions.end() ? found->second : 0;
}

ChangeIndex::Masked ChangeIndex::masked(const Statement& statement) const {
  const auto found = m_masked.find(&statement);
  return found != m_masked.end() ? found->second : Masked::no;
}

const ChangeIndex::Keys* ChangeIndex::keys_of(const ObjectName& table) const {
  const auto found = m_keys.find(table);
  return found != m_keys.end() ? &found->second : nullptr;
}

bool ChangeIndex::indexes(const ObjectName& table, std::vector<std::string> columns) const {
  const Keys* keys = keys_of(table);
  std::sort(columns.begin(), columns.end());
  return keys != nullptr && keys->prefixes.count(columns) != 0;
}

bool ChangeIndex::is_key_column(const ObjectName& table, const std::string& column) const {
  const Keys* keys = keys_of(table);
  return keys != nullptr && keys->primary.count(column) != 0;
}

bool ChangeIndex::indexes_column(const ObjectName& table, const std::string& column) const {
  const Keys* keys = keys_of(table);
  return keys != nullptr && keys->columns.count(column) != 0;
}

std::size_t ChangeIndex::index_count(const ObjectName& table) const {
  const Keys* keys = keys_of(table);
  return keys != nullptr ? keys->count : 0;
}

bool ChangeIndex::restates(const Statement& statement, const std::string& constraint) const {
  return m_restated.count({&statement, constraint}) != 0;
}

const std::string* ChangeIndex::renamed_from(const Statement& statement, const std::string& new_name) const {
  const auto found = m_renames.find(new_name);
  if (found == m_renames.end()) return nullptr;
  const auto place = m_drop_places.find(&statement);  // none: it stands in a body, which may run at any time
  const bool dropped_before = place != m_drop_places.end() && place->second < found->second.place;
  return dropped_before ? nullptr : &found->second.old_name;
}

bool ChangeIndex::creates_behind(const Statement& drop, ObjectKind kind, const std::string& name) const {
  const auto found = m_created.find({kind, name});
  if (found == m_created.end()) return false;
  const auto place = m_drop_places.find(&drop);  // none: likewise
  return place == m_drop_places.end() || place->second < found->second;
}

bool ChangeIndex::has_problem(const File& file, ByteRange range) const {
  const auto problems = m_problems.find(&file);
  if (problems == m_problems.end()) return false;
  const auto behind = std::lower_bound(problems->second.begin(), problems->second.end(), range.end,
                                       [](ByteRange problem, std::size_t end) { return problem.start < end; });
  return behind != problems->second.begin() && std::prev(behind)->end >= range.start;
}

}  // namespace dbw::review
