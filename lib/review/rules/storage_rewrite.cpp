#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_storage_rewrite(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::storage_rewrite, [&](const AlterAction&) {
    const ObjectName& object = in.statement.target;
    if (in.statement.target_kind == ObjectKind::index && in.facts.created_index(object)) return;
    out.add(in.statement.range, "all of " + quoted(object) + " is copied while nothing else can use it", object.text());
  });
}

}  // namespace

constinit const Rule k_rule_storage_rewrite = {
    .info =
        {
            .id = "storage-rewrite",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "SET LOGGED, SET UNLOGGED, SET TABLESPACE or SET ACCESS METHOD of an existing table, "
                       "materialized view or index.",
            .why = "The data is copied under ACCESS EXCLUSIVE: nothing can read or write the table until the copy is "
                   "done, and the disk needs room for both. A crash empties an UNLOGGED table, and standbys do not "
                   "have its rows.",
            .instead = "Create a new table with the wanted storage, copy in batches, and swap the names. An index: "
                       "CREATE INDEX CONCURRENTLY ... TABLESPACE x, then drop the old one concurrently.",
            .sources = "PostgreSQL manual, ALTER TABLE; lock and rewrite measured on PostgreSQL 15.",
        },
    .on_statement = check_storage_rewrite,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
