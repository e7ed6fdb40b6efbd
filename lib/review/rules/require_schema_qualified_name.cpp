#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool lives_in_schema(ObjectKind kind) {
  return kind == ObjectKind::table || kind == ObjectKind::view || kind == ObjectKind::materialized_view ||
         kind == ObjectKind::index || kind == ObjectKind::sequence || kind == ObjectKind::function ||
         kind == ObjectKind::type || kind == ObjectKind::domain;
}

void check_require_schema_qualified_name(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.statement_class != StatementClass::ddl || statement.temporary) return;
  if (!lives_in_schema(statement.target_kind)) return;
  const std::vector<ObjectName> one = {statement.target};
  for (const ObjectName& name : statement.targets.empty() ? one : statement.targets) {
    if (name.schema.empty() && !name.name.empty())
      out.add(statement.range, quoted(name) + " is whatever search_path finds first", name.text());
  }
}

}  // namespace

constinit const Rule k_rule_require_schema_qualified_name = {
    .info =
        {
            .id = "require-schema-qualified-name",
            .category = "naming",
            .engines = k_postgresql,
            .severity = model::Severity::off,
            .summary = "DDL that names its object without a schema. Off unless the policy gives it a severity.",
            .why = "Which object is meant depends on search_path, which differs between roles, databases and sessions: "
                   "the change may alter another table than the one that was reviewed.",
            .instead = "ALTER TABLE app.orders ...",
            .sources = "PostgreSQL manual, \"The Schema Search Path\".",
        },
    .on_statement = check_require_schema_qualified_name,
};

}  // namespace dbw::review
