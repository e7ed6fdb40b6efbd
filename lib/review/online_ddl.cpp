#include "review/online_ddl.hpp"

#include <algorithm>
#include <optional>

namespace dbw::review {

using sqlparse::AlterAction;
using sqlparse::ConstraintKind;
using sqlparse::Option;
using sqlparse::Statement;
using sqlparse::StatementKind;

namespace {

using Op = DdlOperation;
using Kind = AlterAction::Kind;

/// MySQL: reference manual, "Online DDL Operations" (8.0 to 9). MariaDB: manual, "InnoDB Online DDL Operations"; each
/// row from 10.11 on measured there (weakest ALGORITHM and LOCK that the server accepts), but for change_engine and
/// repartition, where it accepts every clause and copies all the same; its grammar takes no clauses beside the
/// operations on partitions. A table's first FULLTEXT index writes it anew.
struct OnlineDdlRow {
  DdlOperation operation;
  Engine engine;
  ServerVersion since;
  DdlWork work;
  bool writes_go_on;
};
constexpr ServerVersion k_always{0, 0, 0};
/// MariaDB manual, "Online Schema Change": from then on writes go on during a copy, but for some operations.
constexpr ServerVersion k_online_copy{11, 2, 0};
constexpr OnlineDdlRow k_rows[] = {
    {Op::add_column, Engine::mysql, k_always, DdlWork::rebuild, true},
    {Op::add_column, Engine::mysql, {8, 0, 12}, DdlWork::metadata, true},
    {Op::add_column, Engine::mariadb, k_always, DdlWork::rebuild, true},
    {Op::add_column, Engine::mariadb, {10, 3, 2}, DdlWork::metadata, true},
    {Op::add_column_positioned, Engine::mysql, k_always, DdlWork::rebuild, true},
    {Op::add_column_positioned, Engine::mysql, {8, 0, 29}, DdlWork::metadata, true},
    {Op::add_column_positioned, Engine::mariadb, k_always, DdlWork::rebuild, true},
    {Op::add_column_positioned, Engine::mariadb, {10, 4, 0}, DdlWork::metadata, true},
    {Op::add_column_expression_default, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::add_column_expression_default, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::drop_column, Engine::mysql, k_always, DdlWork::rebuild, true},
    {Op::drop_column, Engine::mysql, {8, 0, 29}, DdlWork::metadata, true},
    {Op::drop_column, Engine::mariadb, k_always, DdlWork::rebuild, true},
    {Op::drop_column, Engine::mariadb, {10, 4, 0}, DdlWork::metadata, true},
    {Op::change_columns_and_indexes, Engine::mysql, k_always, DdlWork::rebuild, true},
    {Op::change_columns_and_indexes, Engine::mariadb, k_always, DdlWork::rebuild, true},
    {Op::redefine_column, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::redefine_column, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::redefine_column, Engine::mariadb, k_online_copy, DdlWork::copy, true},
    {Op::add_index, Engine::mysql, k_always, DdlWork::build, true},
    {Op::add_index, Engine::mariadb, k_always, DdlWork::build, true},
    {Op::add_fulltext_index, Engine::mysql, k_always, DdlWork::rebuild, false},
    {Op::add_fulltext_index, Engine::mariadb, k_always, DdlWork::rebuild, false},
    {Op::add_spatial_index, Engine::mysql, k_always, DdlWork::build, false},
    {Op::add_spatial_index, Engine::mariadb, k_always, DdlWork::build, false},
    {Op::add_primary_key, Engine::mysql, k_always, DdlWork::rebuild, true},
    {Op::add_primary_key, Engine::mariadb, k_always, DdlWork::rebuild, true},
    {Op::drop_primary_key, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::drop_primary_key, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::replace_primary_key, Engine::mysql, k_always, DdlWork::rebuild, true},
    {Op::replace_primary_key, Engine::mariadb, k_always, DdlWork::rebuild, true},
    {Op::add_check, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::add_check, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::add_check, Engine::mariadb, k_online_copy, DdlWork::copy, true},
    {Op::rebuild, Engine::mysql, k_always, DdlWork::rebuild, true},
    {Op::rebuild, Engine::mariadb, k_always, DdlWork::rebuild, true},
    {Op::change_engine, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::change_engine, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::repartition, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::repartition, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::system_versioning, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::convert_charset, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::convert_charset, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::convert_charset, Engine::mariadb, k_online_copy, DdlWork::copy, true},
    {Op::encryption, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::order_rows, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::order_rows, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::reorganize_partition, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::reorganize_partition, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::coalesce_partition, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::coalesce_partition, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::add_partition_by_hash, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::add_partition_by_hash, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::rebuild_partition, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::rebuild_partition, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::optimize_partition, Engine::mysql, k_always, DdlWork::copy, false},
    {Op::optimize_partition, Engine::mariadb, k_always, DdlWork::copy, false},
    {Op::optimize, Engine::mysql, k_always, DdlWork::rebuild, true},
    {Op::optimize, Engine::mariadb, k_always, DdlWork::rebuild, true},
};

std::string_view words_of(DdlOperation operation) {
  switch (operation) {
    case Op::add_column:
      return "adding a column";
    case Op::add_column_positioned:
      return "adding a column with FIRST or AFTER";
    case Op::add_column_expression_default:
      return "adding a column whose default is an expression";
    case Op::drop_column:
      return "dropping a column";
    case Op::change_columns_and_indexes:
      return "changing columns and adding an index in one statement";
    case Op::redefine_column:
      return "redefining a column";
    case Op::add_index:
      return "adding an index";
    case Op::add_fulltext_index:
      return "adding a FULLTEXT index";
    case Op::add_spatial_index:
      return "adding a SPATIAL index";
    case Op::add_primary_key:
      return "adding a primary key";
    case Op::drop_primary_key:
      return "dropping the primary key";
    case Op::replace_primary_key:
      return "replacing the primary key";
    case Op::add_check:
      return "adding a CHECK constraint";
    case Op::rebuild:
      return "FORCE, ENGINE, ROW_FORMAT or KEY_BLOCK_SIZE";
    case Op::change_engine:
      return "changing the engine";
    case Op::repartition:
      return "changing how the table is partitioned";
    case Op::system_versioning:
      return "switching system versioning";
    case Op::convert_charset:
      return "CONVERT TO CHARACTER SET";
    case Op::encryption:
      return "ENCRYPTION";
    case Op::order_rows:
      return "ORDER BY";
    case Op::reorganize_partition:
      return "REORGANIZE PARTITION";
    case Op::coalesce_partition:
      return "COALESCE PARTITION";
    case Op::add_partition_by_hash:
      return "ADD PARTITION PARTITIONS";
    case Op::rebuild_partition:
      return "REBUILD PARTITION";
    case Op::optimize_partition:
      return "OPTIMIZE PARTITION";
    case Op::optimize:
      return "OPTIMIZE TABLE";
  }
  return "this change";
}

/// What a statement does to the primary key as a whole.
struct KeyChange {
  bool added = false;
  bool dropped = false;
};

KeyChange key_change(const Statement& statement) {
  KeyChange out;
  for (const AlterAction& action : statement.actions) {
    out.dropped = out.dropped || (action.kind == Kind::drop_constraint && action.name == "PRIMARY");
    out.added =
        out.added || (action.kind == Kind::add_constraint && action.constraint.kind == ConstraintKind::primary_key);
  }
  return out;
}

std::optional<Op> of_new_column(const AlterAction& action) {
  // Numbering rows and storing computed values have rules of their own.
  if (action.column.auto_increment || action.column.generated_stored || action.column.generated_virtual)
    return std::nullopt;
  if (action.column.default_expression) return Op::add_column_expression_default;
  return action.positioned ? Op::add_column_positioned : Op::add_column;
}

Op of_index(std::string_view kind) {
  if (kind == "fulltext") return Op::add_fulltext_index;
  return kind == "spatial" ? Op::add_spatial_index : Op::add_index;
}

std::optional<Op> of_constraint(KeyChange key, ConstraintKind kind) {
  if (kind == ConstraintKind::unique) return Op::add_index;
  if (kind == ConstraintKind::check) return Op::add_check;
  if (kind != ConstraintKind::primary_key) return std::nullopt;  // foreign keys have a rule of their own
  return key.dropped ? Op::replace_primary_key : Op::add_primary_key;
}

std::optional<Op> of_option(const Option& option) {
  if (option.name == "engine") return option.value == "innodb" ? Op::rebuild : Op::change_engine;
  if (option.name == "force" || option.name == "row_format" || option.name == "key_block_size") return Op::rebuild;
  if (option.name == "partition by" || option.name == "remove partitioning") return Op::repartition;
  if (option.name == "convert") return Op::convert_charset;
  if (option.name == "encryption") return Op::encryption;
  if (option.name == "order by") return Op::order_rows;
  if (option.name == "reorganize partition") return Op::reorganize_partition;
  if (option.name == "coalesce partition") return Op::coalesce_partition;
  if (option.name == "add partition" && option.value == "partitions") return Op::add_partition_by_hash;
  if (option.name == "rebuild partition") return Op::rebuild_partition;
  if (option.name == "optimize partition") return Op::optimize_partition;
  if (option.name == "add system" || option.name == "drop system") return Op::system_versioning;
  return std::nullopt;
}

std::optional<Op> of_action(KeyChange key, const AlterAction& action) {
  switch (action.kind) {
    case Kind::add_column:
      return of_new_column(action);
    case Kind::drop_column:
      return Op::drop_column;
    case Kind::alter_type:
      // ENUM and SET have a rule of their own.
      if (action.column.type == "enum" || action.column.type == "set") return std::nullopt;
      return Op::redefine_column;
    case Kind::add_index:
      return of_index(action.index.kind);
    case Kind::add_constraint:
      return of_constraint(key, action.constraint.kind);
    case Kind::drop_constraint:
      if (action.name != "PRIMARY" || key.added) return std::nullopt;
      return Op::drop_primary_key;
    default:
      return of_option(action.option);
  }
}

void add(DdlOperations& operations, std::optional<Op> operation) {
  if (operation) operations.add(*operation);
}

bool has_any(const DdlOperations& operations, std::initializer_list<Op> wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](Op operation) { return operations.has(operation); });
}

}  // namespace

