#include "audit/appender.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "audit/bodies.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace dbw::audit {
namespace {

constexpr int k_bits_per_level = 8;

std::uint64_t complete_at(std::uint64_t size, std::size_t level) {
  const std::size_t shift = level * k_bits_per_level;
  return shift >= 64 ? 0 : size >> shift;
}

std::size_t levels_of(std::uint64_t size) {
  std::size_t levels = 0;
  while (complete_at(size, levels) != 0) ++levels;
  return levels;
}

std::vector<std::vector<Digest>> read_edge(const PathReader& files, std::uint64_t size) {
  std::vector<std::vector<Digest>> edge(levels_of(size));
  for (std::size_t level = 0; level < edge.size(); ++level) {
    const std::uint64_t complete = complete_at(size, level);
    const std::uint64_t width = complete % k_tile_width;
    if (width != 0) edge[level] = read_tile(files, static_cast<int>(level), complete / k_tile_width, width);
  }
  return edge;
}

/// The hash of the last line: the end of the edge, or of the full tiles below it.
Digest last_leaf_of(const PathReader& files, const std::vector<std::vector<Digest>>& edge, std::uint64_t size) {
  std::size_t level = 0;
  while (edge[level].empty()) ++level;
  Digest last = edge[level].back();
  while (level-- > 0) {
    const std::uint64_t index = complete_at(size, level + 1) - 1;
    const std::vector<Digest> tile = read_tile(files, static_cast<int>(level), index, k_tile_width);
    if (root_of(tile) != last)
      throw Error(ErrorCode::audit_tile_mismatch,
                  tile_path(static_cast<int>(level), index, k_tile_width) + " does not fit the tile above it");
    last = tile.back();
  }
  return last;
}

/// Works out the files of the new tree while lines come in.
class Planner {
 public:
  Planner(const LogHead& head, const PathReader& files)
      : m_files(files), m_old_edge(head.edge), m_edge(head.edge), m_old_size(head.head.size), m_size(head.head.size) {}

  void add(const std::string& line, const Digest& leaf) {
    m_changes[open_line_path(m_size)] = line + '\n';
    push(0, leaf);
    ++m_size;
    if (m_size % k_tile_width == 0) close_bundle(m_size / k_tile_width - 1);
  }

  /// Partial tiles of the new right edge in place of the old ones.
  void finish() {
    for (std::size_t level = 0; level < m_edge.size(); ++level) {
      const std::string before = partial_path(level, m_old_edge, m_old_size);
      const std::string after = partial_path(level, m_edge, m_size);
      if (before == after) continue;
      if (!before.empty()) m_changes[before] = std::nullopt;
      if (!after.empty()) m_changes[after] = tile_bytes(m_edge[level]);
    }
  }

  TreeHead head() const {
    std::vector<Digest> nodes = edge_nodes(m_edge);
    return CompactRange(m_size, std::move(nodes)).head();
  }

  /// Subtree roots of the edge, largest first.
  static std::vector<Digest> edge_nodes(const std::vector<std::vector<Digest>>& edge) {
    std::vector<Digest> nodes;
    for (std::size_t level = edge.size(); level-- > 0;) {
      auto from = edge[level].begin();
      for (std::ptrdiff_t bit = 128; bit != 0; bit >>= 1) {
        if ((edge[level].size() & static_cast<std::size_t>(bit)) == 0) continue;
        nodes.push_back(root_of({from, from + bit}));
        from += bit;
      }
    }
    return nodes;
  }

  std::map<std::string, std::optional<std::string>>& changes() { return m_changes; }

 private:
  static std::string tile_bytes(const std::vector<Digest>& hashes) {
    std::string bytes;
    for (const Digest& hash : hashes) bytes += hash.raw();
    return bytes;
  }

  static std::string partial_path(std::size_t level, const std::vector<std::vector<Digest>>& edge, std::uint64_t size) {
    if (level >= edge.size() || edge[level].empty()) return {};
    return tile_path(static_cast<int>(level), complete_at(size, level) / k_tile_width, edge[level].size());
  }

