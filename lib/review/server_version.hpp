#pragma once

#include <compare>
#include <string_view>

#include "base/sql_types.hpp"

namespace dbw::review {

/// "8.0.29", "10.11.6-MariaDB", "3.40": what is missing counts as 0.
struct ServerVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;
  friend constexpr auto operator<=>(const ServerVersion&, const ServerVersion&) = default;
};
/// Where nothing is said: the oldest series that its vendor maintains.
ServerVersion server_version(Engine engine, std::string_view text);

}  // namespace dbw::review
