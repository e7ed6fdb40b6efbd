#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_primary_key_using_nullable_index(const RuleInput& in, Findings& out) {
  for_added_constraints(
      in, ConstraintKind::primary_key, [&](const sqlparse::Constraint& key, const sqlparse::ColumnDefinition*) {
        const ObjectName& table = in.statement.target;
        if (key.using_index.empty() || in.index.sets_not_null(table)) return;
        model::Finding& finding =
            out.add(in.statement.range,
                    "unless the columns of index " + quoted(key.using_index) + " are NOT NULL already, all of " +
                        quoted(table) + " is read while nothing else can use it",
                    table.text());
        // An index from before this change was most likely prepared together with its columns.
        if (!in.facts.created_index({table.schema, key.using_index})) Findings::at_most(finding, model::Severity::info);
      });
}

}  // namespace

constinit const Rule k_rule_add_primary_key_using_nullable_index = {
    .info =
        {
            .id = "add-primary-key-using-nullable-index",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::warning,
            .summary = "PRIMARY KEY USING INDEX in a change that does not make the columns NOT NULL; only information "
                       "where the index is older than the change.",
            .why = "A primary key makes its columns NOT NULL. Where they are not yet, PostgreSQL reads the whole table "
                   "under ACCESS EXCLUSIVE, which USING INDEX was meant to avoid.",
            .instead = "First make the columns NOT NULL without a long lock (see set-not-null-full-scan), then\n"
                       "ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX i;",
            .sources =
                "PostgreSQL manual, ALTER TABLE, \"ADD table_constraint_using_index\"; scan measured on PostgreSQL 15.",
        },
    .on_statement = check_add_primary_key_using_nullable_index,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
