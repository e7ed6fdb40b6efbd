#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Tables in which tools note what has run.
bool is_history_table(std::string_view name) {
  static constexpr std::string_view k_tables[] = {"schema_migrations",
                                                  "ar_internal_metadata",
                                                  "flyway_schema_history",
                                                  "databasechangelog",
                                                  "databasechangeloglock",
                                                  "alembic_version",
                                                  "django_migrations",
                                                  "__efmigrationshistory",
                                                  "knex_migrations",
                                                  "knex_migrations_lock",
                                                  "goose_db_version",
                                                  "atlas_schema_revisions",
                                                  "_prisma_migrations",
                                                  "typeorm_metadata",
                                                  "doctrine_migration_versions",
                                                  "phinxlog"};
  return std::any_of(std::begin(k_tables), std::end(k_tables), [&](std::string_view known) {
    return std::equal(known.begin(), known.end(), name.begin(), name.end(),
                      [](char a, char b) { return a == ascii_lower(b); });
  });
}

/// dbw's own: schema dbw, in MySQL and MariaDB databases dbw_..., in SQLite tables dbw_...
bool is_ledger(Engine engine, const ObjectName& object) {
  if (engine == Engine::postgresql) return object.schema == "dbw";
  const std::string owner = to_lower(engine == Engine::sqlite ? object.name : object.schema);
  return owner.rfind("dbw_", 0) == 0;
}

void check_protected_object(const RuleInput& in, Findings& out) {
  for (const sqlparse::ObjectUse& use : in.statement.objects) {
    const bool holds_rows = use.kind == ObjectKind::table || use.kind == ObjectKind::view ||
                            use.kind == ObjectKind::index || use.kind == ObjectKind::trigger;
    if (use.access == sqlparse::Access::read || !holds_rows) continue;
    if (is_ledger(in.review.engine, use.name)) {
      out.add(in.statement.range, quoted(use.name) + " belongs to the ledger of dbw, which says what has run",
              use.name.text());
    } else if (use.kind == ObjectKind::table && is_history_table(use.name.name)) {
      Findings::at_most(out.add(in.statement.range, "in " + quoted(use.name) + " a migration tool notes what has run",
                                use.name.text()),
                        model::Severity::info);
    }
  }
}

}  // namespace

constinit const Rule k_rule_protected_object = {
    .info =
        {
            .id = "protected-object",
            .category = "security",
            .engines = k_every_engine,
            .severity = model::Severity::block,
            .summary = "A statement that writes to, alters or drops a table of dbw's ledger, or, as a notice, a table "
                       "in which a migration tool notes what has run: schema_migrations, flyway_schema_history, "
                       "alembic_version ...",
            .why = "Whoever writes there decides what counts as done: a change runs twice, or never, and the record of "
                   "it is wrong.",
            .instead = "Leave the table to its tool. A ledger that is damaged: dbw-exec says what to do.",
            .sources = "dbw: docs/format/, the ledger; names from the manuals of the tools.",
        },
    .on_statement = check_protected_object,
};

}  // namespace dbw::review
