#include "db/connect.hpp"

#include <arpa/inet.h>

#include "base/error.hpp"
#include "db/mysql_connect.hpp"
#include "db/postgresql_connect.hpp"
#include "db/sqlite_session.hpp"

namespace dbw::db {

std::unique_ptr<Session> connect(const ConnectionSettings& settings, std::string_view password,
                                 const SessionOptions& options) {
  switch (settings.engine) {
    case Engine::postgresql:
      return postgresql::connect_postgresql(settings, password, options);
    case Engine::sqlite:
      return sqlite::open_sqlite(settings.sqlite_path, options);
    case Engine::mysql:
    case Engine::mariadb:
      return mysql::connect_mysql(settings, password, options);
  }
  throw Error(ErrorCode::internal_bug, "no such engine");
}

bool is_local(const ConnectionSettings& settings) {
  const std::string& host = settings.host;
  if (settings.engine == Engine::sqlite || host.starts_with('/') || host == "localhost") return true;
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return ::inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

}  // namespace dbw::db