  void push(std::size_t level, const Digest& hash) {
    if (level == m_edge.size()) m_edge.emplace_back();
    m_edge[level].push_back(hash);
    if (m_edge[level].size() < k_tile_width) return;
    const std::vector<Digest> full = std::exchange(m_edge[level], {});
    const std::uint64_t index = complete_at(m_size + 1, level) / k_tile_width - 1;
    m_changes[tile_path(static_cast<int>(level), index, k_tile_width)] = tile_bytes(full);
    push(level + 1, root_of(full));
  }

  /// Lines of before this append are checked against their tile: a changed line must not get into a bundle of ours.
  std::string earlier_line(std::uint64_t seq) {
    std::optional<std::string> bytes = read_line(m_files, seq, m_old_size);
    if (!bytes) throw Error(ErrorCode::audit_truncated, open_line_path(seq) + " is missing");
    if (leaf_hash(*bytes) != m_old_edge[0][seq % k_tile_width])
      throw Error(ErrorCode::audit_tile_mismatch, open_line_path(seq) + " is not the line that the tile names");
    *bytes += '\n';
    return std::move(*bytes);
  }

  void close_bundle(std::uint64_t index) {
    std::string bundle;
    for (std::uint64_t seq = index * k_tile_width; seq < (index + 1) * k_tile_width; ++seq) {
      const std::string path = open_line_path(seq);
      if (seq < m_old_size) {
        bundle += earlier_line(seq);
        m_changes[path] = std::nullopt;
      } else {
        bundle += *m_changes.at(path);
        m_changes.erase(path);
      }
    }
    m_changes[bundle_path(index)] = std::move(bundle);
  }

  const PathReader& m_files;
  std::vector<std::vector<Digest>> m_old_edge;
  std::vector<std::vector<Digest>> m_edge;
  std::uint64_t m_old_size;
  std::uint64_t m_size;
  std::map<std::string, std::optional<std::string>> m_changes;
};

void require_first_entry(const LogHead& head, const model::AuditEntry& first, const crypto::MachineSigner& key) {
  if (head.head.size == 0 && first.type != "genesis")
    throw Error(
        ErrorCode::audit_genesis,
        fmt::format("the log {} does not exist yet; its first entry must be genesis, not {}", head.origin, first.type));
  if (head.head.size != 0 && key.public_key().id != head.last_key && first.type != "rotate")
    throw Error(ErrorCode::audit_unknown_key, fmt::format("the last line is signed by {}, ours is {}",
                                                          head.last_key.text(), key.public_key().id.text()));
}

/// Fills in what the log decides.
void complete_entry(model::AuditEntry& entry, const std::string& origin, std::uint64_t seq, const Digest& last_leaf,
                    Timestamp last_at) {
  if (seq != 0 && entry.type == "genesis")
    throw Error(ErrorCode::audit_genesis, fmt::format("the log {} has begun; entry {} cannot be genesis", origin, seq));
  if (entry.at + Seconds(k_clock_skew_seconds) < last_at)
    throw Error(ErrorCode::audit_time,
                fmt::format("entry {} would be of {}, the one before is of {}", seq, entry.at.text(), last_at.text()));
  entry.log = origin;
  entry.seq = static_cast<std::int64_t>(seq);
  entry.prev = seq == 0 ? genesis_prev(origin, parse_genesis_body(entry.body).root_sha256) : last_leaf;
}

void add_evidence(std::map<std::string, std::optional<std::string>>& changes, const Blobs& evidence) {
  for (const auto& [digest, bytes] : evidence) {
    if (crypto::sha256(bytes) != digest)
      throw Error(ErrorCode::audit_evidence_mismatch, "evidence filed as " + digest.text() + " has another digest");
    if (bytes.size() > k_evidence_bytes_max)
      throw Error(ErrorCode::audit_evidence_mismatch, fmt::format("evidence {} has {} bytes, at most {} are allowed",
                                                                  digest.text(), bytes.size(), k_evidence_bytes_max));
    changes[evidence_path(digest)] = bytes;
  }
}

}  // namespace

