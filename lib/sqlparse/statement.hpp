#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"

/// sqlparse turns SQL bytes into statements with class, objects and byte ranges. It judges nothing (rules do) and
/// executes nothing. What it cannot read is `opaque`, never silently something weaker.
namespace dbw::sqlparse {

struct ObjectName {
  std::string schema;  ///< empty where the SQL does not say
  std::string name;
  std::string text() const { return schema.empty() ? name : schema + "." + name; }
  friend bool operator==(const ObjectName&, const ObjectName&) = default;
  friend auto operator<=>(const ObjectName&, const ObjectName&) = default;
};

enum class ObjectKind {
  table,
  view,
  materialized_view,
  index,
  sequence,
  function,
  type,
  domain,
  schema,
  database,
  role,
  extension,
  trigger,
  policy,
  other
};
std::string_view object_kind_name(ObjectKind kind);

enum class Access { read, write, create, alter, drop };
std::string_view access_name(Access access);

/// One object that a statement touches, wherever in its tree.
struct ObjectUse {
  ObjectKind kind;
  ObjectName name;
  Access access;
};

/// One function call.
struct FunctionUse {
  ObjectName name;
  int arguments = 0;
  bool read_only = false;  ///< on the engine's allow-list of functions without side effects
  bool constant =
      false;  ///< not volatile: the same value for every row of a statement (what ADD COLUMN ... DEFAULT needs)
};

using dbw::ConstraintKind;

struct Constraint {
  ConstraintKind kind = ConstraintKind::check;
  std::string name;                  ///< empty where unnamed
  std::vector<std::string> columns;  ///< constrained columns
  ObjectName references;             ///< foreign_key: the referenced table
  bool not_valid = false;
  std::string using_index;                      ///< UNIQUE / PRIMARY KEY USING INDEX
  std::string on_delete;                        ///< "cascade", "restrict", "set null", "no action" ...
  std::string expression;                       ///< check: its SQL, deparsed or as written
  std::vector<std::string> referenced_columns;  ///< foreign_key: as written; empty: the primary key's
};

/// An option of a table, or of how DDL is carried out, as MySQL and MariaDB write it.
struct Option {
  std::string name;   ///< lower case; "charset" for each spelling of it, "exchange partition", "algorithm"
  std::string value;  ///< lower case, without quotes; of some names empty
};

/// An index that is no constraint: CREATE INDEX of MySQL and MariaDB, INDEX and KEY in their CREATE and ALTER TABLE.
struct IndexDefinition {
  std::string name;  ///< empty where unnamed
  std::string kind;  ///< "fulltext", "spatial", else empty
  std::vector<std::string> columns;
};

struct ColumnDefinition {
  std::string name;
  std::string type;  ///< lower case, without pg_catalog: "bigint", "timestamp", "timestamptz", "varchar", "serial";
                     ///< SQLite as written
  std::vector<std::string> type_arguments;
  bool array = false;
  bool not_null = false;
  bool has_default = false;
  bool default_null = false;  ///< DEFAULT NULL
  bool default_volatile =
      false;  ///< some function of the default is not known to be constant (unknown functions count)
  bool default_expression =
      false;  ///< MySQL, MariaDB: evaluated for each row; a literal or CURRENT_TIMESTAMP is not. SQLite: nothing
              ///< that ALTER TABLE takes for a constant; CURRENT_TIMESTAMP is not one
  bool identity = false;        ///< GENERATED ... AS IDENTITY
  bool auto_increment = false;  ///< serial types, AUTO_INCREMENT, SQLite AUTOINCREMENT
  bool generated_stored = false;
  bool generated_virtual = false;
  bool is_unsigned = false;             ///< MySQL, MariaDB
  std::string charset;                  ///< MySQL, MariaDB: CHARACTER SET of the column, lower case
  bool has_comment = false;             ///< MySQL, MariaDB: COMMENT in the definition
  std::vector<Constraint> constraints;  ///< written inline
  std::string collation;                ///< MySQL, MariaDB: COLLATE of the column, lower case
  bool on_update_now = false;           ///< MySQL, MariaDB: ON UPDATE CURRENT_TIMESTAMP
  bool default_now = false;             ///< DEFAULT CURRENT_TIMESTAMP; MySQL, MariaDB: NOW() and the like too
};

/// One action of ALTER TABLE (or of a RENAME statement).
struct AlterAction {
  enum class Kind {
    add_column,
    drop_column,
    alter_type,
    set_default,
    drop_default,
    set_not_null,
    drop_not_null,
    add_constraint,
    drop_constraint,
    add_index,
    drop_index,
    validate_constraint,
    rename_table,
    rename_column,
    rename_constraint,
    rename_other,
    set_schema,
    change_owner,
    attach_partition,
    detach_partition,
    enable_trigger,
    disable_trigger,
    enable_row_security,
    disable_row_security,
    storage_rewrite,
    set_statistics,
    set_options,
    add_enum_value,
    other
  };
  Kind kind = Kind::other;
  std::string name;         ///< the column, constraint, trigger or enum value
  std::string new_name;     ///< of renames
  ColumnDefinition column;  ///< add_column; alter_type fills type and type_arguments
  bool has_using = false;   ///< ALTER TYPE ... USING
  bool redefines = false;   ///< MODIFY or CHANGE: `column` is the whole new definition
  bool changes = false;     ///< CHANGE, which may rename as well
  bool positioned = false;  ///< FIRST or AFTER; ADD VALUE ... BEFORE or AFTER
  Constraint constraint;    ///< add_constraint
  IndexDefinition index;    ///< add_index
  Option option;            ///< MySQL, MariaDB: storage_rewrite, set_options and other
  bool cascade = false;
  bool if_exists = false;          ///< IF [NOT] EXISTS
  bool concurrently = false;       ///< DETACH PARTITION CONCURRENTLY
  ObjectName other_table;          ///< of partitions; INHERIT: the parent; RENAME TABLE: the old name
  bool default_partition = false;  ///< ATTACH PARTITION ... DEFAULT
  bool of_rule = false;            ///< ENABLE or DISABLE RULE
  bool finalize = false;           ///< DETACH PARTITION ... FINALIZE
};

enum class StatementKind {
  select,
  insert,
  update,
  delete_,
  merge,
  copy,
  create_table,
  create_table_as,
  alter_table,
  drop,
  truncate,
  create_index,
  reindex,
  create_view,
  refresh_view,
  create_sequence,
  alter_sequence,
  create_type,
  alter_type,
  alter_domain,
  create_function,
  create_trigger,
  create_rule,
  create_schema,
  create_extension,
  comment,
  grant,
  revoke,
  role,
  policy,
  set,
  show,
  transaction,
  lock,
  vacuum,
  cluster,
  analyze,
  do_block,
  call,
  explain,
  prepare,
  listen_notify,
  create_database,
  alter_system,
  pragma,
  attach,
  other,
  unreadable
};
inline constexpr std::size_t k_statement_kinds_count = static_cast<std::size_t>(StatementKind::unreadable) + 1;
std::string_view statement_kind_name(StatementKind kind);

/// How a WHERE clause restricts an UPDATE, DELETE or MERGE.
enum class Restriction { not_applicable, none, always_true, some };

struct Statement {
  ByteRange range;  ///< without the terminating semicolon and leading blanks or comments
  StatementKind kind = StatementKind::other;
  StatementClass statement_class = StatementClass::opaque;
  bool read_only = false;  ///< proven free of side effects: statement_class is read and every function is read_only
  std::string reason;  ///< why it has this class, where the lead keyword alone does not say: "function pg_sleep is not
                       ///< read-only"
  std::vector<ObjectUse>
      objects;  ///< MySQL, MariaDB: names of WITH are among them, for a table may have the name elsewhere
  std::vector<FunctionUse> functions;
  bool opens_views = false;  ///< MySQL, MariaDB: SHOW TABLE STATUS, for which servers prepare all views of a schema
  std::vector<std::string> operators;  ///< PostgreSQL: as written, sorted, each once; comparisons that the syntax
                                       ///< implies (IN, BETWEEN, GROUP BY ...) are not there
  std::vector<std::string> members;    ///< PostgreSQL: what stands behind a dot, sorted, each once: a column, or else a
                                       ///< function of one argument
  bool reads_function_rows = false;    ///< PostgreSQL: a function stands in FROM
  /// PostgreSQL: the class that it had if the functions that no list knows and `foreign_types` were harmless.
  StatementClass class_beside_unknown = StatementClass::opaque;
  std::vector<ObjectName> foreign_types;  ///< PostgreSQL: types named that are not built in
  bool unknown_otherwise = false;         ///< PostgreSQL: operators that are not built in, (expression).name

