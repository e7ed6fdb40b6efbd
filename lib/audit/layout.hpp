#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/merkle.hpp"
#include "crypto/note.hpp"

/// Where things stand in the tree of an executor's branch (docs/format/audit-log.md), and the checkpoint's text.
namespace dbw::audit {

/// Lines of a bundle, hashes of a tile (C2SP tlog-tiles).
inline constexpr std::uint64_t k_tile_width = 256;
/// One evidence blob: the largest SQL that policy may allow, as text in an opening, with room for escapes.
inline constexpr std::size_t k_evidence_bytes_max = std::size_t{64} * 1024 * 1024;
/// A closed bundle: 256 lines of the largest size.
inline constexpr std::size_t k_bundle_bytes_max = std::size_t{256} * (32 * 1024 + 1);

/// Bytes of a file of the branch's tree, nullopt where there is none.
using PathReader = std::function<std::optional<std::string>(std::string_view path)>;

/// tlog-tiles index coding: 1234067 is "x001/x234/067".
std::string index_path(std::uint64_t index);
/// "checkpoint".
inline constexpr std::string_view k_checkpoint_path = "checkpoint";
/// A closed bundle: "entries/<index>", lines [256 * index, 256 * index + 256), each followed by LF.
std::string bundle_path(std::uint64_t index);
/// A line of the open bundle: "entries/<index>.p/<seq mod 256 in 3 digits>", one line followed by LF.
std::string open_line_path(std::uint64_t seq);
/// "tile/<level>/<index>", with ".p/<width>" where width < 256.
std::string tile_path(int level, std::uint64_t index, std::uint64_t width);
/// "evidence/<first two hex digits>/<64 hex digits>": the fan-out keeps the cost of a commit from growing with the
/// history.
std::string evidence_path(const Digest& digest);
/// The largest file that may stand at that path.
std::size_t bytes_max_of(std::string_view path);

/// Splits a closed bundle; throws Error{audit_line_malformed} where it is not exactly 256 lines each ending in LF.
std::vector<std::string> split_bundle(std::string_view bytes);
/// Line `seq` of a log of `size` lines, without its LF; nullopt where it is absent. Throws Error{audit_line_malformed}.
std::optional<std::string> read_line(const PathReader& files, std::uint64_t seq, std::uint64_t size);
/// The hashes of a tile; throws Error{audit_tile_mismatch} where absent or not exactly `width` hashes.
std::vector<Digest> read_tile(const PathReader& files, int level, std::uint64_t index, std::uint64_t width);

/// C2SP tlog-checkpoint: origin, size, root; no extension lines.
struct Checkpoint {
  std::string origin;
  TreeHead head;
};
std::string checkpoint_text(const Checkpoint& checkpoint);
/// Strict inverse; throws Error{audit_checkpoint}.
Checkpoint parse_checkpoint_text(std::string_view text);
/// The signed note, key name = origin.
std::string make_checkpoint(const Checkpoint& checkpoint, const crypto::MachineSigner& key);
/// Verifies the note: origin as expected, signed by one of `keys` (several during a key rotation); a bad signature of
/// any known key or witness refuses the note whole. Throws Error{audit_checkpoint, note_...}. `signer` receives the log
/// key that signed.
Checkpoint require_checkpoint(std::string_view note, std::string_view origin,
                              const std::vector<crypto::PublicKey>& keys,
                              const std::vector<crypto::NoteVerifier>& witnesses = {},
                              crypto::PublicKey* signer = nullptr);

/// Reads node hashes of a tree of `size` from its tiles; every tile is read once and kept.
class TileReader {
 public:
  TileReader(PathReader files, std::uint64_t size) : m_files(std::move(files)), m_size(size) {}
  /// Hash of a complete subtree. Throws Error{audit_tile_mismatch}.
  Digest node(int level, std::uint64_t index);
  /// The tree of the first `size` lines, size <= ours. Throws Error{audit_tile_mismatch, audit_proof}.
  CompactRange range(std::uint64_t size);
  NodeReader reader() {
    return [this](int level, std::uint64_t index) { return node(level, index); };
  }

 private:
  PathReader m_files;
  std::uint64_t m_size;
  std::map<std::pair<int, std::uint64_t>, std::vector<Digest>> m_tiles;
};

}  // namespace dbw::audit
