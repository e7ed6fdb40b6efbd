#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_enum_value_without_position(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::alter_type) return;
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::add_enum_value && !action.positioned)
      out.add(in.statement.range, "'" + action.name + "' sorts behind all values that are there when this runs",
              in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_enum_value_without_position = {
    .info =
        {
            .id = "enum-value-without-position",
            .category = "type-choice",
            .engines = k_postgresql,
            .severity = model::Severity::info,
            .summary = "ALTER TYPE ... ADD VALUE without BEFORE or AFTER.",
            .why = "The order of an enum decides ORDER BY and comparisons. Without a position it depends on the order "
                   "in which changes reach a database, and it cannot be changed later.",
            .instead = "ALTER TYPE t ADD VALUE 'new' AFTER 'old';",
            .sources = "PostgreSQL manual, ALTER TYPE, \"ADD VALUE\".",
        },
    .on_statement = check_enum_value_without_position,
    .kinds = {StatementKind::alter_type},
};

}  // namespace dbw::review
