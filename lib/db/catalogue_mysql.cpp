#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "db/catalogue.hpp"

// information_schema shows an account what it has rights on, constraints and definitions only beyond SELECT.
namespace dbw::db {
namespace {

using schema::Relation;

// A view is asked for nothing but what is in its file: for more servers prepare it, which runs functions of its text.
constexpr std::string_view k_my_relations =
    "SELECT table_schema, table_name, table_type, engine FROM information_schema.tables WHERE table_schema = "
    "DATABASE() "
    "AND table_type <> 'SEQUENCE'";
/// Of one table each.
constexpr std::string_view k_my_sizes =
    "SELECT table_schema, table_name, table_rows, data_length + index_length, table_collation, auto_increment FROM "
    "information_schema.tables WHERE table_schema = DATABASE() AND table_name = ${}";
constexpr std::string_view k_my_columns =
    "SELECT table_schema, table_name, column_name, column_type, is_nullable, column_default, extra, "
    "generation_expression, character_set_name, collation_name, column_comment, ordinal_position FROM "
    "information_schema.columns WHERE table_schema = DATABASE() AND table_name = ${}";
constexpr std::size_t k_tables_per_question = 50;
constexpr std::string_view k_my_keys =
    "SELECT k.table_schema, k.table_name, k.constraint_name, t.constraint_type, k.referenced_table_schema, "
    "k.referenced_table_name, r.delete_rule, r.update_rule, k.column_name, k.referenced_column_name FROM "
    "information_schema.key_column_usage k JOIN information_schema.table_constraints t ON t.constraint_schema = "
    "k.constraint_schema AND t.table_name = k.table_name AND t.constraint_name = k.constraint_name LEFT JOIN "
    "information_schema.referential_constraints r ON r.constraint_schema = k.constraint_schema AND r.table_name = "
    "k.table_name AND r.constraint_name = k.constraint_name WHERE k.table_schema = DATABASE() ORDER BY k.table_name, "
    "k.constraint_name, k.ordinal_position";
constexpr std::string_view k_my_checks =
    "SELECT t.table_schema, t.table_name, c.constraint_name, c.check_clause FROM "
    "information_schema.check_constraints c JOIN information_schema.table_constraints t ON t.constraint_schema = "
    "c.constraint_schema AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK' WHERE "
    "c.constraint_schema = DATABASE()";
constexpr std::string_view k_my_indexes =
    "SELECT table_schema, table_name, index_name, index_type, non_unique, column_name FROM "
    "information_schema.statistics WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index";
constexpr std::string_view k_my_views =
    "SELECT table_schema, table_name, view_definition FROM information_schema.views WHERE table_schema = DATABASE()";
constexpr std::string_view k_my_triggers =
    "SELECT event_object_schema, event_object_table, trigger_name, CONCAT(action_timing, ' ', event_manipulation, ' ', "
    "action_statement) FROM information_schema.triggers WHERE event_object_schema = DATABASE() ORDER BY 2, 3";
constexpr std::string_view k_my_routines =
    "SELECT routine_schema, routine_name, routine_type, dtd_identifier, is_deterministic, security_type FROM "
    "information_schema.routines WHERE routine_schema = DATABASE()";
constexpr std::string_view k_my_parameters =
    "SELECT specific_name, routine_type, parameter_name, dtd_identifier FROM information_schema.parameters WHERE "
    "specific_schema = DATABASE() AND ordinal_position > 0 ORDER BY specific_name, routine_type, ordinal_position";
constexpr std::string_view k_my_settings =
    "SHOW GLOBAL VARIABLES WHERE variable_name IN ('sql_mode', 'lower_case_table_names', 'alter_algorithm', "
    "'binlog_format', 'character_set_server', 'explicit_defaults_for_timestamp', 'innodb_online_alter_log_max_size', "
    "'innodb_file_per_table', 'transaction_isolation', 'version_comment')";

std::string field_text(const std::optional<std::string>& field) { return field.value_or(""); }
schema::Name field_name(const OwnedRow& row) { return {field_text(row[0]), field_text(row[1])}; }

bool holds(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

ConstraintKind kind_of_key(std::string_view type) {
  if (type == "PRIMARY KEY") return ConstraintKind::primary_key;
  return type == "UNIQUE" ? ConstraintKind::unique : ConstraintKind::foreign_key;
}

/// The largest value of an AUTO_INCREMENT column.
std::int64_t largest(const schema::Column& column) {
  constexpr std::array<std::pair<std::string_view, int>, 5> k_bits = {
      {{"tinyint", 8}, {"smallint", 16}, {"mediumint", 24}, {"int", 32}, {"bigint", 64}}};
  for (const auto& [type, bits] : k_bits) {
    if (column.type == type && bits < 64) return (std::int64_t{1} << (column.is_unsigned ? bits : bits - 1)) - 1;
  }
  return std::numeric_limits<std::int64_t>::max();
}

/// A counter per table: how far AUTO_INCREMENT has come.
void add_counter(CatalogueBuilder& builder, const Relation& relation, std::int64_t next) {
  for (const schema::Column& column : relation.columns) {
    if (!column.auto_increment) continue;
    schema::Sequence& out = builder.catalogue().sequences.emplace_back();
    out.name = relation.name;
    if (next > 1) out.last_value = next - 1;
    out.max_value = largest(column);
    out.owned_by_table = relation.name;
    out.owned_by_column = column.name;
  }
}

void read_column(const OwnedRow& row, bool mariadb, schema::Column& out) {
  const std::string declared = field_text(row[3]);
  read_type(declared, out);
  const std::string lower = to_lower(declared);
  out.is_unsigned = holds(lower, " unsigned");
  if (const std::size_t blank = out.type.find(' '); blank != std::string::npos) out.type.resize(blank);
  // "int(11)" speaks of the width that clients show.
  if (holds(out.type, "int")) out.type_arguments.clear();
  out.name = field_text(row[2]);
  out.not_null = field_text(row[4]) == "NO";
  out.default_sql = field_text(row[5]);
  if (mariadb && out.default_sql == "NULL") out.default_sql.clear();
  const std::string extra = to_lower(field_text(row[6]));
  out.auto_increment = holds(extra, "auto_increment");
  if (const std::size_t update = extra.find("on update "); update != std::string::npos)
    out.on_update = extra.substr(update + 10);
  if (!field_text(row[7]).empty()) out.generated = holds(extra, "virtual") ? "virtual" : "stored";
  out.charset = field_text(row[8]);
  out.collation = field_text(row[9]);
  out.comment = field_text(row[10]);
}

/// What a question about one table answers for each of them.
Rows rows_of_tables(CatalogueBuilder& builder, std::string_view question, const std::vector<std::string>& tables) {
  Rows out;
  for (std::size_t start = 0; start < tables.size(); start += k_tables_per_question) {
    std::string sql;
    Parameters names;
    for (std::size_t i = start; i < std::min(start + k_tables_per_question, tables.size()); ++i) {
      names.emplace_back(tables[i]);
      sql += (sql.empty() ? "" : " UNION ALL ") + fmt::format(fmt::runtime(question), names.size());
    }
    for (OwnedRow& row : builder.rows(sql, names)) out.push_back(std::move(row));
  }
  return out;
}

void read_tables(CatalogueBuilder& builder, bool mariadb, const std::vector<std::string>& tables) {
  Rows columns = rows_of_tables(builder, k_my_columns, tables);
  std::stable_sort(columns.begin(), columns.end(), [](const OwnedRow& a, const OwnedRow& b) {
    return parse_decimal(field_text(a[11])).value_or(0) < parse_decimal(field_text(b[11])).value_or(0);
  });
  for (const OwnedRow& row : columns) {
    Relation* relation = builder.find(field_name(row));
    if (relation != nullptr) read_column(row, mariadb, relation->columns.emplace_back());
  }
  for (const OwnedRow& row : rows_of_tables(builder, k_my_sizes, tables)) {
    Relation* relation = builder.find(field_name(row));
    if (relation == nullptr) continue;
    if (row[2]) relation->rows = parse_decimal(*row[2]);
    if (row[3]) relation->bytes = parse_decimal(*row[3]);
    relation->collation = field_text(row[4]);
    if (row[5]) add_counter(builder, *relation, parse_decimal(*row[5]).value_or(1));
  }
}

void read_keys(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_my_keys)) {
    Relation* relation = builder.find(field_name(row));
    if (relation == nullptr) continue;
    const std::string name = field_text(row[2]);
    if (relation->constraints.empty() || relation->constraints.back().name != name) {
      schema::Constraint& added = relation->constraints.emplace_back();
      added.kind = kind_of_key(field_text(row[3]));
      added.name = name;
      added.references = {field_text(row[4]), field_text(row[5])};
      added.on_delete = to_lower(field_text(row[6]));
      added.on_update = to_lower(field_text(row[7]));
    }
    relation->constraints.back().columns.push_back(field_text(row[8]));
    if (row[9]) relation->constraints.back().referenced_columns.push_back(*row[9]);
  }
  for (const OwnedRow& row : builder.rows(k_my_checks)) {
    Relation* relation = builder.find(field_name(row));
    if (relation == nullptr) continue;
    schema::Constraint& added = relation->constraints.emplace_back();
    added.name = field_text(row[2]);
    added.expression = field_text(row[3]);
  }
}

void read_my_indexes(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_my_indexes)) {
    Relation* relation = builder.find(field_name(row));
    if (relation == nullptr) continue;
    const std::string name = field_text(row[2]);
    if (relation->indexes.empty() || relation->indexes.back().name != name)
      relation->indexes.push_back({name, {}, to_lower(field_text(row[3])), field_text(row[4]) == "0", true, {}});
    relation->indexes.back().columns.push_back(field_text(row[5]));
  }
}

