#include "review/table_work.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "review/cast_table.hpp"
#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"
#include "review/work.hpp"

namespace dbw::review {
namespace {

using Kind = AlterAction::Kind;

/// Bytes of a table with its indexes that one second of work gets through. PostgreSQL 15 on 2 busy cores (560 MB): read
/// 1,000, foreign key checked 105, indexed 59 (text) to 225 (integer), rewritten 38 MB/s.
struct Rate {
  WorkKind kind;
  std::int64_t bytes_per_second;
  std::string_view words;
};
constexpr std::int64_t k_megabyte = 1'000'000;
constexpr Rate k_rates[] = {{WorkKind::scan, 100 * k_megabyte, "read"},
                            {WorkKind::index_build, 50 * k_megabyte, "indexed"},
                            {WorkKind::rewrite, 25 * k_megabyte, "rewritten"}};
/// Where the server estimates rows but no bytes (SQLite).
constexpr std::int64_t k_bytes_per_row = 100;

constexpr std::int64_t k_budget_production = 2;
constexpr std::int64_t k_budget_elsewhere = 60;

const Rate& rate_of(WorkKind kind) {
  return *std::find_if(std::begin(k_rates), std::end(k_rates), [&](const Rate& it) { return it.kind == kind; });
}

std::optional<std::int64_t> known_bytes(const schema::Relation& table) {
  if (table.bytes) return table.bytes;
  if (table.rows) return *table.rows * k_bytes_per_row;
  return std::nullopt;
}

bool rewrites(const RuleInput& in, const sqlparse::ColumnDefinition& column) {
  return fills_every_row(column) || (column.has_default && in.index.constrains_domain(column.type));
}

std::optional<TableWork> constraint_work(const ObjectName& table, const sqlparse::Constraint& constraint) {
  if (!works_through_rows(constraint)) return std::nullopt;
  switch (constraint.kind) {
    case ConstraintKind::check:
      return TableWork{table, WorkKind::scan, true, "ADD CHECK"};
    case ConstraintKind::foreign_key:
      return TableWork{table, WorkKind::scan, false, "ADD FOREIGN KEY"};
    case ConstraintKind::unique:
    case ConstraintKind::primary_key:
      return TableWork{table, WorkKind::index_build, true,
                       constraint.kind == ConstraintKind::unique ? "ADD UNIQUE" : "ADD PRIMARY KEY"};
    case ConstraintKind::exclusion:
      return TableWork{table, WorkKind::index_build, true, "ADD EXCLUDE"};
    case ConstraintKind::not_null:
      break;
  }
  return std::nullopt;
}

std::optional<TableWork> action_work(const RuleInput& in, const AlterAction& action) {
  const ObjectName& table = in.statement.target;
  switch (action.kind) {
    case Kind::add_constraint:
      return constraint_work(table, action.constraint);
    case Kind::set_not_null:
      if (is_not_null(in, table, action.name)) return std::nullopt;
      return TableWork{table, WorkKind::scan, true, "SET NOT NULL"};
    case Kind::alter_type: {
      const auto old = known_column(in, table, action.name);
      if (old && !action.has_using && changes_catalogue_only(*old, action.column)) return std::nullopt;
      return TableWork{table, WorkKind::rewrite, true, "ALTER COLUMN TYPE"};
    }
    case Kind::add_column:
      if (!rewrites(in, action.column)) return std::nullopt;
      return TableWork{table, WorkKind::rewrite, true, "ADD COLUMN"};
    case Kind::attach_partition:
      if (in.facts.created_table(action.other_table) || in.facts.has_validated_check(action.other_table))
        return std::nullopt;
      return TableWork{action.other_table, WorkKind::scan, true, "ATTACH PARTITION"};
    case Kind::storage_rewrite:
      return TableWork{table, WorkKind::rewrite, true, "the change of its storage"};
    default:
      return std::nullopt;
  }
}

std::vector<TableWork> postgresql_work(const RuleInput& in) {
  const Statement& statement = in.statement;
  std::vector<TableWork> out;
  switch (statement.kind) {
    case StatementKind::create_index:
      if (!statement.concurrently) out.push_back({table_of(statement), WorkKind::index_build, false, "CREATE INDEX"});
      break;
    case StatementKind::reindex:
      if (!statement.concurrently && statement.target_kind == ObjectKind::table)
        out.push_back({statement.target, WorkKind::index_build, false, "REINDEX"});
      break;
    case StatementKind::cluster:
      out.push_back({statement.target, WorkKind::rewrite, true, "CLUSTER"});
      break;
    case StatementKind::vacuum:
      if (statement.full) out.push_back({statement.target, WorkKind::rewrite, true, "VACUUM FULL"});
      break;
    case StatementKind::alter_table:
      if (statement.target_kind != ObjectKind::table) break;
      for (const AlterAction& action : statement.actions) {
        if (std::optional<TableWork> work = action_work(in, action)) out.push_back(std::move(*work));
      }
      break;
    default:
      break;
  }
  return out;
}

std::vector<TableWork> mysql_work(const RuleInput& in) {
  if (refuses_blocking(in.statement)) return {};
  std::vector<TableWork> out;
  for (const DdlOperation operation : ddl_operations(in.statement)) {
    const OnlineDdl ddl = online_ddl(operation, in.review.engine, version_of(in));
    if (ddl.writes_go_on || ddl.work == DdlWork::metadata || concerns_some_partitions(operation)) continue;
    const WorkKind kind = ddl.work == DdlWork::build ? WorkKind::index_build : WorkKind::rewrite;
    out.push_back({table_of(in.statement), kind, false, std::string(ddl.words)});
  }
  return out;
}

/// SQLite has one lock for the whole file.
std::vector<TableWork> sqlite_work(const RuleInput& in) {
  const Statement& statement = in.statement;
  std::vector<TableWork> out;
  if (statement.kind == StatementKind::create_index)
    out.push_back({table_of(statement), WorkKind::index_build, false, "CREATE INDEX"});
  if (statement.kind != StatementKind::alter_table) return out;
  for (const AlterAction& action : statement.actions) {
    if (action.kind == Kind::drop_column) out.push_back({statement.target, WorkKind::rewrite, false, "DROP COLUMN"});
  }
  return out;
}

}  // namespace

std::vector<TableWork> blocking_work(const RuleInput& in) {
  std::vector<TableWork> out = is_mysql(in)                             ? mysql_work(in)
                               : in.review.engine == Engine::postgresql ? postgresql_work(in)
                                                                        : sqlite_work(in);
  std::erase_if(out,
                [&](const TableWork& work) { return work.table.name.empty() || in.facts.created_table(work.table); });
  return out;
}

std::optional<std::int64_t> estimated_seconds(const schema::Relation& table, WorkKind kind) {
  const std::optional<std::int64_t> bytes = known_bytes(table);
  if (!bytes) return std::nullopt;
  const std::int64_t rate = rate_of(kind).bytes_per_second;
  return *bytes / rate + (*bytes % rate == 0 ? 0 : 1);
}

std::string estimate_text(const schema::Relation& table, WorkKind kind) {
  const std::optional<std::int64_t> bytes = known_bytes(table);
  if (!bytes) return "of unknown size";
  const Rate& rate = rate_of(kind);
  return fmt::format("about {} s: {} MB {} at {} MB/s", *estimated_seconds(table, kind), *bytes / k_megabyte,
                     rate.words, rate.bytes_per_second / k_megabyte);
}

std::int64_t wait_budget_seconds(bool production) { return production ? k_budget_production : k_budget_elsewhere; }

std::vector<std::string> estimate_terms() {
  std::vector<std::string> out;
  for (const Rate& rate : k_rates)
    out.push_back(fmt::format("{:>4} MB/s  {}", rate.bytes_per_second / k_megabyte, rate.words));
  out.push_back(fmt::format("{:>4} B     a row, where the server knows rows alone", k_bytes_per_row));
  for (const bool production : {true, false})
    out.push_back(fmt::format("{:>4} s     may be waited {}", wait_budget_seconds(production),
                              production ? "in production" : "elsewhere"));
  return out;
}

}  // namespace dbw::review
