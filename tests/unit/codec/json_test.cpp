#include "codec/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/paths.hpp"
#include "unit/forms/throws.hpp"

namespace dbw::codec {
namespace {

using test::code_of;

std::string code(const std::string& text) {
  return code_of([&] { parse_json(text, "a.json"); });
}

TEST(Json, CanonicalRoundTrip) {
  const std::string texts[] = {"{}", R"({"a":1,"b":[true,false,-9007199254740991],"c":{"d":"x"}})",
                               R"({"a":"\b\t\n\f\r\"\\\u0001\u001f/\u007f"})", "{\"\":\"\xE2\x82\xAC\x7F\"}"};
  for (std::string text : texts) {
    if (text.find("\\u007f") != std::string::npos) text.replace(text.find("\\u007f"), 6, "\x7F");
    EXPECT_EQ(emit_json(parse_json(text, "a.json")), text);
  }
}

TEST(Json, EmitSortsAndPrettyKeepsOrder) {
  Value value;
  value.set("b", Value(std::int64_t{2})).set("a", Value(Value::List{"x", Value(true)})).set("e", Value(Value::Map{}));
  EXPECT_EQ(emit_json(value), R"({"a":["x",true],"b":2,"e":{}})");
  EXPECT_EQ(emit_json_pretty(value), "{\n  \"b\": 2,\n  \"a\": [\n    \"x\",\n    true\n  ],\n  \"e\": {}\n}");
  EXPECT_EQ(parse_json_relaxed(emit_json_pretty(value), "a.json", 1000), value);
}

struct Refused {
  const char* text;
  const char* code;
};

TEST(Json, RefusesEveryFormWithItsOwnCode) {
  const Refused cases[] = {
      {"", "json_syntax"},
      {"{", "json_syntax"},
      {"{}x", "json_syntax"},
      {"{'a':1}", "json_syntax"},
      {"{\"a\":1,}", "json_syntax"},
      {"{\"a\":NaN}", "json_syntax"},
      {"// c\n{}", "json_syntax"},
      {"{\"a\":\"\\ud800\"}", "json_syntax"},
      {"{\"a\":\"\x01\"}", "json_syntax"},
      {"{\"a\":01}", "json_syntax"},
      {"[]", "document_root"},
      {"1", "document_root"},
      {"\xEF\xBB\xBF{}", "document_bad_bytes"},
      {"{\"a\":\"\xFF\"}", "document_bad_bytes"},
      {"{\"a\":\"\xED\xA0\x80\"}", "document_bad_bytes"},
      {"{\"a\":1,\"a\":1}", "json_duplicate_key"},
      {"{\"a\":1,\"\\u0061\":1}", "json_duplicate_key"},
      {"{\"a\":null}", "json_null"},
      {"{\"a\":1.0}", "json_number"},
      {"{\"a\":1e2}", "json_number"},
      {"{\"a\":9007199254740992}", "json_number"},
      {"{\"a\":-9007199254740992}", "json_number"},
      {"{\"a\":18446744073709551615}", "json_number"},
      {"{\"a\":18446744073709551616}", "json_number"},
      {"{\"\xD0\xB0\":1}", "json_key"},
      {"{\"a\\n\":1}", "json_key"},
      {"{\"a\":\"\\u0000\"}", "json_text"},
      {"{\"b\":1,\"a\":1}", "json_not_canonical"},
      {"{ \"a\":1}", "json_not_canonical"},
      {"{\"a\":1}\n", "json_not_canonical"},
      {"{\"a\":-0}", "json_not_canonical"},
      {"{\"a\":\"\\/\"}", "json_not_canonical"},
      {"{\"a\":\"\\u0041\"}", "json_not_canonical"},
      {"{\"a\":\"\\u001F\"}", "json_not_canonical"},
      {"{\"a\":[[[[[[[[1]]]]]]]]}", "document_too_deep"},
  };
  for (const Refused& each : cases) EXPECT_EQ(code(each.text), each.code) << each.text;
  EXPECT_EQ(code("{\"a\":[[[[[[[1]]]]]]]}"), "nothing");
  EXPECT_EQ(code_of([] { parse_json("{\"a\":1}", "a.json", 6); }), "document_too_large");
}

TEST(Json, PositionsPointAtTheValue) {
  const Value root = parse_json_relaxed("{\n  \"a\": 12,\n  \"b\": [true, {\"c\": \"\\u0041\"}]\n}", "a.json", 1000);
  EXPECT_EQ(root.position, (Position{1, 1}));
  EXPECT_EQ(root.find("a")->position, (Position{2, 8}));
  EXPECT_EQ(root.find("b")->position, (Position{3, 8}));
  EXPECT_EQ(root.find("b")->items()[1].position, (Position{3, 15}));
  EXPECT_EQ(root.find("b")->items()[1].find("c")->position, (Position{3, 21}));
}

TEST(Json, RelaxedStillRefusesWhatIsAmbiguous) {
  const auto relaxed = [](const char* text) { return code_of([&] { parse_json_relaxed(text, "a.json", 1000); }); };
  EXPECT_EQ(relaxed(" {\"b\" : 1,\r\n\t\"a\":\"\\/\"} "), "nothing");
  EXPECT_EQ(relaxed("[1]"), "nothing");
  EXPECT_EQ(relaxed("{\"a\":1,\"a\":2}"), "json_duplicate_key");
  EXPECT_EQ(relaxed("{\"a\":null}"), "json_null");
  EXPECT_EQ(relaxed("{\"a\":0.5}"), "json_number");
  EXPECT_EQ(relaxed("{} {}"), "json_syntax");
}

TEST(Json, EmitRefusesWhatTheProfileExcludes) {
  const Value values[] = {Value(Value::Map{{"a", Value(std::int64_t{9'007'199'254'740'992})}}),
                          Value(Value::Map{{"\xC3\xA9", Value("x")}}), Value(Value::Map{{"a", Value("\xFF")}}),
                          Value(Value::Map{{"a", Value(std::string_view("\0", 1))}}),
                          Value(Value::Map{{"a", Value("1")}, {"a", Value("2")}})};
  for (const Value& value : values) EXPECT_EQ(code_of([&] { emit_json(value); }), "json_profile");
  Value deep("x");
  for (int i = 0; i < 9; ++i) deep = Value(Value::List{deep});
  EXPECT_EQ(code_of([&] { emit_json(deep); }), "json_profile");
}

TEST(Json, HostileFilesAreRefused) {
  const auto folder = test::vectors_dir() / "generated/json-hostile";
  DBW_NEEDS_FOLDER(folder);
  const std::set<std::string> for_the_schema = {"unknown_key", "key_case_variant"};
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename() == "expected.json") continue;
    ++seen;
    const std::string result = code(test::slurp(entry.path()));
    EXPECT_EQ(result == "nothing", for_the_schema.count(entry.path().stem()) > 0) << entry.path() << ": " << result;
  }
  EXPECT_EQ(seen, 25u);
}

/// The RFC 8785 samples: those inside the profile must give exactly the published bytes, the others are refused for the
/// reason named.
TEST(Json, Rfc8785Samples) {
  const auto folder = test::vectors_dir() / "rfc8785";
  DBW_NEEDS_FOLDER(folder);
  const std::pair<const char*, const char*> samples[] = {{"unicode", "nothing"},    {"arrays", "json_null"},
                                                         {"french", "json_key"},    {"structures", "json_key"},
                                                         {"values", "json_number"}, {"weird", "json_key"}};
  for (const auto& [name, wanted] : samples) {
    const std::string input = test::slurp(folder / "input" / (std::string(name) + ".json"));
    std::string output;
    EXPECT_EQ(code_of([&] { output = emit_json(parse_json_relaxed(input, name, 10'000)); }), wanted) << name;
    if (std::string_view(wanted) == "nothing") {
      EXPECT_EQ(output, test::slurp(folder / "output" / (std::string(name) + ".json"))) << name;
    }
  }
}

}  // namespace
}  // namespace dbw::codec
