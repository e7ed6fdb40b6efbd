#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_primary_key_blocking(const RuleInput& in, Findings& out) {
  for_added_constraints(in, ConstraintKind::primary_key,
                        [&](const sqlparse::Constraint& key, const sqlparse::ColumnDefinition*) {
                          if (!key.using_index.empty()) return;
                          const ObjectName& table = in.statement.target;
                          out.add(in.statement.range,
                                  "building the primary key blocks reads and writes of " + quoted(table), table.text());
                        });
}

}  // namespace

constinit const Rule k_rule_add_primary_key_blocking = {
    .info =
        {
            .id = "add-primary-key-blocking",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "A PRIMARY KEY that is added to an existing table and builds its index at once.",
            .why = "The index is built under ACCESS EXCLUSIVE, and columns that may be NULL are scanned too: reads and "
                   "writes wait.",
            .instead =
                "CREATE UNIQUE INDEX CONCURRENTLY i ON t (id); make id NOT NULL (see set-not-null-full-scan), then\n"
                "ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX i;",
            .sources = "PostgreSQL manual, ALTER TABLE; locks, rewrites and scans measured on PostgreSQL 15.",
        },
    .on_statement = check_add_primary_key_blocking,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
