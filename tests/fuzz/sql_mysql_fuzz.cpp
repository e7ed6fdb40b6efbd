#include "sql_properties.hpp"

/// The first byte chooses between MySQL and MariaDB.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool mariadb = (data[0] & 1u) != 0;
  return dbw::sqlparse::fuzz::check(mariadb ? dbw::Engine::mariadb : dbw::Engine::mysql, data + 1, size - 1);
}
