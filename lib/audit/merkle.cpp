#include "audit/merkle.hpp"

#include <array>
#include <bit>
#include <string>

#include "base/error.hpp"
#include "crypto/hash.hpp"

namespace dbw::audit {
namespace {

Digest empty_root() { return crypto::sha256(""); }

/// Root of the leaves [low, high): one node where that is a perfect subtree.
Digest range_hash(std::uint64_t low, std::uint64_t high, const NodeReader& nodes) {
  const std::uint64_t count = high - low;
  if (std::has_single_bit(count)) {
    const int level = std::countr_zero(count);
    return nodes(level, low >> level);
  }
  const std::uint64_t split = std::bit_floor(count);
  return node_hash(range_hash(low, low + split, nodes), range_hash(low + split, high, nodes));
}

/// The size of the left subtree of a tree of `count` > 1 leaves.
std::uint64_t left_size(std::uint64_t count) { return std::bit_floor(count - 1); }

void consistency_path(std::uint64_t older, std::uint64_t low, std::uint64_t high, bool known, const NodeReader& nodes,
                      std::vector<Digest>& out) {
  const std::uint64_t count = high - low;
  if (older == count) {
    if (!known) out.push_back(range_hash(low, high, nodes));
    return;
  }
  const std::uint64_t split = left_size(count);
  if (older <= split) {
    consistency_path(older, low, low + split, known, nodes, out);
    out.push_back(range_hash(low + split, high, nodes));
  } else {
    consistency_path(older - split, low + split, high, false, nodes, out);
    out.push_back(range_hash(low, low + split, nodes));
  }
}

/// The walk that both proofs share: position of a node and of the last node of its level.
struct Walk {
  std::uint64_t node;
  std::uint64_t last;
  bool sibling_is_left() const { return (node & 1) != 0 || node == last; }
  void up() {
    node >>= 1;
    last >>= 1;
  }
  /// A node without a right sibling takes part again only where it is a right child.
  void skip_missing() {
    while ((node & 1) == 0 && node != 0) up();
  }
};

}  // namespace

Digest leaf_hash(std::string_view leaf) {
  std::string bytes;
  bytes.reserve(leaf.size() + 1);
  bytes += '\0';
  bytes += leaf;
  return crypto::sha256(bytes);
}

Digest node_hash(const Digest& left, const Digest& right) {
  std::array<char, 65> bytes{};
  bytes[0] = 1;
  for (std::size_t i = 0; i < 32; ++i) {
    bytes[1 + i] = static_cast<char>(left.bytes[i]);
    bytes[33 + i] = static_cast<char>(right.bytes[i]);
  }
  return crypto::sha256({bytes.data(), bytes.size()});
}

Digest root_of(const std::vector<Digest>& leaves) {
  CompactRange range;
  for (const Digest& leaf : leaves) range.append(leaf);
  return range.root();
}

CompactRange::CompactRange(std::uint64_t size, std::vector<Digest> nodes) : m_size(size), m_nodes(std::move(nodes)) {
  if (static_cast<std::size_t>(std::popcount(size)) != m_nodes.size())
    throw Error(ErrorCode::audit_proof, "a tree of " + std::to_string(size) + " lines has " +
                                            std::to_string(std::popcount(size)) + " subtrees, not " +
                                            std::to_string(m_nodes.size()));
}

void CompactRange::append(const Digest& leaf) {
  m_nodes.push_back(leaf);
  for (std::uint64_t carry = m_size; (carry & 1) != 0; carry >>= 1) {
    const Digest right = m_nodes.back();
    m_nodes.pop_back();
    m_nodes.back() = node_hash(m_nodes.back(), right);
  }
  ++m_size;
}

Digest CompactRange::root() const {
  if (m_nodes.empty()) return empty_root();
  Digest root = m_nodes.back();
  for (std::size_t i = m_nodes.size() - 1; i-- > 0;) root = node_hash(m_nodes[i], root);
  return root;
}

std::vector<Digest> make_inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeReader& nodes) {
  if (index >= size)
    throw Error(ErrorCode::audit_proof,
                "there is no line " + std::to_string(index) + " in a tree of " + std::to_string(size));
  std::vector<Digest> from_root;
  std::uint64_t low = 0;
  std::uint64_t high = size;
  while (high - low > 1) {
    const std::uint64_t middle = low + left_size(high - low);
    if (index < middle) {
      from_root.push_back(range_hash(middle, high, nodes));
      high = middle;
    } else {
      from_root.push_back(range_hash(low, middle, nodes));
      low = middle;
    }
  }
  return {from_root.rbegin(), from_root.rend()};
}

std::vector<Digest> make_consistency_proof(std::uint64_t size1, std::uint64_t size2, const NodeReader& nodes) {
  if (size1 > size2)
    throw Error(ErrorCode::audit_proof,
                "a tree of " + std::to_string(size2) + " lines cannot extend one of " + std::to_string(size1));
  std::vector<Digest> proof;
  if (size1 != 0 && size1 != size2) consistency_path(size1, 0, size2, true, nodes, proof);
  return proof;
}

bool verify_inclusion(std::uint64_t index, const Digest& leaf, const TreeHead& head, const std::vector<Digest>& proof) {
  if (index >= head.size) return false;
  Walk walk{index, head.size - 1};
  Digest hash = leaf;
  for (const Digest& sibling : proof) {
    if (walk.last == 0) return false;
    if (walk.sibling_is_left()) {
      hash = node_hash(sibling, hash);
      walk.skip_missing();
    } else {
      hash = node_hash(hash, sibling);
    }
    walk.up();
  }
  return walk.last == 0 && hash == head.root;
}

bool verify_consistency(const TreeHead& older, const TreeHead& newer, const std::vector<Digest>& proof) {
  if (older.size > newer.size) return false;
  if (older.size == 0) return false;
  if (older.size == newer.size) return proof.empty() && older.root == newer.root;
  std::vector<Digest> path;
  if (std::has_single_bit(older.size)) path.push_back(older.root);
  path.insert(path.end(), proof.begin(), proof.end());
  if (path.empty()) return false;
  Walk walk{older.size - 1, newer.size - 1};
  while ((walk.node & 1) != 0) walk.up();
  Digest old_root = path.front();
  Digest new_root = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (walk.last == 0) return false;
    if (walk.sibling_is_left()) {
      old_root = node_hash(path[i], old_root);
      new_root = node_hash(path[i], new_root);
      walk.skip_missing();
    } else {
      new_root = node_hash(new_root, path[i]);
    }
    walk.up();
  }
  return walk.last == 0 && old_root == older.root && new_root == newer.root;
}

}  // namespace dbw::audit
