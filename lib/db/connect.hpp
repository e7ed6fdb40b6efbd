#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/sql_types.hpp"
#include "db/session.hpp"

namespace dbw::db {

enum class TlsMode {
  automatic,    ///< remote hosts: verify_full; loopback: used where offered (MySQL, MariaDB: not); sockets: none
  verify_full,  ///< certificate chain and host name
  verify_ca,    ///< certificate chain; remote hosts need allow_weak_tls; not for MySQL and MariaDB
  require,      ///< encryption without verification; remote hosts need allow_weak_tls
  disable,      ///< remote hosts need allow_weak_tls
};

/// The only source of connection parameters: PG*, MYSQL* and MARIADB* variables, service and option files, ~/.pgpass
/// and
/// ~/.postgresql have no effect.
struct ConnectionSettings {
  Engine engine = Engine::postgresql;
  std::string host;  ///< one host name or address, or an absolute path: the socket's folder; MySQL, MariaDB: the socket
  std::uint16_t port = 5432;
  std::string database, user;
  TlsMode tls = TlsMode::automatic;
  std::string ca_file;   ///< PEM; empty: the system's bundle
  std::string crl_file;  ///< PEM, a list of every authority of the chain; empty: revocation is not looked up
  bool allow_weak_tls = false;
  std::string sqlite_path;  ///< an existing file; never created, never a URI
};

/// Connects and fixes the session's settings. `password` may be empty; copies made here are wiped. Removes the
/// engine's variables from the process's environment where there are any (a program with threads clears them before it
/// starts one). Throws DatabaseError or Error: db_settings (incomplete or contradictory; another engine answers than
/// was named), db_tls_required, db_connect_failed, db_authentication_failed, db_no_such_database,
/// db_server_unsupported.
std::unique_ptr<Session> connect(const ConnectionSettings& settings, std::string_view password,
                                 const SessionOptions& options);

/// True for socket folders, "localhost", 127.0.0.0/8 and ::1.
bool is_local(const ConnectionSettings& settings);

}  // namespace dbw::db
