#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "review/server_version.hpp"
#include "sqlparse/statement.hpp"

/// What InnoDB does for an ALTER TABLE or CREATE INDEX, by server and version. The operations are rows of a table.
namespace dbw::review {

enum class DdlOperation {
  add_column,
  add_column_positioned,          ///< FIRST or AFTER
  add_column_expression_default,  ///< DEFAULT (expression)
  drop_column,
  change_columns_and_indexes,  ///< columns added or dropped beside a new index: what is instant alone no longer is
  redefine_column,             ///< MODIFY or CHANGE, what of it changes not being known
  add_index,
  add_fulltext_index,
  add_spatial_index,
  add_primary_key,
  drop_primary_key,
  replace_primary_key,  ///< dropped and added in one statement
  add_check,
  rebuild,        ///< FORCE, ENGINE = InnoDB, ROW_FORMAT, KEY_BLOCK_SIZE
  change_engine,  ///< to another engine than InnoDB
  repartition,    ///< PARTITION BY, REMOVE PARTITIONING
  system_versioning,
  convert_charset,        ///< CONVERT TO CHARACTER SET
  encryption,             ///< MySQL: ENCRYPTION = 'Y'
  order_rows,             ///< ORDER BY
  reorganize_partition,   ///< REORGANIZE PARTITION
  coalesce_partition,     ///< COALESCE PARTITION
  add_partition_by_hash,  ///< ADD PARTITION PARTITIONS n
  rebuild_partition,      ///< REBUILD PARTITION
  optimize_partition,     ///< OPTIMIZE PARTITION
  optimize,               ///< OPTIMIZE TABLE
};
inline constexpr std::size_t k_ddl_operations_count = static_cast<std::size_t>(DdlOperation::optimize) + 1;
/// It writes partitions of the table anew, and the latter those alone that it names, of whose size nothing is known.
bool concerns_partitions(DdlOperation operation);
bool concerns_some_partitions(DdlOperation operation);

/// Each at most once, in the order in which they were added.
class DdlOperations {
 public:
  const DdlOperation* begin() const { return m_list.data(); }
  const DdlOperation* end() const { return m_list.data() + m_count; }
  bool empty() const { return m_count == 0; }
  bool has(DdlOperation operation) const { return std::find(begin(), end(), operation) != end(); }
  void add(DdlOperation operation) {
    if (!has(operation)) m_list[m_count++] = operation;
  }

 private:
  std::array<DdlOperation, k_ddl_operations_count> m_list{};
  std::size_t m_count = 0;
};

enum class DdlWork {
  metadata,  ///< INSTANT, or INPLACE without work on the rows
  build,     ///< reads the table and builds an index; rows stay where they are
  rebuild,   ///< INPLACE, and the table is written anew
  copy       ///< the server copies the table row by row
};

struct OnlineDdl {
  DdlWork work;
  bool writes_go_on;       ///< other sessions may write meanwhile
  bool heeds_clauses;      ///< ALGORITHM and LOCK are obeyed: the server refuses what would be worse
  std::string_view words;  ///< the operation, for messages: "adding a FULLTEXT index"
};

OnlineDdl online_ddl(DdlOperation operation, Engine engine, ServerVersion version);
/// The operations of ALTER TABLE, CREATE INDEX and OPTIMIZE TABLE; what touches metadata alone, or is the business of a
/// rule of its own, is not among them.
DdlOperations ddl_operations(const sqlparse::Statement& statement);

/// The value of ALGORITHM or LOCK, lower case; empty where not written.
std::string_view ddl_clause(const sqlparse::Statement& statement, std::string_view name);
/// The statement asks for an algorithm that never copies the table, which the server refuses where only a copy would
/// do.
bool rules_out_copy(const sqlparse::Statement& statement);
/// The statement's clauses make the server refuse it rather than block writes, or rebuild the table.
bool refuses_blocking(const sqlparse::Statement& statement);
bool refuses_rebuild(const sqlparse::Statement& statement);

}  // namespace dbw::review
