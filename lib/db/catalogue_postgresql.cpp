#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "db/catalogue.hpp"

namespace dbw::db {
namespace {

using schema::Relation;

/// Of other people's making: not the server's, not dbw's, not an extension's. `n` is the namespace, `oid` the object.
#define DBW_OURS(catalog, oid)                                                                           \
  " n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'dbw') AND NOT EXISTS (SELECT FROM " \
  "pg_catalog.pg_depend x WHERE x.deptype = 'e' AND x.classid = 'pg_catalog." catalog                    \
  "'::pg_catalog.regclass AND "                                                                          \
  "x.objid = " oid ") "

constexpr std::string_view k_relations_sql =
    "SELECT n.nspname, c.relname, c.relkind, pg_catalog.pg_get_userbyid(c.relowner),"
    " CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END,"
    " CASE WHEN c.reltuples >= 0 AND c.relkind IN ('r', 'm') THEN (SELECT pg_catalog.sum(s.relpages::bigint) FROM"
    "  pg_catalog.pg_class s WHERE s.oid IN (c.oid, c.reltoastrelid) OR s.oid IN (SELECT i.indexrelid FROM"
    "  pg_catalog.pg_index i WHERE i.indrelid = c.oid)) * pg_catalog.current_setting('block_size')::bigint END,"
    " CASE WHEN c.relispartition THEN pn.nspname END, CASE WHEN c.relispartition THEN p.relname END,"
    " CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END, c.relrowsecurity"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid AND h.inhseqno = 1"
    " LEFT JOIN pg_catalog.pg_class p ON p.oid = h.inhparent"
    " LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND" DBW_OURS("pg_class", "c.oid");

constexpr std::string_view k_columns_sql =
    "SELECT n.nspname, c.relname, a.attname, tn.nspname, coalesce(e.typname, t.typname), e.oid IS NOT NULL,"
    " pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_catalog.pg_get_expr(d.adbin, d.adrelid),"
    " a.attidentity, a.attgenerated, CASE WHEN a.attcollation <> t.typcollation THEN co.collname END,"
    " pg_catalog.col_description(c.oid, a.attnum)"
    " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
    " LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'"
    " JOIN pg_catalog.pg_namespace tn ON tn.oid = coalesce(e.typnamespace, t.typnamespace)"
    " LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
    " LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation"
    " WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    " ORDER BY c.oid, a.attnum";

constexpr std::string_view k_constraints_sql =
    "SELECT n.nspname, c.relname, k.conname, k.contype, fn.nspname, f.relname, k.confdeltype, k.confupdtype,"
    " k.convalidated, CASE WHEN k.contype IN ('c', 'x') THEN pg_catalog.pg_get_constraintdef(k.oid) END, a.attname,"
    " fa.attname"
    " FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_catalog.pg_class f ON f.oid = k.confrelid LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid ="
    " f.relnamespace LEFT JOIN LATERAL pg_catalog.generate_subscripts(k.conkey, 1) g ON true"
    " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[g]"
    " LEFT JOIN pg_catalog.pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = k.confkey[g]"
    " WHERE k.contype IN ('p', 'u', 'c', 'f', 'x') ORDER BY k.oid, g";

constexpr std::string_view k_indexes_sql =
    "SELECT n.nspname, c.relname, x.relname, am.amname, i.indisunique, i.indisvalid,"
    " pg_catalog.pg_get_expr(i.indpred, i.indrelid), a.attname, i.indkey[g - 1]"
    " FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid"
    " JOIN pg_catalog.pg_am am ON am.oid = x.relam CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnkeyatts) g"
    " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[g - 1] AND a.attnum > 0"
    " ORDER BY x.oid, g";

constexpr std::string_view k_triggers_sql =
    "SELECT n.nspname, c.relname, t.tgname, pg_catalog.pg_get_triggerdef(t.oid) FROM pg_catalog.pg_trigger t"
    " JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE NOT t.tgisinternal";

constexpr std::string_view k_reads_sql =
    "SELECT DISTINCT vn.nspname, v.relname, n.nspname, c.relname, a.attname, a.attnum FROM pg_catalog.pg_depend d"
    " JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass"
    " JOIN pg_catalog.pg_class v ON v.oid = r.ev_class JOIN pg_catalog.pg_namespace vn ON vn.oid = v.relnamespace"
    " JOIN pg_catalog.pg_class c ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.refobjid"
    " AND c.oid <> v.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND a.attnum > 0"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1, 2, 3, 4, 6";

constexpr std::string_view k_routines_sql =
    "SELECT n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid),"
    " pg_catalog.pg_get_function_result(p.oid), p.provolatile, p.prosecdef, l.lanname FROM pg_catalog.pg_proc p"
    " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang"
    " WHERE p.prokind IN ('f', 'p', 'w') AND" DBW_OURS("pg_proc", "p.oid");

// The last value of a sequence is told to those alone who may read it.
constexpr std::string_view k_sequences_sql =
    "SELECT n.nspname, c.relname, v.last_value, s.seqmax, tn.nspname, t.relname, a.attname"
    " FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_catalog.pg_sequences v ON v.schemaname = n.nspname AND v.sequencename = c.relname"
    " LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid"
    " AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0"
    " LEFT JOIN pg_catalog.pg_class t ON t.oid = d.refobjid LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid ="
    " t.relnamespace LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid "
    "WHERE" DBW_OURS("pg_class", "c.oid");

constexpr std::string_view k_types_sql =
    "SELECT n.nspname, t.typname, CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod)"
    " END, t.typtype = 'd' AND (t.typnotnull OR EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.contypid ="
    " t.oid)), e.enumlabel FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
    " LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid WHERE t.typtype IN ('d', 'e') AND" DBW_OURS(
        "pg_type", "t.oid") "ORDER BY n.nspname, t.typname, e.enumsortorder";
#undef DBW_OURS

constexpr std::string_view k_settings_sql =
    "SELECT name, reset_val FROM pg_catalog.pg_settings WHERE name IN ('default_transaction_isolation',"
    " 'max_locks_per_transaction', 'server_version_num', 'standard_conforming_strings', 'wal_level')";

std::string text(const std::optional<std::string>& field) { return field.value_or(""); }
bool is_true(const std::optional<std::string>& field) { return field == "t" || field == "true"; }
schema::Name name_at(const OwnedRow& row, std::size_t at) { return {text(row[at]), text(row[at + 1])}; }
std::optional<std::int64_t> number(const std::optional<std::string>& field) {
  return field ? parse_decimal(*field) : std::nullopt;
}

template <typename Kind, std::size_t size>
Kind of_letter(const std::array<std::pair<char, Kind>, size>& table, const std::optional<std::string>& field) {
  for (const auto& [letter, kind] : table) {
    if (field && field->size() == 1 && field->front() == letter) return kind;
  }
  return {};
}

constexpr std::array<std::pair<char, Relation::Kind>, 5> k_relation_kinds = {{{'r', Relation::Kind::table},
                                                                              {'p', Relation::Kind::partitioned_table},
                                                                              {'v', Relation::Kind::view},
                                                                              {'m', Relation::Kind::materialized_view},
                                                                              {'f', Relation::Kind::foreign_table}}};
constexpr std::array<std::pair<char, ConstraintKind>, 5> k_constraint_kinds = {{{'p', ConstraintKind::primary_key},
                                                                                {'u', ConstraintKind::unique},
                                                                                {'c', ConstraintKind::check},
                                                                                {'f', ConstraintKind::foreign_key},
                                                                                {'x', ConstraintKind::exclusion}}};
constexpr std::array<std::pair<char, std::string_view>, 5> k_actions = {
    {{'a', "no action"}, {'r', "restrict"}, {'c', "cascade"}, {'n', "set null"}, {'d', "set default"}}};
constexpr std::array<std::pair<char, std::string_view>, 3> k_volatilities = {
    {{'i', "immutable"}, {'s', "stable"}, {'v', "volatile"}}};
/// The server's names of types where sqlparse has others.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> k_type_names = {{{"int2", "smallint"},
                                                                                        {"int4", "integer"},
                                                                                        {"int8", "bigint"},
                                                                                        {"float4", "real"},
                                                                                        {"float8", "double precision"},
                                                                                        {"bool", "boolean"},
                                                                                        {"bpchar", "char"}}};

