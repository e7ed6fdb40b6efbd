#include "audit/layout.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace dbw::audit {
namespace {

constexpr std::size_t k_digest_bytes = 32;
constexpr std::size_t k_checkpoint_bytes_max = 16 * 1024;

Error bad_checkpoint(std::string_view what) {
  return {ErrorCode::audit_checkpoint, "the checkpoint " + std::string(what)};
}

std::uint64_t parse_size(std::string_view text) {
  std::uint64_t size = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (failure != std::errc() || end != text.data() + text.size() || std::to_string(size) != text)
    throw bad_checkpoint("has no plain decimal size");
  return size;
}

std::string without_newline(std::string bytes, std::uint64_t seq) {
  if (bytes.empty() || bytes.back() != '\n' || bytes.find('\n') != bytes.size() - 1)
    throw Error(ErrorCode::audit_line_malformed,
                fmt::format("{} does not hold one line that ends in LF", open_line_path(seq)));
  bytes.pop_back();
  return bytes;
}

}  // namespace

std::string index_path(std::uint64_t index) {
  std::string path = fmt::format("{:03}", index % 1000);
  while ((index /= 1000) != 0) path = fmt::format("x{:03}/{}", index % 1000, path);
  return path;
}

std::string bundle_path(std::uint64_t index) { return "entries/" + index_path(index); }

std::string open_line_path(std::uint64_t seq) {
  return fmt::format("{}.p/{:03}", bundle_path(seq / k_tile_width), seq % k_tile_width);
}

std::string tile_path(int level, std::uint64_t index, std::uint64_t width) {
  std::string path = fmt::format("tile/{}/{}", level, index_path(index));
  if (width < k_tile_width) path += fmt::format(".p/{}", width);
  return path;
}

std::string evidence_path(const Digest& digest) {
  const std::string hex = digest.hex();
  return fmt::format("evidence/{}/{}", hex.substr(0, 2), hex);
}

std::size_t bytes_max_of(std::string_view path) {
  if (path.starts_with("evidence/")) return k_evidence_bytes_max;
  if (path.starts_with("tile/")) return k_tile_width * k_digest_bytes;
  if (path.starts_with("entries/"))
    return path.find(".p/") == std::string_view::npos ? k_bundle_bytes_max : k_audit_line_bytes_max + 1;
  return k_checkpoint_bytes_max;
}

std::vector<std::string> split_bundle(std::string_view bytes) {
  if (bytes.empty() || bytes.back() != '\n')
    throw Error(ErrorCode::audit_line_malformed, "a bundle does not end in LF");
  std::vector<std::string> lines;
  for (std::string_view line : split_lines(bytes)) lines.emplace_back(line);
  if (lines.size() != k_tile_width)
    throw Error(ErrorCode::audit_line_malformed, fmt::format("a bundle holds {} lines, expected 256", lines.size()));
  return lines;
}

std::optional<std::string> read_line(const PathReader& files, std::uint64_t seq, std::uint64_t size) {
  if (seq >= size) return std::nullopt;
  const std::uint64_t bundle = seq / k_tile_width;
  if (bundle < size / k_tile_width) {
    const std::optional<std::string> bytes = files(bundle_path(bundle));
    if (!bytes) return std::nullopt;
    return split_bundle(*bytes)[seq % k_tile_width];
  }
  std::optional<std::string> bytes = files(open_line_path(seq));
  if (!bytes) return std::nullopt;
  return without_newline(std::move(*bytes), seq);
}

std::vector<Digest> read_tile(const PathReader& files, int level, std::uint64_t index, std::uint64_t width) {
  const std::string path = tile_path(level, index, width);
  const std::optional<std::string> bytes = files(path);
  if (!bytes) throw Error(ErrorCode::audit_tile_mismatch, path + " is missing");
  if (bytes->size() != width * k_digest_bytes)
    throw Error(ErrorCode::audit_tile_mismatch,
                fmt::format("{} has {} bytes, expected {}", path, bytes->size(), width * k_digest_bytes));
  std::vector<Digest> hashes;
  hashes.reserve(width);
  for (std::size_t i = 0; i < width; ++i)
    hashes.push_back(Digest::from_raw(std::string_view(*bytes).substr(i * k_digest_bytes, k_digest_bytes)));
  return hashes;
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.head.size, to_base64(checkpoint.head.root.raw()));
}

