#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What statements give back: counts, streamed rows, and the server's messages.
namespace dbw::db {

struct Column {
  std::string name;       ///< as the server names it; names may repeat
  std::string type_name;  ///< PostgreSQL: format_type(), e.g. "numeric"; SQLite: the declared type, or "" for an
                          ///< expression; MySQL, MariaDB: the type without length, e.g. "bigint unsigned", "varbinary"
};

/// One field's exact text, or nullopt for NULL. PostgreSQL: the type's text output (bytea as \x hex, timestamps ISO).
/// SQLite: integers and text as they are, reals in the shortest form that reads back exactly, blobs as \x hex. MySQL,
/// MariaDB: the server's text; columns without a character set (binary, blob, bit, geometry) as \x hex.
using Field = std::optional<std::string_view>;
using Row = std::span<const Field>;

/// Takes a result row by row; memory use does not grow with the result.
class RowSink {
 public:
  virtual ~RowSink() = default;
  /// Once before the first row, for an empty result too; not called for statements that return no rows.
  virtual void columns(const std::vector<Column>& columns) = 0;
  /// The fields live until the call returns. False: enough; the statement is cancelled and drained. Exceptions do the
  /// same and pass on.
  virtual bool row(Row row) = 0;
};

struct StatementResult {
  std::string tag;  ///< PostgreSQL: the command tag, "UPDATE 3"; others: the first word in upper case, "UPDATE"
  std::int64_t rows_affected = 0;  ///< INSERT, UPDATE (rows found), DELETE, MERGE, REPLACE; 0 for everything else (also
                                   ///< SELECT and CREATE TABLE AS)
  std::int64_t rows_returned = 0;  ///< rows the server sent
  bool stopped = false;            ///< the sink said enough
};

/// A small result held whole; for statements of dbw itself.
using OwnedRow = std::vector<std::optional<std::string>>;
using Rows = std::vector<OwnedRow>;

/// What the server says about a failure, or on its own (a notice). Every text may hold data of the database: callers
/// log `sqlstate` alone, and the rest only where the data itself may go.
struct ServerMessage {
  std::string severity;
  std::string sqlstate;  ///< five characters; SQLite: the extended result code's name, "SQLITE_CONSTRAINT_UNIQUE"
  int number = 0;        ///< MySQL, MariaDB: the server's error number; several share one SQLSTATE
  std::string message, detail, hint, context;
  std::string schema, table, column, constraint;
  std::size_t position = 0;  ///< 1-based character (PostgreSQL) or byte (SQLite) of the statement; 0: unknown
};

}  // namespace dbw::db
