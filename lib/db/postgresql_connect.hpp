#pragma once

#include <memory>
#include <string_view>

#include "db/connect.hpp"

namespace dbw::db::postgresql {

/// connect() for PostgreSQL.
std::unique_ptr<Session> connect_postgresql(const ConnectionSettings& settings, std::string_view password,
                                            const SessionOptions& options);

}  // namespace dbw::db::postgresql