  ObjectName target;  ///< the table (index, view, ...) that DDL or DML is about
  ObjectKind target_kind = ObjectKind::table;
  std::vector<ObjectName> targets;  ///< DROP, TRUNCATE and LOCK name several
  bool cascade = false;
  bool concurrently = false;
  bool if_exists = false;  ///< IF [NOT] EXISTS
  bool or_replace = false;
  bool temporary = false;                                 ///< CREATE TEMP
  bool unique = false;                                    ///< CREATE UNIQUE INDEX
  bool full = false;                                      ///< VACUUM FULL
  bool has_column_list = false;                           ///< INSERT (a, b)
  bool selects_values = false;                            ///< INSERT ... VALUES
  Restriction restriction = Restriction::not_applicable;  ///< the weakest of all UPDATE/DELETE in the tree
  std::vector<ColumnDefinition> columns;                  ///< CREATE TABLE
  std::vector<Constraint> constraints;                    ///< CREATE TABLE, table level
  std::vector<IndexDefinition> indexes;                   ///< MySQL, MariaDB: CREATE TABLE, CREATE INDEX
  std::vector<Option> options;                            ///< MySQL, MariaDB: of tables and of DDL
  std::vector<AlterAction> actions;                       ///< ALTER TABLE, renames
  std::string setting;                                    ///< SET / RESET / PRAGMA name, lower case
  std::string setting_value;                              ///< as written, first argument
  std::vector<std::string> setting_values;                ///< all arguments, for SET search_path
  bool set_local = false;
  bool server_wide = false;         ///< ALTER SYSTEM, SET GLOBAL, ALTER DATABASE/ROLE ... SET
  std::string transaction_command;  ///< "begin", "commit", "rollback", "savepoint", "release", "rollback_to", "prepare"
  bool needs_no_transaction =
      false;  ///< the engine refuses it inside a transaction block (CONCURRENTLY, VACUUM, CREATE DATABASE ...)
  ObjectName partition_of;              ///< CREATE TABLE ... PARTITION OF: the parent
  std::string lock_mode;                ///< LOCK TABLE: "share row exclusive"
  bool default_partition = false;       ///< CREATE TABLE ... PARTITION OF ... DEFAULT
  bool security_definer = false;        ///< CREATE or ALTER FUNCTION ... SECURITY DEFINER
  bool sets_search_path = false;        ///< CREATE or ALTER FUNCTION ... SET search_path
  bool policy_admits_all = false;       ///< a permissive policy USING (true)
  std::size_t comment_bytes = 0;        ///< COMMENT ON ... IS
  std::vector<std::string> nested_sql;  ///< bodies found inside (DO, functions) as far as they are plain text
};

struct ParseProblem {
  ByteRange range;
  std::string message;  ///< "syntax error at or near \"x\"", "psql meta-command \\copy", "PostgreSQL 16 syntax: ..."
  enum class Kind {
    syntax,
    newer_grammar,
    client_command,
    template_braces,
    copy_data,
    too_large,
    too_deep,
    forbidden_character,
    cut_off,
    ambiguous  ///< servers, or settings of one server, read the text differently
  } kind = Kind::syntax;
};

/// What one pass over the SQL of one file yields. Statements that could not be read are present as
/// StatementKind::unreadable, class opaque.
struct ParsedSql {
  Engine engine = Engine::postgresql;
  std::string sql;  ///< the bytes parsed; ranges index it
  std::vector<Statement> statements;
  std::vector<ParseProblem> problems;
  /// The strongest class, opaque where there is a problem, nullopt without statements.
  std::optional<StatementClass> strongest() const;
  bool read_only() const;  ///< at least one statement, no problem, all read_only
};

struct ParseOptions {
  std::size_t bytes_max;        ///< more is one ParseProblem too_large
  std::string schema_sql = {};  ///< SQLite: DDL of the target's schema, so that the authorizer can resolve names
  unsigned threads = 0;         ///< at most so many read large texts; 0: one per processor. The answer is the same
  bool view_text = false;       ///< MySQL, MariaDB: as the server keeps views, which are read in no sql_mode
};

/// Never throws for what is in the SQL; throws Error{sql_engine_unsupported} for an engine without a parser.
ParsedSql parse(Engine engine, std::string_view sql, const ParseOptions& options);
/// The same for many texts, in their order; what starting a parser costs is paid once.
std::vector<ParsedSql> parse_all(Engine engine, const std::vector<std::string_view>& texts,
                                 const ParseOptions& options);

/// 1-based line and column (bytes) of an offset.
struct LineColumn {
  int line;
  int column;
};
LineColumn line_column(std::string_view sql, std::size_t offset);

}  // namespace dbw::sqlparse
