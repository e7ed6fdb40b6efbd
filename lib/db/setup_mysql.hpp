#pragma once

#include <string>
#include <vector>

#include "db/setup.hpp"

/// The MySQL and MariaDB half of setup.hpp.
namespace dbw::db::mysql {

std::vector<std::string> setup_statements(Engine engine, const Roles& roles);
std::string setup_sql(Engine engine, const Roles& roles);
std::vector<Refusal> role_excess(Session& session, RoleUse use);

}  // namespace dbw::db::mysql
