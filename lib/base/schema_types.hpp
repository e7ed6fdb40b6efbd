#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/sql_types.hpp"

/// What a database's catalogue says of its schema, in one form for every engine: `db` reads it, `model` writes it down,
/// `review` compares a change with it. Types are named as sqlparse names them. Texts are as the server deparses them.
namespace dbw::schema {

struct Name {
  std::string schema;  ///< SQLite: "main"; MySQL, MariaDB: the database
  std::string name;
  std::string text() const { return schema.empty() ? name : schema + "." + name; }
  friend bool operator==(const Name&, const Name&) = default;
  friend auto operator<=>(const Name&, const Name&) = default;
};

struct Column {
  std::string name;
  std::string type;                         ///< lower case, without its arguments: "bigint", "varchar", "timestamptz"
  std::vector<std::string> type_arguments;  ///< "20" of varchar(20); the values of ENUM and SET
  bool array = false;
  bool is_unsigned = false;  ///< MySQL, MariaDB
  bool not_null = false;
  bool auto_increment = false;  ///< serial, identity, AUTO_INCREMENT, SQLite's INTEGER PRIMARY KEY
  std::string default_sql;      ///< empty: none
  std::string on_update;        ///< MySQL, MariaDB: ON UPDATE CURRENT_TIMESTAMP
  std::string generated;        ///< "", "stored" or "virtual"
  std::string charset, collation;
  std::string comment;
};

struct Constraint {
  ConstraintKind kind = ConstraintKind::check;
  std::string name;
  std::vector<std::string> columns;
  Name references;  ///< of foreign keys
  std::vector<std::string> referenced_columns;
  std::string on_delete, on_update;  ///< "cascade", "restrict", "set null", "set default", "no action"
  bool validated = true;
  std::string expression;  ///< of checks and exclusions
};

struct Index {
  std::string name;
  std::vector<std::string> columns;  ///< in their order; an expression is empty
  std::string method;                ///< "btree", "gin", "fulltext"
  bool unique = false;
  bool valid = true;      ///< false: left behind by a failed CONCURRENTLY
  std::string predicate;  ///< of partial indexes
};

struct Trigger {
  std::string name;
  std::string definition;
};

/// A column list of another relation that a view reads; no columns: as a whole, or unknown which.
struct Dependency {
  Name relation;
  std::vector<std::string> columns;
};

struct Relation {
  enum class Kind { table, partitioned_table, view, materialized_view, foreign_table };
  Kind kind = Kind::table;
  Name name;
  std::string owner;
  std::vector<Column> columns;
  std::vector<Constraint> constraints;
  std::vector<Index> indexes;
  std::vector<Trigger> triggers;
  Name partition_of;       ///< the parent
  std::string definition;  ///< of views
  std::vector<Dependency> reads;
  bool row_security = false;
  std::string storage_engine, collation;  ///< MySQL, MariaDB
  std::optional<std::int64_t> rows;       ///< the server's estimate; nullopt: it has none
  std::optional<std::int64_t> bytes;      ///< with indexes and out-of-line values
  bool is_table() const { return kind == Kind::table || kind == Kind::partitioned_table; }
};

struct Routine {
  Name name;
  std::string arguments;
  std::string returns;     ///< empty of procedures
  std::string volatility;  ///< "immutable", "stable", "volatile"
  bool security_definer = false;
  std::string language;
};

struct Sequence {
  Name name;
  std::optional<std::int64_t> last_value;  ///< nullopt: never used
  std::int64_t max_value = 0;
  Name owned_by_table;
  std::string owned_by_column;
};

/// A domain or an enumeration.
struct Type {
  Name name;
  std::string base;                 ///< of domains
  std::vector<std::string> labels;  ///< of enumerations, in their order
  bool constrained = false;         ///< of domains: NOT NULL or a CHECK
};

/// Everything is sorted by name, so that the same schema gives the same bytes.
struct Catalogue {
  Engine engine = Engine::postgresql;
  std::string server_version;
  std::vector<Relation> relations;
  std::vector<Routine> routines;
  std::vector<Sequence> sequences;
  std::vector<Type> types;
  std::map<std::string, std::string> settings;  ///< those that change what DDL means or costs
};

std::string_view relation_kind_name(Relation::Kind kind);  ///< "table", "partitioned table", "view" ...
std::optional<Relation::Kind> parse_relation_kind(std::string_view text);

}  // namespace dbw::schema