Digest add_blob(Blobs& blobs, std::string bytes) {
  const Digest digest = crypto::sha256(bytes);
  blobs.insert_or_assign(digest, std::move(bytes));
  return digest;
}

LogHead empty_head(std::string_view origin) {
  LogHead head;
  head.origin = origin;
  head.head = CompactRange().head();
  return head;
}

LogHead read_head(const PathReader& files, std::string_view origin, const std::vector<crypto::PublicKey>& keys,
                  const std::vector<crypto::NoteVerifier>& witnesses) {
  const std::optional<std::string> note = files(k_checkpoint_path);
  if (!note) throw Error(ErrorCode::audit_checkpoint, "the checkpoint is missing");
  const Checkpoint checkpoint = require_checkpoint(*note, origin, keys, witnesses);
  const std::uint64_t size = checkpoint.head.size;
  if (size == 0) throw Error(ErrorCode::audit_checkpoint, "the checkpoint is of an empty log");
  LogHead head;
  head.origin = origin;
  head.head = checkpoint.head;
  head.edge = read_edge(files, size);
  if (CompactRange(size, Planner::edge_nodes(head.edge)).root() != checkpoint.head.root)
    throw Error(ErrorCode::audit_root_mismatch,
                fmt::format("the tiles of {} lines do not give the checkpoint's root", size));
  head.last_leaf = last_leaf_of(files, head.edge, size);
  const std::optional<std::string> last = read_line(files, size - 1, size);
  if (!last) throw Error(ErrorCode::audit_truncated, fmt::format("line {}, the last one, is missing", size - 1));
  const Line line = parse_line(*last);
  if (line.leaf != head.last_leaf)
    throw Error(ErrorCode::audit_tile_mismatch, fmt::format("line {} is not the line that the tile names", size - 1));
  if (line.entry.log != origin)
    throw Error(ErrorCode::audit_origin, fmt::format("line {} is of the log {}", size - 1, printable(line.entry.log)));
  head.last_at = line.entry.at;
  head.last_key = line.key_id;
  return head;
}

void require_extends(const PathReader& files, const TreeHead& mark, const TreeHead& head) {
  if (mark.size == 0) return;
  if (mark.size > head.size)
    throw Error(ErrorCode::audit_truncated, fmt::format("the log has {} lines, it had {}", head.size, mark.size));
  TileReader tiles(files, head.size);
  if (!verify_consistency(mark, head, make_consistency_proof(mark.size, head.size, tiles.reader())))
    throw Error(ErrorCode::audit_not_append_only,
                fmt::format("the first {} lines are no longer those with root {}", mark.size, mark.root.text()));
}

AppendPlan plan_append(const LogHead& head, const PathReader& files, std::vector<model::AuditEntry> entries,
                       const Blobs& evidence, const crypto::MachineSigner& key) {
  AppendPlan plan;
  plan.first_seq = head.head.size;
  if (!entries.empty()) require_first_entry(head, entries.front(), key);
  Planner planner(head, files);
  Digest last_leaf = head.last_leaf;
  Timestamp last_at = head.last_at;
  for (model::AuditEntry& entry : entries) {
    complete_entry(entry, head.origin, plan.first_seq + plan.lines.size(), last_leaf, last_at);
    plan.lines.push_back(make_line(entry, key));
    last_leaf = leaf_hash(plan.lines.back());
    last_at = std::max(last_at, entry.at);
    plan.leaves.push_back(last_leaf);
    planner.add(plan.lines.back(), last_leaf);
  }
  planner.finish();
  plan.head = planner.head();
  plan.checkpoint = make_checkpoint({head.origin, plan.head}, key);
  add_evidence(planner.changes(), evidence);
  planner.changes()[std::string(k_checkpoint_path)] = plan.checkpoint;
  for (auto& [path, bytes] : planner.changes()) plan.changes.push_back({path, std::move(bytes)});
  return plan;
}

}  // namespace dbw::audit
