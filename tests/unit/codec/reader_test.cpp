#include "codec/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/json.hpp"
#include "codec/yaml.hpp"
#include "unit/forms/throws.hpp"

namespace dbw::codec {
namespace {

using test::code_of;

constexpr const char* k_document =
    "title: Fix shop\n"
    "count: 7\n"
    "old: 010\n"
    "minus: -0\n"
    "flag: true\n"
    "digest: \"sha256:0000000000000000000000000000000000000000000000000000000000000001\"\n"
    "at: 2026-11-20T08:00:00Z\n"
    "ttl: 8h\n"
    "nonce: 00ff\n"
    "empty: \"\"\n"
    "mode: apply\n"
    "names: [bob, alice]\n"
    "twice: [bob, bob]\n"
    "steps:\n"
    "  - sql:\n"
    "      path: a.sql\n"
    "  - sql: {path: b.sql}\n"
    "people:\n"
    "  bob: {mail: b}\n"
    "  Bad Name: {mail: c}\n";

class ReaderTest : public testing::Test {
 protected:
  Value m_root = parse_yaml(k_document, "doc.yaml");
  Reader m_reader{m_root, "doc.yaml"};
};

TEST_F(ReaderTest, TypesFields) {
  EXPECT_EQ(m_reader.text("title"), "Fix shop");
  EXPECT_EQ(m_reader.integer("count", 1, 7), 7);
  EXPECT_TRUE(m_reader.boolean_or("flag", false));
  EXPECT_TRUE(m_reader.boolean_or("absent", true));
  EXPECT_EQ(m_reader.digest("digest").bytes[31], 1);
  EXPECT_EQ(m_reader.time("at").text(), "2026-11-20T08:00:00Z");
  EXPECT_EQ(m_reader.duration("ttl"), Seconds(28800));
  EXPECT_EQ(m_reader.hex("nonce", 2), "00ff");
  EXPECT_EQ(m_reader.one_of("mode", {"apply", "read"}), "apply");
  EXPECT_EQ(m_reader.names_if("names"), (std::vector<std::string>{"bob", "alice"}));
  EXPECT_EQ(m_reader.texts("twice").size(), 2u);
  EXPECT_EQ(m_reader.name_if("mode"), "apply");
  EXPECT_EQ(m_reader.text_if("absent"), std::nullopt);
  EXPECT_EQ(m_reader.integer_if("absent", 0, 1), std::nullopt);
  EXPECT_EQ(m_reader.time_if("absent"), std::nullopt);
  EXPECT_EQ(m_reader.raw("absent"), nullptr);
  EXPECT_FALSE(m_reader.map("absent").has_value());
}

TEST_F(ReaderTest, NamesPlaceAndReason) {
  struct Case {
    std::function<void(Reader&)> read;
    const char* code;
    const char* message;
  };
  const Case cases[] = {
      {[](Reader& r) { r.text("absent"); }, "field_missing", "doc.yaml:1:1: absent: the field is missing"},
      {[](Reader& r) { r.text("empty"); }, "field_value", "doc.yaml:10:8: empty: must not be empty"},
      {[](Reader& r) { r.text("names"); }, "field_type", "doc.yaml:12:8: names: expected text, found a list"},
      {[](Reader& r) { r.text_if("names"); }, "field_type", "doc.yaml:12:8: names: expected text, found a list"},
      {[](Reader& r) { r.integer("old", 0, 99); }, "field_value",
       "doc.yaml:3:6: old: \"010\" is not a whole number in plain decimal"},
      {[](Reader& r) { r.integer("minus", -9, 99); }, "field_value",
       "doc.yaml:4:8: minus: \"-0\" is not a whole number in plain decimal"},
      {[](Reader& r) { r.integer("count", 8, 9); }, "field_value", "doc.yaml:2:8: count: 7 is not within 8 and 9"},
      {[](Reader& r) { r.boolean_or("mode", true); }, "field_value",
       "doc.yaml:11:7: mode: \"apply\" is neither true nor false"},
      {[](Reader& r) { r.name("title"); }, "field_value",
       "doc.yaml:1:8: title: \"Fix shop\" is not a name ([a-z0-9][a-z0-9._-]{0,62})"},
      {[](Reader& r) {
         r.one_of("mode", {"read", "write"});
       },
       "field_value", "doc.yaml:11:7: mode: \"apply\" is not one of: read, write"},
      {[](Reader& r) { r.hex("nonce", 16); }, "field_value",
       "doc.yaml:9:8: nonce: expected 32 lower-case hexadecimal digits"},
      {[](Reader& r) { r.names_if("twice"); }, "field_duplicate",
       "doc.yaml:13:14: twice[1]: \"bob\" stands twice in this list"},
      {[](Reader& r) { r.time("mode"); }, "field_value", "doc.yaml:11:7: mode: not a time: \"apply\""},
      {[](Reader& r) { r.map("mode"); }, "field_type", "doc.yaml:11:7: mode: expected a map, found text"},
      {[](Reader& r) { r.map_if("people", [](const std::string&, Reader&) {}); }, "field_value",
       "doc.yaml:20:13: people.Bad Name: the key is not a name ([a-z0-9][a-z0-9._-]{0,62})"},
      {[](Reader& r) { r.list_if("steps", [](Reader& step) { step.map("sql")->finish(); }); }, "field_unknown",
       "doc.yaml:16:13: steps[0].sql.path: the field is unknown here"},
      {[](Reader& r) { throw r.error(ErrorCode::field_value, "mode", "no"); }, "field_value",
       "doc.yaml:11:7: mode: no"},
      {[](Reader& r) { r.finish(); }, "field_unknown", "doc.yaml:1:8: title: the field is unknown here"},
  };
  for (const Case& each : cases) {
    std::string message;
    Reader reader(m_root, "doc.yaml");
    EXPECT_EQ(code_of([&] { each.read(reader); }, &message), each.code) << each.message;
    EXPECT_EQ(message, each.message);
  }
}

TEST_F(ReaderTest, FinishAcceptsWhatWasRead) {
  const Value root = parse_json(R"({"a":5,"b":true,"c":{"d":"x"}})", "a.json");
  Reader reader(root, "a.json");
  EXPECT_EQ(reader.integer("a", 0, 9), 5);
  EXPECT_TRUE(reader.boolean_or("b", false));
  std::optional<Reader> inner = reader.map("c");
  EXPECT_EQ(inner->text_entries(), (std::vector<std::pair<std::string, std::string>>{{"d", "x"}}));
  inner->finish();
  reader.finish();
}

TEST_F(ReaderTest, AskingWhetherAFieldIsThereDoesNotReadIt) {
  const Value root = parse_json(R"({"a":5})", "a.json");
  Reader reader(root, "a.json");
  EXPECT_TRUE(reader.has("a"));
  EXPECT_EQ(code_of([&] { reader.finish(); }), "field_unknown");
  EXPECT_EQ(code_of([&] { Reader(Value("x"), "a.json"); }), "field_type");
}

}  // namespace
}  // namespace dbw::codec
