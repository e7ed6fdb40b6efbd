#include "review/change_index.hpp"

#include <algorithm>

#include "review/review.hpp"

namespace dbw::review {

using sqlparse::AlterAction;
using sqlparse::ObjectKind;
using sqlparse::ObjectName;

namespace {

std::vector<ByteRange> furthest_ends(const std::vector<sqlparse::ParseProblem>& problems) {
  std::vector<ByteRange> out;
  for (const sqlparse::ParseProblem& problem : problems) out.push_back(problem.range);
  std::sort(out.begin(), out.end(), [](ByteRange a, ByteRange b) { return a.start < b.start; });
  std::size_t furthest = 0;
  for (ByteRange& range : out) range.end = furthest = std::max(furthest, range.end);
  return out;
}

}  // namespace

ChangeIndex::ChangeIndex(const std::vector<File>& files) {
  for (const File& file : files) {
    for (const sqlparse::Statement& statement : file.parsed.statements) take(statement);
    m_problems.emplace(&file, furthest_ends(file.parsed.problems));
  }
}

void ChangeIndex::take(const sqlparse::Statement& statement) {
  if (statement.kind == sqlparse::StatementKind::create_view)
    m_views[statement.target.name].insert(statement.target.schema);
  for (const sqlparse::ObjectUse& use : statement.objects) {
    const bool relation =
        use.kind == ObjectKind::table || use.kind == ObjectKind::view || use.kind == ObjectKind::index;
    if (use.access == sqlparse::Access::create && !relation) m_created.emplace(use.kind, use.name.name);
  }
  for (const AlterAction& action : statement.actions) {
    if (action.kind == AlterAction::Kind::add_column) m_columns.emplace(statement.target, action.column.name);
    const bool key = action.kind == AlterAction::Kind::add_constraint &&
                     action.constraint.kind == sqlparse::ConstraintKind::primary_key;
    if (key && statement.kind == sqlparse::StatementKind::alter_table) m_primary_keys.insert(statement.target);
  }
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

bool ChangeIndex::adds_primary_key(const ObjectName& table) const { return m_primary_keys.count(table) != 0; }

bool ChangeIndex::has_problem(const File& file, ByteRange range) const {
  const auto problems = m_problems.find(&file);
  if (problems == m_problems.end()) return false;
  const auto behind = std::lower_bound(problems->second.begin(), problems->second.end(), range.end,
                                       [](ByteRange problem, std::size_t end) { return problem.start < end; });
  return behind != problems->second.begin() && std::prev(behind)->end >= range.start;
}

}  // namespace dbw::review
