#include "review/made_keys.hpp"

namespace dbw::review {

std::vector<std::string> primary_key_of(const sqlparse::Statement& statement) {
  std::vector<std::string> out;
  const auto add = [&](const sqlparse::Constraint& constraint) {
    if (constraint.kind == sqlparse::ConstraintKind::primary_key)
      out.insert(out.end(), constraint.columns.begin(), constraint.columns.end());
  };
  for (const sqlparse::Constraint& constraint : statement.constraints) add(constraint);
  for (const sqlparse::ColumnDefinition& column : statement.columns) {
    for (const sqlparse::Constraint& constraint : column.constraints) {
      if (constraint.kind == sqlparse::ConstraintKind::primary_key) out.push_back(column.name);
    }
  }
  for (const sqlparse::AlterAction& action : statement.actions) {
    if (action.kind == sqlparse::AlterAction::Kind::add_constraint) add(action.constraint);
  }
  return out;
}

}  // namespace dbw::review
