#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "codec/json.hpp"
#include "codec/yaml.hpp"
#include "model/audit_entry.hpp"
#include "model/parcel.hpp"
#include "model/request.hpp"
#include "model/token.hpp"
#include "model/trust_documents.hpp"
#include "support/paths.hpp"

/// Every document below schemas/examples goes through its parser: valid ones pass, invalid ones give the error they
/// name. Valid ones must also agree with the JSON Schema of their kind, as far as field names and required fields go.
namespace dbw::test {
namespace {

using Parser = std::function<void(const std::string& bytes, const std::string& source)>;

const std::map<std::string, Parser>& parsers() {
  static const std::map<std::string, Parser> table{
      {"pin", [](const auto& b, const auto& s) { model::parse_pin(b, s); }},
      {"root", [](const auto& b, const auto& s) { model::parse_root(b, s); }},
      {"roster", [](const auto& b, const auto& s) { model::parse_roster(b, s); }},
      {"policy", [](const auto& b, const auto& s) { model::parse_policy(b, s); }},
      {"suspension", [](const auto& b, const auto& s) { model::parse_suspension(b, s); }},
      {"request", [](const auto& b, const auto& s) { model::parse_request(b, s); }},
      {"cancellation", [](const auto& b, const auto& s) { model::parse_cancellation(b, s); }},
      {"parcel", [](const auto& b, const auto& s) { model::parse_parcel(b, s); }},
      {"token", [](const auto& b, const auto&) { model::parse_token_payload(b); }},
      {"audit-entry", [](const auto& b, const auto&) { model::parse_audit_entry(b); }},
      {"verdict", [](const auto& b, const auto& s) { codec::parse_json(b, s); }},
      {"trace", [](const auto& b, const auto& s) { codec::parse_json(b, s); }},
  };
  return table;
}

/// dbw writes these and never reads them.
bool only_written(const std::string& kind) { return kind == "verdict" || kind == "trace"; }

std::filesystem::path examples() { return source_dir() / "schemas/examples"; }

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  if (!std::filesystem::is_directory(folder)) return out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

/// "# error: field_unknown" in YAML's first line; "field_unknown--what.json".
std::string expected_error(const std::filesystem::path& file, const std::string& bytes) {
  if (file.extension() == ".json") return file.stem().string().substr(0, file.stem().string().find("--"));
  constexpr std::string_view prefix = "# error: ";
  EXPECT_EQ(bytes.substr(0, prefix.size()), prefix) << file;
  return bytes.substr(prefix.size(), bytes.find('\n') - prefix.size());
}

TEST(Examples, InvalidOnesGiveTheErrorTheyName) {
  int count = 0;
  for (const auto& [kind, parse] : parsers()) {
    for (const auto& file : files_in(examples() / kind / "invalid")) {
      const std::string bytes = slurp(file);
      try {
        parse(bytes, file.filename());
        ADD_FAILURE() << file << " was accepted";
      } catch (const Error& error) {
        EXPECT_EQ(error_info(error.code()).name, expected_error(file, bytes)) << file << ": " << error.message();
      }
      ++count;
    }
  }
  EXPECT_GE(count, 60);
}

/// Schemas nest deeper than dbw's own reader allows.
nlohmann::json schema_of(const std::string& kind) {
  return nlohmann::json::parse(slurp(source_dir() / fmt::format("schemas/{}.schema.json", kind)));
}

/// `schema` describes `value`: its fields are known and the required ones are there; goes into maps and lists.
void expect_described(const nlohmann::json& schema, const codec::Value& value, const std::string& path) {
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

TEST(Examples, ValidOnesPassAndAgreeWithTheirSchema) {
  for (const auto& [kind, parse] : parsers()) {
    const nlohmann::json schema = schema_of(kind);
    const auto files = files_in(examples() / kind / "valid");
    EXPECT_FALSE(files.empty()) << kind;
    for (const auto& file : files) {
      const std::string bytes = slurp(file);
      EXPECT_NO_THROW(parse(bytes, file.filename())) << file;
      const codec::Value value =
          file.extension() == ".json" ? codec::parse_json(bytes, "example") : codec::parse_yaml(bytes, "example");
      expect_described(schema, value, kind);
    }
  }
}

/// A field that the schema promises and the parser does not know would be a lie: adding any of them must never be
/// "unknown".
TEST(Examples, SchemasPromiseOnlyFieldsThatParsersKnow) {
  for (const auto& [kind, parse] : parsers()) {
    if (only_written(kind)) continue;
    const nlohmann::json schema = schema_of(kind);
    const auto file = files_in(examples() / kind / "valid").front();
    const bool json = file.extension() == ".json";
    for (const auto& [field, type] : schema.at("properties").items()) {
      const std::string bytes = slurp(file);
      const codec::Value value = json ? codec::parse_json(bytes, "example") : codec::parse_yaml(bytes, "example");
      if (value.find(field) != nullptr) continue;
      codec::Value more = value;
      const std::string changed = json ? codec::emit_json(more.set(field, "x")) : bytes + field + ": x\n";
      try {
        parse(changed, "example");
      } catch (const Error& error) {
        EXPECT_NE(error.code(), ErrorCode::field_unknown) << kind << "." << field;
      }
    }
  }
}

TEST(Examples, NamingAnUnknownFieldAnywhereIsRefused) {
  for (const auto& [kind, parse] : parsers()) {
    if (only_written(kind)) continue;
    for (const auto& file : files_in(examples() / kind / "valid")) {
      const bool json = file.extension() == ".json";
      const std::string bytes = slurp(file);
      const std::string changed =
          json ? codec::emit_json(codec::Value(codec::parse_json(bytes, "x")).set("zz_unknown", "x"))
               : bytes + "zz_unknown: x\n";
      try {
        parse(changed, "example");
        ADD_FAILURE() << file;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::field_unknown) << file;
      }
    }
  }
}

}  // namespace
}  // namespace dbw::test
