#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_drop_schema(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::drop || in.statement.target_kind != ObjectKind::schema) return;
  for (const ObjectName& schema : in.statement.targets) {
    const std::string with = in.statement.cascade ? " and everything in it are destroyed" : " is destroyed";
    out.add(in.statement.range, "schema " + quoted(schema) + with, schema.text());
  }
}

}  // namespace

constinit const Rule k_rule_drop_schema = {
    .info =
        {
            .id = "drop-schema",
            .category = "destructive",
            .engines = k_postgresql,
            .severity = model::Severity::block,
            .summary = "DROP SCHEMA.",
            .why = "With CASCADE every table, view and function in it is gone, and foreign keys of other schemas with "
                   "them. Without CASCADE it works on an empty schema only, and names in every search_path that lists "
                   "it change their meaning.",
            .instead = "Empty the schema object by object first, so that reviewers read the names; drop it in a later "
                       "change. Ask for a waiver that says when its backup was tested.",
            .sources = "PostgreSQL manual, DROP SCHEMA; locks on everything inside measured on PostgreSQL 15.",
        },
    .on_statement = check_drop_schema,
    .kinds = {StatementKind::drop},
};

}  // namespace dbw::review
