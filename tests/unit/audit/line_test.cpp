#include "audit/line.hpp"

#include "codec/json.hpp"
#include "support/paths.hpp"
#include "unit/audit/memory_log.hpp"

namespace dbw::audit {
namespace {

std::string some_line() {
  model::AuditEntry entry = test::deny(1);
  entry.log = test::k_origin;
  entry.prev = test::k_root;
  return make_line(entry, test::machine_key('k'));
}

TEST(Line, RoundTrip) {
  const std::string bytes = some_line();
  const Line line = parse_line(bytes);
  EXPECT_EQ(line.leaf, leaf_hash(bytes));
  EXPECT_EQ(line.entry.type, "deny");
  EXPECT_TRUE(verify_line(line, test::machine_key('k').public_key()));
  EXPECT_FALSE(verify_line(line, test::machine_key('x').public_key()));
}

TEST(Line, StrictForm) {
  const std::string good = some_line();
  const std::size_t first = good.find('\t');
  const std::size_t second = good.find('\t', first + 1);
  std::vector<std::string> cases{
      "",          "x",       good + '\n', good + '\t', good + ' ', good.substr(0, second), good.substr(0, first),
      '\n' + good, ' ' + good};
  cases.push_back(good.substr(0, second + 1) + good.substr(second + 5));
  cases.push_back(good.substr(0, good.size() - 3) + "Y==");
  cases.push_back(good.substr(0, first + 1) + "SHA256:x" + good.substr(second));
  cases.push_back("{}" + good.substr(first));
  for (const std::string& bytes : cases)
    EXPECT_EQ(test::code_of([&] { parse_line(bytes); }), ErrorCode::audit_line_malformed) << bytes;
  EXPECT_EQ(test::code_of([&] { parse_line(std::string(k_audit_line_bytes_max + 1, 'x')); }),
            ErrorCode::audit_line_too_large);
}

class WorkedExample : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path path = test::vectors_dir() / "generated" / "design_worked_example.json";
    DBW_NEEDS_FOLDER(path.parent_path());
    document = codec::parse_json_relaxed(test::slurp(path), path.string(), 1 << 20);
  }
  codec::Value document;
};

TEST_F(WorkedExample, Redaction) {
  const codec::Value& example = *document.find("redaction");
  const Opening opening{example.find("field")->text(), from_hex(example.find("salt")->text()),
                        example.find("text_utf8")->text()};
  EXPECT_EQ(commitment(opening).hex(), example.find("commitment")->text());
}

/// The example's entries are of an older form, but their bytes are signed, hashed and put into a tree in the same way.
TEST_F(WorkedExample, SignaturesLeavesAndRoot) {
  const codec::Value& example = *document.find("audit");
  const crypto::MachineKey key = crypto::MachineKey::from_seed(from_hex(example.find("executor_seed")->text()));
  EXPECT_EQ(to_hex(key.public_key().raw), example.find("executor_public")->text());
  const Digest root = Digest::parse("sha256:" + example.find("root_v1_payload_sha256")->text());
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string& line = example.find("lines")->items()[i].text();
    leaves.push_back(leaf_hash(line));
    EXPECT_EQ(leaves.back().hex(), example.find("leaf_hashes")->items()[i].text());
    const std::string json = line.substr(0, line.find('\t'));
    const std::string signature = from_base64(line.substr(line.rfind('\t') + 1));
    EXPECT_TRUE(crypto::verify_ed25519(key.public_key().raw, pae({"dbw/audit-entry/v1", json}), signature)) << i;
  }
  EXPECT_EQ(to_base64(root_of(leaves).raw()), example.find("root_b64")->text());
  EXPECT_EQ(example.find("genesis_prev")->text().size(), root.hex().size());
}

/// ATTACKS: a false text or salt for a redacted line.
TEST(Commitment, OnlyTheTrueTextOpens) {
  const Opening opening = new_opening("sql", "DELETE FROM t;");
  const Digest expected = commitment(opening);
  EXPECT_TRUE(verify_opening(opening, expected));
  Opening wrong = opening;
  wrong.text = "DELETE FROM u;";
  EXPECT_FALSE(verify_opening(wrong, expected));
  wrong = opening;
  wrong.salt[0] ^= 1;
  EXPECT_FALSE(verify_opening(wrong, expected));
  wrong = opening;
  wrong.path = "result";
  EXPECT_FALSE(verify_opening(wrong, expected));
  wrong = opening;
  wrong.salt.pop_back();
  EXPECT_FALSE(verify_opening(wrong, expected));
  EXPECT_EQ(test::code_of([&] { commitment(wrong); }), ErrorCode::audit_redaction_mismatch);
  EXPECT_NE(new_opening("sql", "DELETE FROM t;").salt, opening.salt);
}

TEST(Commitment, OpeningsKeepAnyBytes) {
  const std::vector<Opening> openings{new_opening("sql", "SELECT 'ä';\n"),
                                      new_opening("error.message", std::string("\xff\0x", 3)),
                                      new_opening("result", "")};
  const std::vector<Opening> again = parse_openings(emit_openings(openings));
  ASSERT_EQ(again.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(again[i].text, openings[i].text);
    EXPECT_TRUE(verify_opening(again[i], commitment(openings[i])));
  }
}

}  // namespace
}  // namespace dbw::audit
