#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_rename_enum_value(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::alter_type || in.index.creates_type(in.statement.target)) return;
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind != AlterAction::Kind::rename_other) continue;
    out.add(in.statement.range,
            "running code still reads and writes " + quoted(action.name) + ", which becomes " + quoted(action.new_name),
            in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_rename_enum_value = {
    .info =
        {
            .id = "rename-enum-value",
            .category = "backward-compat",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "ALTER TYPE ... RENAME VALUE of an existing enum.",
            .why = "Code that writes the old value gets an error at once, code that compares with it fails too, and "
                   "code that reads gets a value it does not know.",
            .instead = "ALTER TYPE t ADD VALUE 'new' AFTER 'old'; teach the code both, update rows in batches, then "
                       "stop using the old value (a value of an enum cannot be dropped).",
            .sources = "PostgreSQL manual, ALTER TYPE, \"RENAME VALUE\".",
        },
    .on_statement = check_rename_enum_value,
    .kinds = {StatementKind::alter_type},
};

}  // namespace dbw::review
