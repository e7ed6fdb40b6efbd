#include "db/mysql_result.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include <errmsg.h>
#include <fmt/format.h>
#include <mysqld_error.h>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace dbw::db::mysql {
namespace {

constexpr unsigned int k_binary_charset = 63;
// MySQL 8 alone: ER_CLIENT_INTERACTION_TIMEOUT.
constexpr int k_client_interaction_timeout = 4031;

/// MariaDB's own types travel as strings; the server names them beside.
std::string_view extended_name(const MYSQL_FIELD& field) {
  for (const auto kind : {MARIADB_FIELD_ATTR_DATA_TYPE_NAME, MARIADB_FIELD_ATTR_FORMAT_NAME}) {
    MARIADB_CONST_STRING name{};
    if (mariadb_field_attr(&name, &field, kind) == 0 && name.length > 0) return {name.str, name.length};
  }
  return {};
}

std::string_view integer_name(enum_field_types type) {
  switch (type) {
    case MYSQL_TYPE_TINY:
      return "tinyint";
    case MYSQL_TYPE_SHORT:
      return "smallint";
    case MYSQL_TYPE_INT24:
      return "mediumint";
    case MYSQL_TYPE_LONG:
      return "int";
    case MYSQL_TYPE_LONGLONG:
      return "bigint";
    default:
      return {};
  }
}

std::string_view string_name(const MYSQL_FIELD& field) {
  const bool binary = field.charsetnr == k_binary_charset;
  if ((field.flags & ENUM_FLAG) != 0 || field.type == MYSQL_TYPE_ENUM) return "enum";
  if ((field.flags & SET_FLAG) != 0 || field.type == MYSQL_TYPE_SET) return "set";
  switch (field.type) {
    case MYSQL_TYPE_STRING:
      return binary ? "binary" : "char";
    case MYSQL_TYPE_VARCHAR:
    case MYSQL_TYPE_VAR_STRING:
      return binary ? "varbinary" : "varchar";
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB:
    case MYSQL_TYPE_BLOB:
      return binary ? "blob" : "text";
    default:
      return {};
  }
}

std::string_view other_name(enum_field_types type) {
  switch (type) {
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
      return "decimal";
    case MYSQL_TYPE_FLOAT:
      return "float";
    case MYSQL_TYPE_DOUBLE:
      return "double";
    case MYSQL_TYPE_NULL:
      return "null";
    case MYSQL_TYPE_TIMESTAMP:
    case MYSQL_TYPE_TIMESTAMP2:
      return "timestamp";
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
      return "date";
    case MYSQL_TYPE_TIME:
    case MYSQL_TYPE_TIME2:
      return "time";
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_DATETIME2:
      return "datetime";
    case MYSQL_TYPE_YEAR:
      return "year";
    case MYSQL_TYPE_BIT:
      return "bit";
    case MYSQL_TYPE_JSON:
      return "json";
    case MYSQL_TYPE_GEOMETRY:
      return "geometry";
    default:
      return {};
  }
}

/// # or two dashes before a blank, a control character or the end.
bool is_line_comment(std::string_view rest) {
  return rest.starts_with('#') || (rest.starts_with("--") && (rest.size() == 2 || rest[2] <= ' '));
}

/// Where the text goes on behind blanks and comments; the marks of an executable comment count as blanks.
std::size_t skip_to_word(std::string_view sql) {
  std::size_t at = 0;
  while (at < sql.size()) {
    const std::string_view rest = sql.substr(at);
    if (std::isspace(static_cast<unsigned char>(rest[0])) != 0) {
      ++at;
    } else if (is_line_comment(rest)) {
      at = std::min(sql.find('\n', at), sql.size());
    } else if (rest.starts_with("/*!") || rest.starts_with("/*M!")) {
      at += rest[2] == '!' ? 3U : 4U;
      while (at < sql.size() && std::isdigit(static_cast<unsigned char>(sql[at])) != 0) ++at;
    } else if (rest.starts_with("/*")) {
      const std::size_t end = sql.find("*/", at + 2);
      at = end == std::string_view::npos ? sql.size() : end + 2;
    } else {
      break;
    }
  }
  return at;
}

}  // namespace

ServerMessage server_message(MYSQL* connection) {
  ServerMessage out;
  out.severity = "ERROR";
  out.number = static_cast<int>(mysql_errno(connection));
  out.sqlstate = mysql_sqlstate(connection);
  out.message = mysql_error(connection);
  return out;
}

bool ends_connection(int number) {
  constexpr std::array k_numbers = {ER_SERVER_SHUTDOWN,      ER_NEW_ABORTING_CONNECTION,  ER_ABORTING_CONNECTION,
                                    ER_NORMAL_SHUTDOWN,      ER_CONNECTION_KILLED,        ER_NET_READ_ERROR,
                                    ER_NET_READ_INTERRUPTED, k_client_interaction_timeout};
  return IS_MYSQL_ERROR(number) || IS_MARIADB_ERROR(number) ||
         std::find(k_numbers.begin(), k_numbers.end(), number) != k_numbers.end();
}

bool ends_transaction(int number) { return number == ER_LOCK_DEADLOCK || number == ER_XA_RBDEADLOCK; }

std::string type_name(const MYSQL_FIELD& field) {
  if (const std::string_view own = extended_name(field); !own.empty()) return std::string(own);
  if (const std::string_view name = integer_name(field.type); !name.empty())
    return std::string(name) + ((field.flags & UNSIGNED_FLAG) != 0 ? " unsigned" : "");
  if (const std::string_view name = string_name(field); !name.empty()) return std::string(name);
  return std::string(other_name(field.type));
}

bool is_binary(const MYSQL_FIELD& field) {
  if (field.type == MYSQL_TYPE_BIT || field.type == MYSQL_TYPE_GEOMETRY) return true;
  // Numbers and times have no character set either; MariaDB's uuid and inet6 are text in spite of it.
  return field.charsetnr == k_binary_charset && !string_name(field).empty() && extended_name(field).empty();
}

void show_binary(std::string_view bytes, std::string& out) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  out.resize(2 + bytes.size() * 2);
  out[0] = '\\';
  out[1] = 'x';
  std::size_t at = 2;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out[at++] = k_digits[byte >> 4U];
    out[at++] = k_digits[byte & 15U];
  }
}

bool is_empty(std::string_view sql) { return skip_to_word(sql) == sql.size(); }

std::string first_word(std::string_view sql) {
  std::string out;
  for (std::size_t at = skip_to_word(sql); at < sql.size(); ++at) {
    const auto c = static_cast<unsigned char>(sql[at]);
    if (std::isalpha(c) == 0) break;
    out += static_cast<char>(std::toupper(c));
  }
  return out;
}

std::string with_parameters(std::string_view sql, const std::vector<std::optional<std::string>>& parameters) {
  std::string out;
  for (std::size_t at = 0; at < sql.size();) {
    const std::size_t mark = std::min(sql.find('$', at), sql.size());
    out += sql.substr(at, mark - at);
    if (mark == sql.size()) break;
    std::size_t number = 0;
    const char* end = std::from_chars(sql.data() + mark + 1, sql.data() + sql.size(), number).ptr;
    if (number == 0 || number > parameters.size()) throw Error(ErrorCode::internal_bug, "no such parameter");
    const std::optional<std::string>& value = parameters[number - 1];
    // The introducer makes text of it: a bare X'...' is binary, and a number in some places.
    out += value ? fmt::format("_utf8mb4 X'{}'", to_hex(*value)) : "NULL";
    at = static_cast<std::size_t>(end - sql.data());
  }
  return out;
}

}  // namespace dbw::db::mysql
