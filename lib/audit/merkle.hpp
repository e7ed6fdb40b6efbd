#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

/// audit turns entries into a log that anybody can check: lines, chain, Merkle tree, checkpoints, proofs, commitments.
/// Bytes in, bytes out: it opens no file, repository or connection, reads no clock, and never decides whether an
/// execution was allowed (a hook of the caller does).
namespace dbw::audit {

/// RFC 6962 section 2.1: SHA-256(0x00 || leaf).
Digest leaf_hash(std::string_view leaf);
/// SHA-256(0x01 || left || right).
Digest node_hash(const Digest& left, const Digest& right);
/// Root of a tree with these leaf hashes; of none: SHA-256 of nothing.
Digest root_of(const std::vector<Digest>& leaves);

/// The size and root of a tree: what a checkpoint says, a mark keeps and a proof connects.
struct TreeHead {
  std::uint64_t size = 0;
  Digest root;
  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

/// The roots of the perfect subtrees of a tree, largest first: all that appending needs. At most 64 hashes.
class CompactRange {
 public:
  CompactRange() = default;
  /// From the subtree roots of a tree of `size`; throws Error{audit_proof} where the number of hashes does not fit.
  CompactRange(std::uint64_t size, std::vector<Digest> nodes);
  void append(const Digest& leaf);
  std::uint64_t size() const { return m_size; }
  Digest root() const;
  TreeHead head() const { return {m_size, root()}; }

 private:
  std::uint64_t m_size = 0;
  std::vector<Digest> m_nodes;
};

/// The hash of the perfect subtree of height `level` with that index: leaves [index * 2^level, (index + 1) * 2^level).
/// Only complete subtrees are asked for.
using NodeReader = std::function<Digest(int level, std::uint64_t index)>;

/// RFC 6962 section 2.1.1; throws Error{audit_proof} where index >= size.
std::vector<Digest> make_inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeReader& nodes);
/// RFC 6962 section 2.1.2; throws Error{audit_proof} where size1 > size2.
std::vector<Digest> make_consistency_proof(std::uint64_t size1, std::uint64_t size2, const NodeReader& nodes);

/// RFC 9162 section 2.1.3.2; a proof that is too short or too long fails.
bool verify_inclusion(std::uint64_t index, const Digest& leaf, const TreeHead& head, const std::vector<Digest>& proof);
/// RFC 9162 section 2.1.4.2. Equal sizes need equal roots and no proof. An empty tree says nothing, so nothing is
/// consistent with it.
bool verify_consistency(const TreeHead& older, const TreeHead& newer, const std::vector<Digest>& proof);

}  // namespace dbw::audit
