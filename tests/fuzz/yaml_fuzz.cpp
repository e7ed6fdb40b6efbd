#include <string>

#include "codec/yaml.hpp"
#include "fuzz.hpp"

namespace {

using dbw::codec::Value;

/// Flow form, every scalar by yaml_scalar.
std::string emit(const Value& value) {
  if (value.kind() == Value::Kind::text) return dbw::codec::yaml_scalar(value.text());
  std::string out;
  const bool is_map = value.kind() == Value::Kind::map;
  for (const Value& item : value.items()) out += (out.empty() ? "" : ", ") + emit(item);
  for (const auto& [key, item] : value.entries())
    out += (out.empty() ? "" : ", ") + dbw::codec::yaml_scalar(key) + ": " + emit(item);
  return is_map ? "{" + out + "}" : "[" + out + "]";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dbw::fuzz::may_refuse([&] {
    const Value value = dbw::codec::parse_yaml(dbw::fuzz::text_of(data, size), "fuzz");
    std::string written;
    try {
      written = emit(value);
    } catch (const dbw::Error& error) {
      dbw::fuzz::require(error.code() == dbw::ErrorCode::yaml_unwritable, "a scalar is written or unwritable");
      return;
    }
    bool same = false;
    try {
      same = dbw::codec::parse_yaml(written, "again", 10 * size + 100) == value;
    } catch (const dbw::Error& error) {
      std::fprintf(stderr, "%s\n%s\n", error.what(), written.c_str());
    }
    dbw::fuzz::require(same, "what was read can be written and read again");
  });
  return 0;
}
