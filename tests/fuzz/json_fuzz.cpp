#include "codec/json.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = dbw::fuzz::text_of(data, size);
  bool strict = false;
  dbw::fuzz::may_refuse([&] {
    dbw::fuzz::require(dbw::codec::emit_json(dbw::codec::parse_json(bytes, "fuzz", size)) == bytes,
                       "canonical JSON is written as it was read");
    strict = true;
  });
  bool relaxed = false;
  dbw::fuzz::may_refuse([&] {
    const dbw::codec::Value value = dbw::codec::parse_json_relaxed(bytes, "fuzz", size);
    relaxed = true;
    const std::string canonical = dbw::codec::emit_json(value);
    dbw::fuzz::require(dbw::codec::parse_json_relaxed(canonical, "again", canonical.size()) == value,
                       "canonical form keeps the value");
    dbw::fuzz::require(
        dbw::codec::parse_json_relaxed(dbw::codec::emit_json_pretty(value), "again", 100 * size + 100) == value,
        "pretty form keeps the value");
  });
  dbw::fuzz::require(relaxed || !strict, "the relaxed reader takes all that the strict one takes");
  return 0;
}
