#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool needs_no_quotes(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(),
                                 [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  return plain && (name.front() < '0' || name.front() > '9');
}

void check_identifier_charset(const RuleInput& in, Findings& out) {
  std::set<std::string> seen;
  const auto check = [&](const std::string& name) {
    if (!name.empty() && !needs_no_quotes(name) && seen.insert(name).second)
      out.add(in.statement.range, "the name " + quoted(name) + " needs quotes, or upper and lower case", name);
  };
  for (const sqlparse::ObjectUse& use : in.statement.objects) {
    if (use.access == sqlparse::Access::create) check(use.name.name);
  }
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) { check(column.name); });
  for_declared_constraints(in, [&](const sqlparse::Constraint& constraint) { check(constraint.name); });
  for (const AlterAction& action : in.statement.actions) check(action.new_name);
}

}  // namespace

constinit const Rule k_rule_identifier_charset = {
    .info =
        {
            .id = "identifier-charset",
            .category = "naming",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "A new name, of whatever kind, with other characters than a-z, 0-9 and the underscore, or with "
                       "a digit first.",
            .why = "Every statement must quote it in the same spelling; whoever forgets that gets another object, or "
                   "none.",
            .instead = "order_items_2",
            .sources = "PostgreSQL manual, \"Lexical Structure\"; MySQL manual, \"Schema Object Names\"; SQLite "
                       "documentation, \"SQLite Keywords\".",
        },
    .on_statement = check_identifier_charset,
};

}  // namespace dbw::review
