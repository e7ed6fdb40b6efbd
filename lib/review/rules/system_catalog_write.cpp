#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool in_catalogue(Engine engine, const ObjectName& name) {
  if (engine == Engine::sqlite) {
    const std::string table = to_lower(name.name);
    return table == "sqlite_schema" || table == "sqlite_master" || table == "sqlite_temp_schema" ||
           table == "sqlite_temp_master" || table == "sqlite_sequence";
  }
  if (engine == Engine::mysql || engine == Engine::mariadb) {
    if (name.schema.empty()) return false;
    const std::string schema = to_lower(name.schema);
    return schema == "mysql" || schema == "sys" || schema == "information_schema" || schema == "performance_schema";
  }
  if (name.schema == "pg_catalog" || name.schema == "information_schema" || name.schema == "pg_toast") return true;
  // pg_catalog is searched first, so an unqualified pg_ name means the catalogue wherever it has one.
  return name.schema.empty() && to_lower(name.name).starts_with("pg_");
}

/// SQLite: "The SQLITE_SEQUENCE table is an ordinary table" as far as its rows go.
bool is_counter_row(const RuleInput& in, const sqlparse::ObjectUse& use) {
  return in.review.engine == Engine::sqlite && use.access == sqlparse::Access::write &&
         to_lower(use.name.name) == "sqlite_sequence";
}

void check_system_catalog_write(const RuleInput& in, Findings& out) {
  if (repeats_its_body(in)) return;
  for (const sqlparse::ObjectUse& use : in.statement.objects) {
    const bool relation = use.kind == ObjectKind::table || use.kind == ObjectKind::view ||
                          use.kind == ObjectKind::index || use.kind == ObjectKind::function ||
                          use.kind == ObjectKind::type;
    if (use.access == sqlparse::Access::read || !relation || !in_catalogue(in.review.engine, use.name)) continue;
    if (is_counter_row(in, use)) continue;
    out.add(in.statement.range, "system catalogue " + quoted(use.name) + " is written to", use.name.text());
  }
}

}  // namespace

constinit const Rule k_rule_system_catalog_write = {
    .info =
        {
            .id = "system-catalog-write",
            .category = "security",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::block,
            .summary = "INSERT, UPDATE, DELETE or DDL on the catalogue: pg_catalog, information_schema, pg_toast; "
                       "mysql, sys, performance_schema; sqlite_schema.",
            .why = "The catalogue is not protected against mistakes: one wrong row makes tables unreadable or gives "
                   "rights that no GRANT shows.",
            .instead = "Use the DDL statement that does it.",
            .sources =
                "PostgreSQL manual, \"System Catalogs\"; SQLite documentation, PRAGMA writable_schema and \"SQLite "
                "Autoincrement\" (rows of sqlite_sequence may be written).",
        },
    .on_statement = check_system_catalog_write,
};

}  // namespace dbw::review