std::string type_name(const std::string& schema, const std::string& name) {
  if (schema != "pg_catalog") return schema == "public" ? name : schema + "." + name;
  const auto row =
      std::find_if(k_type_names.begin(), k_type_names.end(), [&](const auto& it) { return it.first == name; });
  return row == k_type_names.end() ? name : std::string(row->second);
}

void read_relations(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_relations_sql)) {
    Relation& out = builder.add(of_letter(k_relation_kinds, row[2]), name_at(row, 0));
    out.owner = text(row[3]);
    out.rows = number(row[4]);
    out.bytes = number(row[5]);
    out.partition_of = name_at(row, 6);
    out.definition = text(row[8]);
    out.row_security = is_true(row[9]);
  }
}

void read_columns(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_columns_sql)) {
    Relation* relation = builder.find(name_at(row, 0));
    if (relation == nullptr) continue;
    schema::Column& out = relation->columns.emplace_back();
    read_type(text(row[6]), out);
    out.type = type_name(text(row[3]), text(row[4]));
    out.name = text(row[2]);
    out.array = is_true(row[5]);
    out.not_null = is_true(row[7]);
    const std::string generated = text(row[10]);
    out.generated = generated == "s" ? "stored" : generated == "v" ? "virtual" : "";
    out.default_sql = text(row[8]);
    out.auto_increment = !text(row[9]).empty() || out.default_sql.starts_with("nextval(");
    out.collation = text(row[11]);
    out.comment = text(row[12]);
  }
}