Checkpoint parse_checkpoint_text(std::string_view text) {
  const std::vector<std::string_view> lines = split_lines(text);
  if (lines.size() != 3 || text.back() != '\n' || lines[0].empty())
    throw bad_checkpoint("is not origin, size and root, one on each line");
  Checkpoint checkpoint;
  checkpoint.origin = lines[0];
  checkpoint.head.size = parse_size(lines[1]);
  try {
    checkpoint.head.root = Digest::from_raw(from_base64(lines[2]));
  } catch (const Error&) {
    throw bad_checkpoint("has no root of 32 bytes in base64");
  }
  return checkpoint;
}

std::string make_checkpoint(const Checkpoint& checkpoint, const crypto::MachineSigner& key) {
  return crypto::sign_note(checkpoint_text(checkpoint), checkpoint.origin, key);
}

Checkpoint require_checkpoint(std::string_view bytes, std::string_view origin,
                              const std::vector<crypto::PublicKey>& keys,
                              const std::vector<crypto::NoteVerifier>& witnesses, crypto::PublicKey* signer) {
  const crypto::Note note = crypto::parse_note(bytes);
  Checkpoint checkpoint = parse_checkpoint_text(note.text);
  if (checkpoint.origin != origin)
    throw bad_checkpoint(fmt::format("is of the log {}, expected {}", printable(checkpoint.origin), printable(origin)));
  std::vector<crypto::NoteVerifier> known = witnesses;
  for (const crypto::PublicKey& key : keys) known.push_back(crypto::note_verifier(origin, key));
  for (const crypto::NoteVerifier& good : crypto::require_note(note, known)) {
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const crypto::PublicKey& k) {
      return good.type == 1 && good.name == origin && k.raw == good.raw_key;
    });
    if (key == keys.end()) continue;
    if (signer != nullptr) *signer = *key;
    return checkpoint;
  }
  throw bad_checkpoint("carries no signature of the executor, only of witnesses");
}

CompactRange TileReader::range(std::uint64_t size) {
  std::vector<Digest> nodes;
  std::uint64_t low = 0;
  for (int level = 63; level >= 0; --level) {
    const std::uint64_t count = std::uint64_t{1} << level;
    if ((size & count) == 0) continue;
    nodes.push_back(node(level, low >> level));
    low += count;
  }
  return {size, std::move(nodes)};
}

Digest TileReader::node(int level, std::uint64_t index) {
  const int tile_level = level / 8;
  const int inside = level % 8;
  const std::uint64_t first = index << inside;
  const std::uint64_t tile = first / k_tile_width;
  const auto key = std::make_pair(tile_level, tile);
  auto found = m_tiles.find(key);
  if (found == m_tiles.end()) {
    const std::uint64_t complete = m_size >> (8 * tile_level);
    if (complete < first + (std::uint64_t{1} << inside))
      throw Error(ErrorCode::audit_proof, "the tree has no such complete subtree");
    const std::uint64_t width = std::min(k_tile_width, complete - tile * k_tile_width);
    found = m_tiles.emplace(key, read_tile(m_files, tile_level, tile, width)).first;
  }
  const std::size_t offset = first % k_tile_width;
  const std::size_t count = std::size_t{1} << inside;
  if (offset + count > found->second.size())
    throw Error(ErrorCode::audit_proof, "the tree has no such complete subtree");
  const auto begin = found->second.begin() + static_cast<std::ptrdiff_t>(offset);
  return root_of({begin, begin + static_cast<std::ptrdiff_t>(count)});
}

}  // namespace dbw::audit
