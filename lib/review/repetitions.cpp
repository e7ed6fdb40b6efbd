#include "review/repetitions.hpp"

#include "base/text.hpp"

namespace dbw::review {

using sqlparse::Statement;
using sqlparse::StatementKind;

void Repetitions::take(const Statement& statement) {
  const bool slice = statement.kind == StatementKind::update || statement.kind == StatementKind::delete_;
  if (!slice || statement.temporary) return;
  const auto [group, first] =
      m_groups.emplace(std::pair(statement.kind, to_lower(statement.target.name)), m_totals.size());
  if (first) m_totals.push_back(0);
  m_slices.emplace(&statement, Slice{group->second, ++m_totals[group->second]});
}

std::size_t Repetitions::number(const Statement& statement) const {
  const auto found = m_slices.find(&statement);
  return found != m_slices.end() ? found->second.number : 0;
}

std::size_t Repetitions::total(const Statement& statement) const {
  const auto found = m_slices.find(&statement);
  return found != m_slices.end() ? m_totals[found->second.group] : 0;
}

}  // namespace dbw::review
