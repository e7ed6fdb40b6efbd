#include "db/mysql_connect.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include <errmsg.h>
#include <fmt/format.h>
#include <mysqld_error.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/mysql_session.hpp"
#include "db/revocation_lists.hpp"
#include "db/wiped_text.hpp"

namespace dbw::db::mysql {
namespace {

constexpr const char* k_system_ca_file = "/etc/ssl/certs/ca-certificates.crt";
/// None that hands the password over in clear text or asks a person.
constexpr const char* k_plugins = "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519";

/// The library takes its default port, socket, plugins and their folder from there.
void remove_variables() {
  std::vector<std::string> names;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view variable(*each);
    for (const std::string_view prefix : {"MYSQL", "MARIADB", "LIBMYSQL"}) {
      if (variable.starts_with(prefix)) names.emplace_back(variable.substr(0, variable.find('=')));
    }
  }
  for (const std::string& name : names) ::unsetenv(name.c_str());
}

bool is_socket(const ConnectionSettings& settings) { return settings.host.starts_with('/'); }

void require_plain(std::string_view value, std::string_view what) {
  if (value.empty() || value.find('\0') != std::string_view::npos || value.find('\n') != std::string_view::npos) {
    throw Error(ErrorCode::db_settings, fmt::format("the database's {} is missing or not one line", what));
  }
}

void require_complete(const ConnectionSettings& settings, std::string_view password) {
  require_plain(settings.host, "host");
  require_plain(settings.database, "name");
  require_plain(settings.user, "user");
  // The library reads lists of hosts, and URLs of connection plugins.
  constexpr std::string_view k_host = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";
  if (!is_socket(settings) && (settings.host.find_first_not_of(k_host) != std::string::npos)) {
    throw Error(ErrorCode::db_settings,
                fmt::format("the host {} is not one host name, address or socket", printable(settings.host)));
  }
  if (settings.port == 0) throw Error(ErrorCode::db_settings, "the port is 0");
  // The ledger's database is named after it, and names have 64 characters.
  if (settings.database.size() > k_database_name_max)
    throw Error(ErrorCode::db_settings, fmt::format("the database's name is longer than {}", k_database_name_max));
  if (password.find('\0') != std::string_view::npos)
    throw Error(ErrorCode::db_settings, "the password holds a NUL byte");
}

TlsMode tls_mode(const ConnectionSettings& settings) {
  if (is_socket(settings)) return TlsMode::disable;
  if (settings.tls == TlsMode::automatic) return is_local(settings) ? TlsMode::disable : TlsMode::verify_full;
  if (settings.tls != TlsMode::verify_full && !is_local(settings) && !settings.allow_weak_tls) {
    throw Error(
        ErrorCode::db_tls_required,
        fmt::format("{} is a remote host, and the configured tls mode does not verify it", printable(settings.host)));
  }
  if (settings.tls == TlsMode::verify_ca) {
    throw Error(ErrorCode::db_settings,
                "tls verify-ca does not exist for MySQL and MariaDB: name the host, verify-full");
  }
  return settings.tls;
}

void set_flag(MYSQL* connection, mysql_option option, bool on) {
  const my_bool value = on ? 1 : 0;
  mysql_optionsv(connection, option, &value);
}

void set_tls(MYSQL* connection, const ConnectionSettings& settings, TlsMode mode) {
  set_flag(connection, MYSQL_OPT_SSL_ENFORCE, mode != TlsMode::disable);
  set_flag(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, mode == TlsMode::verify_full);
  if (mode == TlsMode::disable) return;
  mysql_optionsv(connection, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
  // Named, because OpenSSL's own default can be moved by the environment.
  if (mode == TlsMode::verify_full)
    mysql_optionsv(connection, MYSQL_OPT_SSL_CA,
                   settings.ca_file.empty() ? k_system_ca_file : settings.ca_file.c_str());
}

void set_options(MYSQL* connection, const SessionOptions& options) {
  const auto seconds = static_cast<unsigned int>(
      std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(options.connect_timeout).count()));
  mysql_optionsv(connection, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
  mysql_optionsv(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_optionsv(connection, MARIADB_OPT_RESTRICTED_AUTH, k_plugins);
  set_flag(connection, MYSQL_OPT_RECONNECT, false);
  const unsigned int off = 0;
  mysql_optionsv(connection, MYSQL_OPT_LOCAL_INFILE, &off);
  // A server may ask for a file all the same.
  mysql_set_local_infile_handler(
      connection, [](void** state, const char*, void*) { return *state = nullptr, 1; },
      [](void*, char*, unsigned int) { return -1; }, [](void*) {},
      [](void*, char* text, unsigned int size) {
        if (size > 0) *text = '\0';
        return CR_UNKNOWN_ERROR;
      },
      nullptr);
  const std::string name = options.application_name.empty() ? "dbw" : options.application_name;
  mysql_optionsv(connection, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", name.c_str());
}

[[noreturn]] void fail_to_connect(MYSQL* connection, const ConnectionSettings& settings) {
  ServerMessage message = server_message(connection);
  const std::string where = fmt::format("{} at {}{}", printable(settings.database), printable(settings.host),
                                        is_socket(settings) ? std::string() : ":" + std::to_string(settings.port));
  // The connector's own words; a server's have other numbers and may hold data.
  const bool is_own = IS_MYSQL_ERROR(message.number) || IS_MARIADB_ERROR(message.number);
  const std::string why = is_own ? printable(message.message) : "the server refused";
  switch (message.number) {
    case ER_ACCESS_DENIED_ERROR:
    case ER_ACCESS_DENIED_NO_PASSWORD_ERROR:
    case ER_HOST_NOT_PRIVILEGED:
    case ER_ACCOUNT_HAS_BEEN_LOCKED:
    case ER_MUST_CHANGE_PASSWORD:
      throw DatabaseError(ErrorCode::db_authentication_failed,
                          fmt::format("database {} refused user {}", where, printable(settings.user)),
                          std::move(message));
    case ER_BAD_DB_ERROR:
    case ER_DBACCESS_DENIED_ERROR:
      throw DatabaseError(
          ErrorCode::db_no_such_database,
          fmt::format("database {} does not exist, or {} may not use it", where, printable(settings.user)),
          std::move(message));
    case CR_SSL_CONNECTION_ERROR:
      throw DatabaseError(ErrorCode::db_tls_required, fmt::format("no verified TLS connection to {}: {}", where, why),
                          std::move(message));
    default:
      break;
  }
  throw DatabaseError(ErrorCode::db_connect_failed, fmt::format("cannot connect to {}: {}", where, why),
                      std::move(message));
}

/// The connector keeps it for a reconnection, which is switched off.
void forget_password(MYSQL* connection) {
  if (connection->passwd != nullptr) ::explicit_bzero(connection->passwd, std::strlen(connection->passwd));
}

}  // namespace

Connection open_connection(const ConnectionSettings& settings, std::string_view password,
                           const SessionOptions& options) {
  const TlsMode mode = tls_mode(settings);
  Connection connection(mysql_init(nullptr));
  if (connection == nullptr) throw Error(ErrorCode::db_connect_failed, "out of memory");
  set_options(connection.get(), options);
  const auto revoked = load_revocation_lists(settings, mode == TlsMode::verify_full);
  set_tls(connection.get(), settings, mode);
  if (revoked) mysql_optionsv(connection.get(), MYSQL_OPT_SSL_CRL, revoked->path().c_str());
  const bool socket = is_socket(settings);
  const unsigned int protocol = socket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
  mysql_optionsv(connection.get(), MYSQL_OPT_PROTOCOL, &protocol);
  const WipedText secret(password);
  // Rows found, not rows that differ afterwards: as the other engines count. No flag for several statements.
  const MYSQL* connected =
      mysql_real_connect(connection.get(), socket ? nullptr : settings.host.c_str(), settings.user.c_str(),
                         secret.c_str(), settings.database.c_str(), socket ? 0 : settings.port,
                         socket ? settings.host.c_str() : nullptr, CLIENT_FOUND_ROWS);
  if (connected == nullptr) fail_to_connect(connection.get(), settings);
  if (mode != TlsMode::disable && mysql_get_ssl_cipher(connection.get()) == nullptr) {
    throw Error(ErrorCode::db_tls_required,
                fmt::format("the connection to {} is not encrypted", printable(settings.host)));
  }
  forget_password(connection.get());
  return connection;
}

std::unique_ptr<Session> connect_mysql(const ConnectionSettings& settings, std::string_view password,
                                       const SessionOptions& options) {
  require_complete(settings, password);
  remove_variables();
  Connection connection = open_connection(settings, password, options);
  return std::make_unique<MysqlSession>(std::move(connection), settings, password, options);
}

}  // namespace dbw::db::mysql