void read_constraints(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_constraints_sql)) {
    Relation* relation = builder.find(name_at(row, 0));
    if (relation == nullptr) continue;
    if (relation->constraints.empty() || relation->constraints.back().name != text(row[2])) {
      schema::Constraint& added = relation->constraints.emplace_back();
      added.kind = of_letter(k_constraint_kinds, row[3]);
      added.name = text(row[2]);
      added.references = name_at(row, 4);
      added.on_delete = of_letter(k_actions, row[6]);
      added.on_update = of_letter(k_actions, row[7]);
      added.validated = is_true(row[8]);
      added.expression = text(row[9]);
    }
    if (row[10]) relation->constraints.back().columns.push_back(*row[10]);
    if (row[11]) relation->constraints.back().referenced_columns.push_back(*row[11]);
  }
}

void read_indexes(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_indexes_sql)) {
    Relation* relation = builder.find(name_at(row, 0));
    if (relation == nullptr) continue;
    if (relation->indexes.empty() || relation->indexes.back().name != text(row[2]))
      relation->indexes.push_back({text(row[2]), {}, text(row[3]), is_true(row[4]), is_true(row[5]), text(row[6])});
    relation->indexes.back().columns.push_back(text(row[7]));
  }
}

void read_triggers(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_triggers_sql)) {
    Relation* relation = builder.find(name_at(row, 0));
    if (relation != nullptr) relation->triggers.push_back({text(row[2]), text(row[3])});
  }
}

void read_dependencies(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_reads_sql)) {
    Relation* view = builder.find(name_at(row, 0));
    if (view == nullptr) continue;
    if (view->reads.empty() || view->reads.back().relation != name_at(row, 2))
      view->reads.push_back({name_at(row, 2), {}});
    if (row[4]) view->reads.back().columns.push_back(*row[4]);
  }
}

void read_routines(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_routines_sql)) {
    builder.catalogue().routines.push_back({name_at(row, 0), text(row[2]), text(row[3]),
                                            std::string(of_letter(k_volatilities, row[4])), is_true(row[5]),
                                            text(row[6])});
  }
}

void read_sequences(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_sequences_sql)) {
    builder.catalogue().sequences.push_back(
        {name_at(row, 0), number(row[2]), number(row[3]).value_or(0), name_at(row, 4), text(row[6])});
  }
}

void read_types(CatalogueBuilder& builder) {
  std::vector<schema::Type>& types = builder.catalogue().types;
  for (const OwnedRow& row : builder.rows(k_types_sql)) {
    if (types.empty() || types.back().name != name_at(row, 0))
      types.push_back({name_at(row, 0), text(row[2]), {}, is_true(row[3])});
    if (row[4]) types.back().labels.push_back(*row[4]);
  }
}

}  // namespace

void read_postgresql_catalogue(CatalogueBuilder& builder) {
  read_relations(builder);
  read_columns(builder);
  read_constraints(builder);
  read_indexes(builder);
  read_triggers(builder);
  read_dependencies(builder);
  read_routines(builder);
  read_sequences(builder);
  read_types(builder);
  for (const OwnedRow& row : builder.rows(k_settings_sql)) builder.catalogue().settings[text(row[0])] = text(row[1]);
  builder.catalogue().server_version = text(builder.rows("SELECT pg_catalog.current_setting('server_version')")[0][0]);
}

}  // namespace dbw::db