OnlineDdl online_ddl(DdlOperation operation, Engine engine, ServerVersion version) {
  const bool heeds_clauses =
      operation != Op::change_engine && operation != Op::repartition && operation != Op::optimize_partition;
  OnlineDdl out{DdlWork::metadata, true, heeds_clauses, words_of(operation)};
  for (const OnlineDdlRow& row : k_rows) {
    if (row.operation != operation || row.engine != engine || version < row.since) continue;
    out.work = row.work;
    out.writes_go_on = row.writes_go_on;
  }
  return out;
}

DdlOperations ddl_operations(const Statement& statement) {
  DdlOperations out;
  if (statement.kind == StatementKind::vacuum) {
    if (!ddl_clause(statement, "optimize").empty()) out.add(Op::optimize);
  } else if (statement.kind == StatementKind::create_index) {
    for (const sqlparse::IndexDefinition& index : statement.indexes) add(out, of_index(index.kind));
  } else if (statement.kind == StatementKind::alter_table) {
    const KeyChange key = key_change(statement);
    for (const AlterAction& action : statement.actions) add(out, of_action(key, action));
    if (has_any(out, {Op::add_column, Op::add_column_positioned, Op::drop_column}) &&
        has_any(out, {Op::add_index, Op::add_spatial_index}))
      out.add(Op::change_columns_and_indexes);
  }
  return out;
}

std::string_view ddl_clause(const Statement& statement, std::string_view name) {
  const auto found = std::find_if(statement.options.begin(), statement.options.end(),
                                  [&](const Option& option) { return option.name == name; });
  return found != statement.options.end() ? std::string_view(found->value) : std::string_view();
}

bool concerns_partitions(DdlOperation operation) {
  return concerns_some_partitions(operation) || operation == Op::coalesce_partition ||
         operation == Op::add_partition_by_hash;
}

bool concerns_some_partitions(DdlOperation operation) {
  return operation == Op::reorganize_partition || operation == Op::rebuild_partition ||
         operation == Op::optimize_partition;
}

bool rules_out_copy(const Statement& statement) {
  const std::string_view algorithm = ddl_clause(statement, "algorithm");
  return algorithm == "inplace" || algorithm == "nocopy" || algorithm == "instant";
}

bool refuses_blocking(const Statement& statement) {
  return ddl_clause(statement, "lock") == "none" || ddl_clause(statement, "algorithm") == "instant";
}

bool refuses_rebuild(const Statement& statement) {
  const std::string_view algorithm = ddl_clause(statement, "algorithm");
  return algorithm == "instant" || algorithm == "nocopy";
}

}  // namespace dbw::review
