#pragma once

#include <memory>
#include <string_view>

#include "db/connect.hpp"
#include "db/mysql_result.hpp"

namespace dbw::db::mysql {

/// connect() for MySQL and MariaDB.
std::unique_ptr<Session> connect_mysql(const ConnectionSettings& settings, std::string_view password,
                                       const SessionOptions& options);

/// A bare connection, with TLS as `settings` say and nothing else set; throws what connect() throws.
Connection open_connection(const ConnectionSettings& settings, std::string_view password,
                           const SessionOptions& options);

}  // namespace dbw::db::mysql
