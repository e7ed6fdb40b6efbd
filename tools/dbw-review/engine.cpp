#include <fmt/format.h>

#include "base/text.hpp"
#include "commands.hpp"

namespace dbw::tool {

Engine require_engine(std::string_view name) {
  const auto engine = parse_engine(name);
  if (!engine) {
    throw Error(ErrorCode::bad_usage, fmt::format("there is no engine \"{}\"", printable(name)),
                "Use --engine postgresql, mysql, mariadb or sqlite.");
  }
  return *engine;
}

}  // namespace dbw::tool
