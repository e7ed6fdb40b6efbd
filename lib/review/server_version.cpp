#include "review/server_version.hpp"

#include <charconv>

namespace dbw::review {
namespace {

ServerVersion oldest_maintained(Engine engine) {
  switch (engine) {
    case Engine::mysql:
      return {8, 4, 0};
    case Engine::mariadb:
      return {10, 11, 0};
    case Engine::sqlite:
      return {3, 40, 0};
    default:
      return {15, 0, 0};
  }
}

}  // namespace

ServerVersion server_version(Engine engine, std::string_view text) {
  ServerVersion out;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (int* part : {&out.major, &out.minor, &out.patch}) {
    const auto [behind, error] = std::from_chars(at, end, *part);
    if (error != std::errc()) break;
    at = behind;
    if (at == end || *at != '.') break;
    ++at;
  }
  return out.major > 0 ? out : oldest_maintained(engine);
}

}  // namespace dbw::review
