#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <mysql.h>

#include "db/rows.hpp"

/// The handles of MariaDB Connector/C, and what is read out of a result.
namespace dbw::db::mysql {

struct CloseConnection {
  void operator()(MYSQL* connection) const { mysql_close(connection); }
};
struct FreeResult {
  /// Reads what is left of an unbuffered result.
  void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};
using Connection = std::unique_ptr<MYSQL, CloseConnection>;
using Result = std::unique_ptr<MYSQL_RES, FreeResult>;

/// The connection's last failure.
ServerMessage server_message(MYSQL* connection);
/// True for failures of the client library and for errors after which the server closes the connection.
bool ends_connection(int number);
/// True where a whole transaction was rolled back with the statement: deadlocks.
bool ends_transaction(int number);

/// "bigint unsigned", "varchar", "blob": as in SHOW CREATE TABLE, without lengths.
std::string type_name(const MYSQL_FIELD& field);
/// Bytes without a character set, which are shown as \x hex.
bool is_binary(const MYSQL_FIELD& field);

/// `bytes` as \x hex in place of what `out` held, whose memory is used again.
void show_binary(std::string_view bytes, std::string& out);

/// Nothing but blanks and comments: servers call that success.
bool is_empty(std::string_view sql);
/// The first word of a statement in upper case. Comments are skipped, executable comments are read as what they hold.
std::string first_word(std::string_view sql);

/// `$1`, `$2` ... replaced by hexadecimal literals, which mean the same in every sql_mode. For statements of dbw.
std::string with_parameters(std::string_view sql, const std::vector<std::optional<std::string>>& parameters);

}  // namespace dbw::db::mysql
