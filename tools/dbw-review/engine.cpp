#include <fmt/format.h>

#include "base/text.hpp"
#include "commands.hpp"

namespace dbw::tool {

Engine require_engine(std::string_view name) {
  const auto engine = parse_engine(name);
  if (!engine) {
    throw Error(ErrorCode::bad_usage, fmt::format("there is no engine \"{}\"", printable(name)),
                "Use --engine postgresql or --engine sqlite.");
  }
  if (*engine == Engine::mysql || *engine == Engine::mariadb) {
    throw Error(ErrorCode::bad_usage,
                fmt::format("this version cannot read the SQL of {}, so it does not judge it", name),
                "Use --engine postgresql or --engine sqlite for databases of these kinds.");
  }
  return *engine;
}

}  // namespace dbw::tool
