#include "sql_properties.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dbw::sqlparse::fuzz::check(dbw::Engine::sqlite, data, size);
}
