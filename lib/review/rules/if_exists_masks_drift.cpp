#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool same_type(const sqlparse::ColumnDefinition& a, const sqlparse::ColumnDefinition& b) {
  return a.type == b.type && a.type_arguments == b.type_arguments && a.array == b.array;
}

void check_guarded_columns(const RuleInput& in, Findings& out) {
  const ObjectName& table = in.statement.target;
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind != AlterAction::Kind::add_column || !action.if_exists) continue;
    const sqlparse::ColumnDefinition* known = in.facts.column(table, action.column.name);
    if (known == nullptr || same_type(*known, action.column)) continue;
    out.add(in.statement.range,
            "the change has made column " + quoted(action.column.name) + " of " + quoted(table) + " as " + known->type +
                " before: this does nothing and says so to nobody",
            table.text() + "." + action.column.name);
  }
}

void check_if_exists_masks_drift(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  const ObjectName& name = statement.targets.empty() ? statement.target : statement.targets.front();
  switch (in.index.masked(statement)) {
    case ChangeIndex::Masked::differs:
      out.add(statement.range,
              "the change has made what this creates before, and otherwise: IF NOT EXISTS keeps the first one",
              name.text());
      break;
    case ChangeIndex::Masked::gone:
      out.add(statement.range,
              "the change has dropped or renamed " + quoted(name) + " before: IF EXISTS hides that this does nothing",
              name.text());
      break;
    case ChangeIndex::Masked::no:
      break;
  }
  check_guarded_columns(in, out);
}

}  // namespace

constinit const Rule k_rule_if_exists_masks_drift = {
    .info =
        {
            .id = "if-exists-masks-drift",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary = "IF NOT EXISTS for a table, index or column that the same change has made otherwise, and IF "
                       "EXISTS for one that it has dropped or renamed.",
            .why = "The statement succeeds and does nothing. What stands in the file is not what stands in the "
                   "database, and the next change builds on it.",
            .instead = "Decide which of the two is meant and keep that one; without the guard the server reports the "
                       "difference.",
            .sources = "PostgreSQL manual, CREATE TABLE: nothing says that the existing relation is like the one that "
                       "would have been created; MySQL manual, \"CREATE TABLE Statement\"; SQLite documentation, "
                       "CREATE TABLE.",
        },
    .on_statement = check_if_exists_masks_drift,
};

}  // namespace dbw::review
