#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// ON ONLY builds nothing where the table is a partitioned one, for which it is meant.
bool is_of_parent_alone(const RuleInput& in, const ObjectName& table) {
  const std::size_t on = in.lexemes.find(0, {"on"});
  const schema::Relation* known = in.schema.relation(table);
  return in.lexemes.is(on + 1, "only") &&
         (known == nullptr || known->kind == schema::Relation::Kind::partitioned_table);
}

void check_create_index_not_concurrent(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::create_index || in.statement.concurrently || !on_old_table(in)) return;
  const ObjectName& table = table_of(in.statement);
  if (is_of_parent_alone(in, table)) return;
  out.add(in.statement.range, "this index build blocks every write to " + quoted(table) + " until it is finished",
          table.text());
}

}  // namespace

constinit const Rule k_rule_create_index_not_concurrent = {
    .info =
        {
            .id = "create-index-not-concurrent",
            .category = "locking",
            .engines = k_postgresql,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "CREATE INDEX without CONCURRENTLY on a table that existed before this change.",
            .why = "CREATE INDEX holds a SHARE lock until the whole table has been read: reads go on, every INSERT, "
                   "UPDATE and DELETE waits.",
            .instead =
                "Build it with CREATE INDEX CONCURRENTLY in a step of its own with `transaction: none`. On a "
                "partitioned table: CREATE INDEX ON ONLY the parent, build per partition concurrently, then ATTACH.",
            .sources =
                "PostgreSQL manual, CREATE INDEX, \"Building Indexes Concurrently\"; lock measured on PostgreSQL 15.",
        },
    .on_statement = check_create_index_not_concurrent,
    .kinds = {StatementKind::create_index},
};

}  // namespace dbw::review