void read_my_routines(CatalogueBuilder& builder) {
  std::map<std::pair<std::string, std::string>, std::string> arguments;
  for (const OwnedRow& row : builder.rows(k_my_parameters)) {
    std::string& list = arguments[{field_text(row[0]), field_text(row[1])}];
    list += (list.empty() ? "" : ", ") + field_text(row[2]) + " " + field_text(row[3]);
  }
  for (const OwnedRow& row : builder.rows(k_my_routines)) {
    const bool function = field_text(row[2]) == "FUNCTION";
    builder.catalogue().routines.push_back(
        {field_name(row), arguments[{field_text(row[1]), field_text(row[2])}], function ? field_text(row[3]) : "",
         field_text(row[4]) == "YES" ? "immutable" : "volatile", field_text(row[5]) == "DEFINER", "sql"});
  }
}

}  // namespace

void read_mysql_catalogue(CatalogueBuilder& builder) {
  const bool mariadb = builder.catalogue().engine == Engine::mariadb;
  std::vector<std::string> tables;
  for (const OwnedRow& row : builder.rows(k_my_relations)) {
    const bool view = holds(field_text(row[2]), "VIEW");
    Relation& out = builder.add(view ? Relation::Kind::view : Relation::Kind::table, field_name(row));
    out.storage_engine = to_lower(field_text(row[3]));
    if (!view) tables.push_back(field_text(row[1]));
  }
  read_tables(builder, mariadb, tables);
  read_keys(builder);
  read_my_indexes(builder);
  for (const OwnedRow& row : builder.rows(k_my_views)) {
    if (Relation* view = builder.find(field_name(row)); view != nullptr) view->definition = field_text(row[2]);
  }
  for (const OwnedRow& row : builder.rows(k_my_triggers)) {
    if (Relation* relation = builder.find(field_name(row)); relation != nullptr)
      relation->triggers.push_back({field_text(row[2]), field_text(row[3])});
  }
  read_my_routines(builder);
  for (const OwnedRow& row : builder.rows(k_my_settings))
    builder.catalogue().settings[to_lower(field_text(row[0]))] = field_text(row[1]);
  builder.catalogue().server_version = field_text(builder.rows("SELECT VERSION()")[0][0]);
}

}  // namespace dbw::db
