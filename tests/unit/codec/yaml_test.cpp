#include "codec/yaml.hpp"

#include <ctime>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/paths.hpp"
#include "unit/forms/throws.hpp"

namespace dbw::codec {
namespace {

using test::code_of;

std::string code(const std::string& text) {
  return code_of([&] { parse_yaml(text, "a.yaml"); });
}

TEST(Yaml, ReadsMapsListsAndScalarsAsText) {
  const Value root = parse_yaml(
      "---\n"
      "# a comment\n"
      "dbw: policy/v1   # behind a value\n"
      "version: 010\n"
      "flag: yes\n"
      "\"quoted\": \"a: b # c\"\n"
      "single: 'say \"hi\" \\ there'\n"
      "steps:\n"
      "  - name: one\n"
      "    uses: [request, approve]\n"
      "  - {name: two, uses: []}\n"
      "list:\n"
      "- - deep\n"
      "- x\n"
      "empty: {}\n",
      "a.yaml");
  EXPECT_EQ(root.find("version")->text(), "010");
  EXPECT_EQ(root.find("flag")->text(), "yes");
  EXPECT_EQ(root.find("quoted")->text(), "a: b # c");
  EXPECT_EQ(root.find("single")->text(), "say \"hi\" \\ there");
  ASSERT_EQ(root.find("steps")->items().size(), 2u);
  EXPECT_EQ(*root.find("steps")->items()[0].find("uses"), (Value(Value::List{"request", "approve"})));
  EXPECT_EQ(root.find("steps")->items()[1].find("uses")->items().size(), 0u);
  EXPECT_EQ(root.find("list")->items()[0].items()[0].text(), "deep");
  EXPECT_EQ(root.find("empty")->kind(), Value::Kind::map);
  EXPECT_EQ(root.find("flag")->position, (Position{5, 7}));
}

struct Refused {
  const char* text;
  const char* code;
};

TEST(Yaml, RefusesEveryFormWithItsOwnCode) {
  const Refused cases[] = {
      {"", "document_root"},
      {"# only a comment\n", "document_root"},
      {"- a\n", "document_root"},
      {"text\n", "document_root"},
      {"a: b\r\n", "document_bad_bytes"},
      {"a:\tb\n", "document_bad_bytes"},
      {"\xEF\xBB\xBF"
       "a: b\n",
       "document_bad_bytes"},
      {"a: \"\xE2\x80\xAE\"\n", "document_bad_bytes"},
      {"a: b\na: c\n", "yaml_duplicate_key"},
      {"a: b\n\"a\": c\n", "yaml_duplicate_key"},
      {"{a: b, 'a': c}\n", "yaml_duplicate_key"},
      {"a: &x b\nc: *x\n", "yaml_anchor"},
      {"a: *x\n", "yaml_syntax"},
      {"&x a: b\n", "yaml_anchor"},
      {"&x\na: b\n", "yaml_anchor"},
      {"a: &x\n", "yaml_anchor"},
      {"a: !!str b\n", "yaml_tag"},
      {"a: ! \"b\"\n", "yaml_tag"},
      {"a: ! b\n", "yaml_tag"},
      {"a: !<x> [b]\n", "yaml_tag"},
      {"!!map {a: b}\n", "yaml_tag"},
      {"%YAML 1.2\n---\na: b\n", "yaml_directive"},
      {"a: b\n---\nc: d\n", "yaml_document_marker"},
      {"--- \na: b\n", "yaml_document_marker"},
      {"--- {a: b}\n", "yaml_document_marker"},
      {"a: b\n...\n", "yaml_document_marker"},
      {"a:\n", "yaml_null"},
      {"a: ~\n", "yaml_null"},
      {"a: null\n", "yaml_null"},
      {"a: [b, , c]\n", "yaml_null"},
      {"{a}\n", "yaml_key_form"},
      {"? a\n", "yaml_key_form"},
      {"a: |\n  b\n", "yaml_block_scalar"},
      {"a: >-\n  b\n", "yaml_block_scalar"},
      {"? a\n: b\n", "yaml_key_form"},
      {"? a : b\n", "yaml_key_form"},
      {"[a]: b\n", "yaml_key_form"},
      {"{[a]: b}\n", "yaml_key_form"},
      {"a : b\n", "yaml_key_form"},
      {"{\"a\":b}\n", "yaml_key_form"},
      {"\xD0\xB5nv: prod\n", "yaml_key_form"},
      {"<<: {a: b}\n", "yaml_merge_key"},
      {"a: \"b\n", "yaml_echo"},
      {"a: 'b\n", "yaml_echo"},
      {"a: \"b\\u0041\"\n", "yaml_echo"},
      {"a: 'it''s'\n", "yaml_echo"},
      {"a: b\n  c\n", "yaml_echo"},
      {"a: \"b\n  c\"\n", "yaml_echo"},
      {"a: \"b\n\n  c\"\n", "yaml_echo"},
      {"a: [b,]\n", "yaml_structure"},
      {"a: {b: c,}\n", "yaml_structure"},
      {"a: [b: c]\n", "yaml_structure"},
      {"a: \"b\"# c\n", "yaml_structure"},
      {"a: b: c\n", "yaml_syntax"},
      {"a: [b\n", "yaml_structure"},
      {"a: @b\n", "yaml_syntax"},
      {"{a: {b: {c: {d: {e: {f: {g: {h: {i: j}}}}}}}}}\n", "document_too_deep"},
  };
  for (const Refused& each : cases) EXPECT_EQ(code(each.text), each.code) << each.text;
}

TEST(Yaml, DepthEightIsAllowed) { EXPECT_EQ(code("{a: {b: {c: {d: {e: {f: {g: {h: i}}}}}}}}\n"), "nothing"); }

TEST(Yaml, ErrorsNameSourceLineAndColumn) {
  std::string message;
  code_of([] { parse_yaml("a: b\nc:\n  - d\n  - &x e\n", "policy.yaml"); }, &message);
  EXPECT_THAT(message, testing::StartsWith("policy.yaml:4:5: "));
}

TEST(Yaml, TooLargeIsRefusedBeforeParsing) {
  EXPECT_EQ(code_of([] { parse_yaml(std::string(11, 'a'), "a.yaml", 10); }), "document_too_large");
}

TEST(Yaml, HostileFilesAreRefused) {
  const auto folder = test::vectors_dir() / "generated/yaml-hostile";
  DBW_NEEDS_FOLDER(folder);
  // What is well-formed but means something that only a schema can refuse.
  const std::set<std::string> for_the_schema = {"non_nfc",        "unknown_key", "octal_int",   "norway_bool",
                                                "float_int",      "huge_int",    "path_dotgit", "path_absolute",
                                                "path_backslash", "path_dotdot"};
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    ++seen;
    const std::string result = code(test::slurp(entry.path()));
    EXPECT_EQ(result == "nothing", for_the_schema.count(entry.path().stem()) > 0) << entry.path() << ": " << result;
    EXPECT_NE(result, "internal_bug") << entry.path();
  }
  EXPECT_EQ(seen, 38u);
}

std::string repeat(std::string_view piece, std::size_t bytes) {
  std::string out;
  while (out.size() + piece.size() < bytes) out += piece;
  return out;
}

/// Of this process, so that nothing else on the machine counts. 50 ms is the aim for an optimised build; a quadratic
/// loop over 64 KiB takes tens of seconds in any.
constexpr double k_cpu_seconds_max = 5;
double cpu_seconds_since(std::clock_t start) {
  return static_cast<double>(std::clock() - start) / static_cast<double>(CLOCKS_PER_SEC);
}

TEST(Yaml, HostileShapesEndQuickly) {
  const std::string shapes[] = {
      repeat("[", k_yaml_bytes_max),
      repeat("{", k_yaml_bytes_max),
      repeat("- ", k_yaml_bytes_max),
      repeat("? ", k_yaml_bytes_max),
      repeat("a: ", k_yaml_bytes_max),
      repeat("&a ", k_yaml_bytes_max),
      "a: " + repeat("b ", k_yaml_bytes_max),
      repeat("\"", k_yaml_bytes_max),
      "a: [" + repeat("b,", k_yaml_bytes_max - 8) + "b]\n",
      "a: {" + repeat("b", k_yaml_bytes_max - 8),
      repeat("[a,", k_yaml_bytes_max),
      repeat("{a: ", k_yaml_bytes_max),
      repeat("a:\n", k_yaml_bytes_max),
      "a:\n" + repeat(" - b\n", k_yaml_bytes_max - 4),
      repeat("\n", k_yaml_bytes_max),
      repeat("[a]: ", k_yaml_bytes_max),
      repeat("!a ", k_yaml_bytes_max),
      repeat("]", k_yaml_bytes_max),
      repeat("#", k_yaml_bytes_max),
      "a: \"" + repeat("\n", k_yaml_bytes_max - 8),
      "a: |\n" + repeat(" \n", k_yaml_bytes_max - 8),
  };
  for (const std::string& shape : shapes) {
    const std::clock_t start = std::clock();
    code(shape);
    EXPECT_LT(cpu_seconds_since(start), k_cpu_seconds_max) << shape.substr(0, 12);
  }
}

TEST(Yaml, ManyKeysAreNotQuadratic) {
  std::string text;
  for (int i = 0; text.size() + 16 < k_yaml_bytes_max; ++i) text += "k" + std::to_string(i) + ": v\n";
  const std::clock_t start = std::clock();
  EXPECT_EQ(code(text), "nothing");
  EXPECT_LT(cpu_seconds_since(start), k_cpu_seconds_max);
}

TEST(YamlScalar, IsReadBackAsItself) {
  const std::string texts[] = {"shop",
                               "yes",
                               "010",
                               "2026-11-20T08:00:00Z",
                               "sha256:ab",
                               "a: b",
                               "a #b",
                               "",
                               "null",
                               "~",
                               "-",
                               "- a",
                               "[x]",
                               "{",
                               "it's",
                               "say \"hi\"",
                               "a\\b",
                               "C:\\x \"y\"",
                               " lead",
                               "trail ",
                               "\xC3\xA9t\xC3\xA9",
                               "*",
                               "&",
                               "!",
                               "|",
                               ">",
                               "%",
                               "@",
                               "`",
                               "?",
                               ":",
                               ",",
                               "#",
                               "'",
                               "\"",
                               "1.5",
                               "/a/b.sql",
                               "<<",
                               "=",
                               "...",
                               "---"};
  for (const std::string& text : texts) {
    const std::string written = yaml_scalar(text);
    EXPECT_EQ(parse_yaml("a: " + written + "\n", "a.yaml").find("a")->text(), text) << written;
    EXPECT_EQ(parse_yaml("a: [" + written + ", " + written + "]\n", "a.yaml").find("a")->items()[1].text(), text)
        << written;
  }
}

TEST(YamlScalar, RefusesWhatNoFormHolds) {
  for (const char* text : {"a\nb", "it's \"x\"", "it's \\x", "a\tb", "a\xFF"}) {
    const bool quotes_only = std::string_view(text) == "it's \\x";
    EXPECT_EQ(code_of([&] { yaml_scalar(text); }), "yaml_unwritable") << text << quotes_only;
  }
}

}  // namespace
}  // namespace dbw::codec
