#include <functional>

#include "base/text.hpp"
#include "codec/json.hpp"
#include "codec/yaml.hpp"
#include "model/audit_entry.hpp"
#include "model/parcel.hpp"
#include "model/request.hpp"
#include "model/snapshot.hpp"
#include "model/token.hpp"
#include "model/trust_documents.hpp"
#include "unit/forms/examples.hpp"

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
      {"snapshot", [](const auto& b, const auto&) { model::parse_snapshot_payload(b); }},
      {"audit-entry", [](const auto& b, const auto&) { model::parse_audit_entry(b); }},
      {"verdict", [](const auto& b, const auto& s) { codec::parse_json(b, s); }},
      {"trace", [](const auto& b, const auto& s) { codec::parse_json(b, s); }},
      {"request-review", [](const auto& b, const auto& s) { codec::parse_json_relaxed(b, s, k_yaml_bytes_max); }},
      {"fix", [](const auto& b, const auto& s) { codec::parse_json_relaxed(b, s, k_yaml_bytes_max); }},
  };
  return table;
}

/// dbw writes these and never reads them.
bool only_written(const std::string& kind) {
  return kind == "verdict" || kind == "trace" || kind == "fix" || kind == "request-review";
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

TEST(Examples, ValidOnesPassAndAgreeWithTheirSchema) {
  for (const auto& [kind, parse] : parsers()) {
    const nlohmann::json schema = schema_of(kind);
    const auto files = files_in(examples() / kind / "valid");
    EXPECT_FALSE(files.empty()) << kind;
    for (const auto& file : files) {
      const std::string bytes = slurp(file);
      EXPECT_NO_THROW(parse(bytes, file.filename())) << file;
      const codec::Value value = file.extension() == ".json"
                                     ? codec::parse_json_relaxed(bytes, "example", k_yaml_bytes_max)
                                     : codec::parse_yaml(bytes, "example");
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
