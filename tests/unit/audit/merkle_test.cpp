#include "audit/merkle.hpp"

#include <optional>
#include <string>

#include "base/error.hpp"
#include "codec/json.hpp"
#include "support/paths.hpp"

namespace dbw::audit {
namespace {

Digest from_base64_digest(const codec::Value& value) { return Digest::from_raw(from_base64(value.text())); }

/// nullopt: a hash that has not 32 bytes, which no Digest can be.
std::optional<std::vector<Digest>> proof_of(const codec::Value& test) {
  std::vector<Digest> proof;
  for (const codec::Value& item : test.find("proof")->items()) {
    if (from_base64(item.text()).size() != 32) return std::nullopt;
    proof.push_back(from_base64_digest(item));
  }
  return proof;
}

std::optional<Digest> digest_of(const codec::Value& test, const char* field) {
  const codec::Value* value = test.find(field);
  if (value == nullptr || value->kind() != codec::Value::Kind::text) return std::nullopt;
  // Some roots of the vectors are words ("don't care"), which are made as long as a hash here.
  std::string raw = from_base64(value->text());
  if (raw.empty()) return std::nullopt;
  raw.resize(32);
  return Digest::from_raw(raw);
}

/// Indices of the vectors reach 2^64-1, which is outside of the profile; they stand as text in our copy of the line.
std::string quote_big_numbers(std::string text) {
  for (const std::string field : {"\"leafIdx\":", "\"treeSize\":", "\"size1\":", "\"size2\":"}) {
    for (std::size_t at = text.find(field); at != std::string::npos; at = text.find(field, at)) {
      at += field.size();
      const std::size_t end = text.find_first_of(",}", at);
      text.insert(end, "\"");
      text.insert(at, "\"");
    }
  }
  return text;
}

/// Neither do they fit the profile where they say `null` for "no proof".
codec::Value load(const std::filesystem::path& path) {
  std::string text = "{\"cases\":" + quote_big_numbers(test::slurp(path)) + "}";
  const std::string_view null = ":null";
  for (std::size_t at = text.find(null); at != std::string::npos; at = text.find(null, at))
    text.replace(at, null.size(), ":[]");
  return codec::parse_json_relaxed(text, path.string(), std::size_t{16} << 20);
}

std::uint64_t number(const codec::Value& test, const char* field) { return std::stoull(test.find(field)->text()); }

TEST(Merkle, RootsOfRfc6962) {
  const std::filesystem::path path = test::vectors_dir() / "merkle" / "rfc6962_roots.json";
  DBW_NEEDS_FOLDER(path.parent_path());
  const codec::Value file = load(path);
  const codec::Value& vectors = *file.find("cases");
  std::vector<Digest> leaves;
  EXPECT_EQ(root_of({}).hex(), vectors.find("root_hex_by_tree_size")->items()[0].text());
  CompactRange range;
  for (const codec::Value& input : vectors.find("leaf_inputs_hex")->items()) {
    leaves.push_back(leaf_hash(from_hex(input.text())));
    range.append(leaves.back());
    EXPECT_EQ(root_of(leaves).hex(), vectors.find("root_hex_by_tree_size")->items()[leaves.size()].text());
    EXPECT_EQ(range.head(), (TreeHead{leaves.size(), root_of(leaves)}));
  }
}

TEST(Merkle, InclusionVectors) {
  const std::filesystem::path path = test::vectors_dir() / "merkle" / "inclusion.json";
  DBW_NEEDS_FOLDER(path.parent_path());
  const codec::Value file = load(path);
  int good = 0;
  int bad = 0;
  for (const codec::Value& test : file.find("cases")->items()) {
    const auto proof = proof_of(test);
    const auto root = digest_of(test, "root");
    const auto leaf = digest_of(test, "leafHash");
    const bool holds = proof && root && leaf &&
                       verify_inclusion(number(test, "leafIdx"), *leaf, {number(test, "treeSize"), *root}, *proof);
    EXPECT_EQ(holds, !test.find("wantErr")->boolean()) << test.find("id")->text();
    ++(holds ? good : bad);
  }
  EXPECT_EQ(good + bad, 98);
  EXPECT_GT(good, 0);
}

TEST(Merkle, ConsistencyVectors) {
  const std::filesystem::path path = test::vectors_dir() / "merkle" / "consistency.json";
  DBW_NEEDS_FOLDER(path.parent_path());
  const codec::Value file = load(path);
  int good = 0;
  int bad = 0;
  for (const codec::Value& test : file.find("cases")->items()) {
    const auto proof = proof_of(test);
    const auto root1 = digest_of(test, "root1");
    const auto root2 = digest_of(test, "root2");
    const bool holds = proof && root1 && root2 &&
                       verify_consistency({number(test, "size1"), *root1}, {number(test, "size2"), *root2}, *proof);
    EXPECT_EQ(holds, !test.find("wantErr")->boolean()) << test.find("id")->text();
    ++(holds ? good : bad);
  }
  EXPECT_EQ(good + bad, 98);
  EXPECT_GT(good, 0);
}

std::vector<Digest> some_leaves(std::uint64_t count) {
  std::vector<Digest> leaves;
  for (std::uint64_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(std::to_string(i)));
  return leaves;
}

NodeReader reader_over(const std::vector<Digest>& leaves) {
  return [&leaves](int level, std::uint64_t index) {
    const auto from = leaves.begin() + static_cast<std::ptrdiff_t>(index << level);
    return root_of({from, from + (std::ptrdiff_t{1} << level)});
  };
}

TEST(Merkle, ProofsOfEveryPairOfSizesVerify) {
  constexpr std::uint64_t k_most = 40;
  const std::vector<Digest> leaves = some_leaves(k_most);
  for (std::uint64_t size = 1; size <= k_most; ++size) {
    const std::vector<Digest> now(leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(size));
    const TreeHead head{size, root_of(now)};
    for (std::uint64_t i = 0; i < size; ++i) {
      std::vector<Digest> proof = make_inclusion_proof(i, size, reader_over(leaves));
      EXPECT_TRUE(verify_inclusion(i, leaves[i], head, proof)) << i << " of " << size;
      proof.push_back(leaves[0]);
      EXPECT_FALSE(verify_inclusion(i, leaves[i], head, proof)) << i << " of " << size;
    }
    for (std::uint64_t older = 1; older <= size; ++older) {
      const TreeHead before{older, root_of({leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(older)})};
      std::vector<Digest> proof = make_consistency_proof(older, size, reader_over(leaves));
      EXPECT_TRUE(verify_consistency(before, head, proof)) << older << " to " << size;
      if (!proof.empty()) {
        proof.pop_back();
        EXPECT_FALSE(verify_consistency(before, head, proof)) << older << " to " << size;
      }
    }
  }
}

/// ATTACKS: an interior node shown as a leaf.
TEST(Merkle, InteriorNodeIsNoLeaf) {
  const std::vector<Digest> leaves = some_leaves(2);
  const Digest root = root_of(leaves);
  const std::string both = leaves[0].raw() + leaves[1].raw();
  EXPECT_NE(leaf_hash(both), root);
  EXPECT_FALSE(verify_inclusion(0, leaf_hash(both), {1, root}, {}));
}

TEST(Merkle, ImpossibleSizesAreRefused) {
  const std::vector<Digest> leaves = some_leaves(4);
  const auto code_of = [](const auto& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::bad_usage;
  };
  EXPECT_EQ(code_of([&] { make_inclusion_proof(4, 4, reader_over(leaves)); }), ErrorCode::audit_proof);
  EXPECT_EQ(code_of([&] { make_consistency_proof(3, 2, reader_over(leaves)); }), ErrorCode::audit_proof);
  EXPECT_EQ(code_of([&] { CompactRange(3, leaves); }), ErrorCode::audit_proof);
}

}  // namespace
}  // namespace dbw::audit
