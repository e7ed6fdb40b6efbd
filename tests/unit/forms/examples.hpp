#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "codec/value.hpp"
#include "support/paths.hpp"

/// schemas/examples/<form>/{valid,invalid}/ and schemas/<form>.schema.json, for the tests of each form's parser.
namespace dbw::test {

inline std::filesystem::path examples() { return source_dir() / "schemas/examples"; }

inline std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  if (!std::filesystem::is_directory(folder)) return out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

/// "# error: field_unknown" in YAML's first line; "field_unknown--what.json".
inline std::string expected_error(const std::filesystem::path& file, const std::string& bytes) {
  if (file.extension() == ".json") return file.stem().string().substr(0, file.stem().string().find("--"));
  constexpr std::string_view prefix = "# error: ";
  EXPECT_EQ(bytes.substr(0, prefix.size()), prefix) << file;
  return bytes.substr(prefix.size(), bytes.find('\n') - prefix.size());
}

/// Schemas nest deeper than dbw's own reader allows.
inline nlohmann::json schema_of(const std::string& kind) {
  return nlohmann::json::parse(slurp(source_dir() / fmt::format("schemas/{}.schema.json", kind)));
}

/// `schema` describes `value`: its fields are known and the required ones are there; goes into maps and lists.
inline void expect_described(const nlohmann::json& schema, const codec::Value& value, const std::string& path) {
  if (value.kind() == codec::Value::Kind::list) {
    ASSERT_TRUE(schema.contains("items")) << path;
    for (const codec::Value& item : value.items()) expect_described(schema.at("items"), item, path + "[]");
    return;
  }
  if (value.kind() != codec::Value::Kind::map) return;
  const nlohmann::json others = schema.value("additionalProperties", nlohmann::json(true));
  for (const auto& [key, entry] : value.entries()) {
    const bool known = schema.contains("properties") && schema.at("properties").contains(key);
    if (!known && others == true) continue;  // free form, such as an entry's body
    ASSERT_TRUE(known || others.is_object()) << path << "." << key << " is not in the schema";
    expect_described(known ? schema.at("properties").at(key) : others, entry, path + "." + key);
  }
  for (const auto& field : schema.value("required", nlohmann::json::array())) {
    EXPECT_NE(value.find(field.get<std::string>()), nullptr) << path << " lacks " << field;
  }
}

}  // namespace dbw::test
