#include "audit/verifier.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "audit/bodies.hpp"
#include "audit/line_pool.hpp"
#include "audit/verify_checks.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace dbw::audit {
namespace {

/// Evidence that many entries share (rosters, policies) is hashed once; the set is emptied when it is full.
constexpr std::size_t k_known_evidence_max = 65'536;

class Verification {
 public:
  Verification(const PathReader& files, const VerifyOptions& options)
      : m_files(files),
        m_options(options),
        m_findings(m_report, options.reasons_max),
        m_evidence(evidence_reader(files)),
        m_tiles(files, m_findings) {}

  VerifyReport run() {
    read_checkpoint_text();
    resume();
    m_executions.emplace(m_files, m_findings, m_seq, m_size.value_or(0));
    stream();
    finish();
    return std::move(m_report);
  }

 private:
  /// What the checkpoint claims decides where lines stand; whether it is to be believed is known when the keys are.
  void read_checkpoint_text() {
    m_note = m_files(k_checkpoint_path);
    if (!m_note) {
      m_findings.add(std::nullopt, ErrorCode::audit_checkpoint, "the checkpoint is missing");
      return;
    }
    try {
      m_size = parse_checkpoint_text(crypto::parse_note(*m_note).text).head.size;
    } catch (const Error& error) {
      m_findings.add(std::nullopt, error);
      m_note.reset();
    }
  }

  void resume() {
    if (!m_options.known || !m_options.resume_key || !m_size || m_options.known->size == 0 ||
        m_options.known->size > *m_size)
      return;
    const TreeHead& known = *m_options.known;
    try {
      TileReader tiles(m_files, *m_size);
      if (tiles.range(known.size).root() != known.root) return;
      const std::optional<std::string> last = read_line(m_files, known.size - 1, *m_size);
      if (!last || leaf_hash(*last) != tiles.node(0, known.size - 1)) return;
      const Line line = parse_line(*last);
      if (line.key_id != m_options.resume_key->id) return;
      m_tiles.resume(known.size, *m_size);
      m_range = tiles.range(known.size);
      m_seq = known.size;
      m_prev = line.leaf;
      m_latest = line.entry.at;
      m_key = m_options.resume_key;
    } catch (const Error&) {
      // The whole log is verified instead, which names what is wrong.
      return;
    }
  }

  void stream() {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    LinePool pool(m_options.threads != 0 ? m_options.threads : cores);
    std::uint64_t next = m_seq;
    bool more = true;
    while (more || !pool.empty()) {
      // Until genesis has named the key there is nothing to check signatures with: one batch at a time.
      while (more && !pool.full() && (m_key || pool.empty())) {
        std::unique_ptr<Batch> batch = read_batch(next);
        more = batch != nullptr;
        if (!more) break;
        batch->first = next;
        batch->key = m_key;
        next = (next / k_tile_width + 1) * k_tile_width;
        pool.submit(std::move(batch));
      }
      if (pool.empty()) break;
      const std::unique_ptr<Batch> batch = pool.take();
      m_seq = batch->first;
      m_shift = 0;
      for (CheckedLine& line : batch->lines) see(line, batch->key);
    }
  }

  /// The rest of the bundle that holds line `from`; nullptr where the log ends.
  std::unique_ptr<Batch> read_batch(std::uint64_t from) {
    if (m_size && from >= *m_size) return nullptr;
    const std::uint64_t bundle = from / k_tile_width;
    auto batch = std::make_unique<Batch>();
    const bool closed = !m_size || bundle < *m_size / k_tile_width;
    if (const std::optional<std::string> bytes = closed ? m_files(bundle_path(bundle)) : std::nullopt)
      add_bundle_lines(*batch, *bytes, from);
    else
      add_open_lines(*batch, from);
    const bool any = std::any_of(batch->lines.begin(), batch->lines.end(),
                                 [](const CheckedLine& line) { return line.bytes.has_value(); });
    if (any) return batch;
    if (m_size)
      m_findings.add(from, ErrorCode::audit_truncated,
                     fmt::format("the checkpoint says {} lines; from line {} on they are missing", *m_size, from));
    return nullptr;
  }

  /// Tolerates a wrong number of lines, so that the first wrong one can be named.
  void add_bundle_lines(Batch& batch, std::string_view bytes, std::uint64_t from) {
    const std::vector<std::string_view> lines = split_lines(bytes);
    if (lines.size() != k_tile_width || bytes.back() != '\n')
      m_findings.add(std::nullopt, ErrorCode::audit_line_malformed,
                     fmt::format("{} holds {} lines, expected 256 that end in LF", bundle_path(from / k_tile_width),
                                 lines.size()));
    for (std::size_t i = from % k_tile_width; i < lines.size(); ++i)
      batch.lines.push_back({std::string(lines[i]), {}, {}, {}, false});
    while (from % k_tile_width + batch.lines.size() < k_tile_width) batch.lines.emplace_back();
  }

  void add_open_lines(Batch& batch, std::uint64_t from) {
    const std::uint64_t end_of_bundle = (from / k_tile_width + 1) * k_tile_width;
    const std::uint64_t end = std::min(end_of_bundle, m_size.value_or(end_of_bundle));
    for (std::uint64_t seq = from; seq < end; ++seq) {
      CheckedLine line;
      line.bytes = m_files(open_line_path(seq));
      if (!line.bytes && !m_size) return;
      if (line.bytes && line.bytes->ends_with('\n')) line.bytes->pop_back();
      batch.lines.push_back(std::move(line));
    }
  }

  void see(CheckedLine& checked, const std::optional<crypto::PublicKey>& checked_with) {
    const std::uint64_t seq = m_seq++;
    if (!checked.bytes) {
      m_findings.add(seq, ErrorCode::audit_truncated, fmt::format("line {} is missing", seq));
      m_prev.reset();
      return;
    }
    m_tiles.add(checked.leaf);
    m_range.append(checked.leaf);
    const std::size_t before = m_report.findings.size() + m_report.findings_left_out;
    if (checked.line)
      see_line(*checked.line, seq, checked.signature_good && checked_with == m_key);
    else
      m_findings.add(seq, *checked.error);
    m_prev = checked.leaf;
    if (checked.line && m_options.each && before == m_report.findings.size() + m_report.findings_left_out)
      m_options.each(*checked.line);
    ++m_report.lines;
    check_known();
  }

  void see_line(const Line& line, std::uint64_t seq, bool signature_checked) {
    const model::AuditEntry& entry = line.entry;
    if (entry.log != m_options.origin)
      m_findings.add(seq, ErrorCode::audit_origin, fmt::format("the line is of the log {}", printable(entry.log)));
    check_seq(entry, seq);
    check_prev(entry, seq);
    check_time(entry, seq);
    check_key(line, seq, signature_checked);
    check_content(entry, seq);
  }

  /// A line too many or too few shifts all that follow; only the place where it happens is named.
  void check_seq(const model::AuditEntry& entry, std::uint64_t seq) {
    const std::int64_t shift = entry.seq - static_cast<std::int64_t>(seq);
    if (shift != m_shift)
      m_findings.add(
          seq, ErrorCode::audit_seq,
          fmt::format("the line has number {}, expected {}", entry.seq, static_cast<std::int64_t>(seq) + m_shift));
    m_shift = shift;
  }

  void check_prev(const model::AuditEntry& entry, std::uint64_t seq) {
    if (seq == 0) {
      if (m_options.root_sha256 && entry.prev != genesis_prev(m_options.origin, *m_options.root_sha256))
        m_findings.add(seq, ErrorCode::audit_prev, "the first line does not follow from the pinned root");
    } else if (m_prev && entry.prev != *m_prev) {
      m_findings.add(seq, ErrorCode::audit_prev, fmt::format("`prev` is not the hash of line {}", seq - 1));
    }
  }

  void check_time(const model::AuditEntry& entry, std::uint64_t seq) {
    if (entry.at + Seconds(k_clock_skew_seconds) < m_latest)
      m_findings.add(seq, ErrorCode::audit_time,
                     fmt::format("the line is of {}, an earlier one of {}", entry.at.text(), m_latest.text()));
    m_latest = std::max(m_latest, entry.at);
  }

  void check_key(const Line& line, std::uint64_t seq, bool signature_checked) {
    const model::AuditEntry& entry = line.entry;
    if ((entry.type == "genesis") != (seq == 0))
      m_findings.add(seq, ErrorCode::audit_genesis, fmt::format("line {} is of type {}", seq, printable(entry.type)));
    if (entry.type == "genesis" || entry.type == "rotate") take_key(entry, seq);
    if (!m_key)
      m_findings.add(seq, ErrorCode::audit_unknown_key, "no trust document names a key for this executor");
    else if (line.key_id != m_key->id)
      m_findings.add(seq, ErrorCode::audit_unknown_key,
                     fmt::format("signed by {}, expected {}", printable(line.key_id.text()), m_key->id.text()));
    else if (!signature_checked && !verify_line(line, *m_key))
      m_findings.add(seq, ErrorCode::audit_bad_signature, fmt::format("the signature by {} is bad", m_key->id.text()));
    if (entry.type == "trust") check_key_still_named(entry, seq);
  }

  std::vector<crypto::PublicKey> keys_named_by(const model::AuditEntry& entry, std::uint64_t seq) {
    try {
      if (m_options.keys_of) return m_options.keys_of(entry, m_evidence);
    } catch (const Error& error) {
      m_findings.add(seq, error);
    }
    return {};
  }

  void take_key(const model::AuditEntry& entry, std::uint64_t seq) {
    try {
      const std::string text =
          entry.type == "genesis" ? parse_genesis_body(entry.body).key : parse_rotate_body(entry.body).key;
      for (const crypto::PublicKey& key : keys_named_by(entry, seq)) {
        if (key.text() != text) continue;
        m_key = key;
        m_key_named = true;
        return;
      }
      m_findings.add(seq, ErrorCode::audit_unknown_key,
                     "the trust documents that the entry names do not give the executor this key");
    } catch (const Error& error) {
      m_findings.add(seq, error);
    }
  }

  /// A roster that no longer names our key is the last thing it may log.
  void check_key_still_named(const model::AuditEntry& entry, std::uint64_t seq) {
    const std::vector<crypto::PublicKey> keys = keys_named_by(entry, seq);
    m_key_named = m_key && std::find(keys.begin(), keys.end(), *m_key) != keys.end();
  }

  void check_content(const model::AuditEntry& entry, std::uint64_t seq) {
    if (!m_key_named && m_key && entry.type != "trust")
      m_findings.add(seq, ErrorCode::audit_unknown_key,
                     "the roster in force no longer names the key that signs the log");
    try {
      const std::vector<Digest> named = all_evidence(entry, m_evidence);
      const std::size_t missing = check_evidence(named, seq);
      m_executions->see(entry, seq);
      if (!m_options.deep || missing != 0) return;
      for (Refusal& refusal : m_options.deep(entry, m_evidence)) m_findings.add(seq, std::move(refusal));
    } catch (const Error& error) {
      m_findings.add(seq, error);
    }
  }

  std::size_t check_evidence(const std::vector<Digest>& named, std::uint64_t seq) {
    std::size_t missing = 0;
    for (const Digest& digest : named) {
      if (m_known_evidence.contains(digest)) continue;
      try {
        m_evidence(digest);
        if (m_known_evidence.size() >= k_known_evidence_max) m_known_evidence.clear();
        m_known_evidence.insert(digest);
      } catch (const Error& error) {
        m_findings.add(seq, error);
        ++missing;
      }
    }
    return missing;
  }

  void check_known() {
    if (m_options.known && m_range.size() == m_options.known->size && m_range.root() != m_options.known->root)
      m_findings.add(
          std::nullopt, ErrorCode::audit_not_append_only,
          fmt::format("the first {} lines are no longer those that were seen before", m_options.known->size));
  }

  void finish() {
    m_tiles.finish();
    m_report.head = m_range.head();
    m_report.key = m_key;
    if (m_options.known && m_report.head.size < m_options.known->size)
      m_findings.add(m_report.head.size, ErrorCode::audit_truncated,
                     fmt::format("the log has {} lines, it had {}", m_report.head.size, m_options.known->size));
    if (m_files(open_line_path(m_seq)) || (m_seq % k_tile_width == 0 && m_files(bundle_path(m_seq / k_tile_width))))
      m_findings.add(m_seq, ErrorCode::audit_surplus,
                     fmt::format("there are lines behind the {} of the checkpoint", m_seq));
    if (m_note) check_checkpoint();
  }

  void check_checkpoint() {
    try {
      std::vector<crypto::PublicKey> keys;
      if (m_key) keys.push_back(*m_key);
      m_report.checkpoint = require_checkpoint(*m_note, m_options.origin, keys, m_options.witnesses);
      if (m_report.checkpoint->head.root != m_report.head.root || m_report.checkpoint->head.size != m_report.head.size)
        m_findings.add(std::nullopt, ErrorCode::audit_root_mismatch,
                       fmt::format("the {} lines have root {}, the checkpoint says {} lines with root {}",
                                   m_report.head.size, m_report.head.root.text(), m_report.checkpoint->head.size,
                                   m_report.checkpoint->head.root.text()));
    } catch (const Error& error) {
      m_findings.add(std::nullopt, error);
    }
  }

  const PathReader& m_files;
  const VerifyOptions& m_options;
  VerifyReport m_report;
  Findings m_findings;
  EvidenceReader m_evidence;
  TileCheck m_tiles;
  std::optional<ExecutionCheck> m_executions;
  std::optional<std::string> m_note;
  std::optional<std::uint64_t> m_size;
  CompactRange m_range;
  std::uint64_t m_seq = 0;
  std::int64_t m_shift = 0;
  std::optional<Digest> m_prev;
  Timestamp m_latest;
  std::optional<crypto::PublicKey> m_key;
  bool m_key_named = true;
  DigestSet m_known_evidence;
};

}  // namespace

EvidenceReader evidence_reader(PathReader files) {
  return [files = std::move(files)](const Digest& digest) {
    std::optional<std::string> bytes = files(evidence_path(digest));
    if (!bytes) throw Error(ErrorCode::audit_evidence_missing, evidence_path(digest) + " is missing");
    if (crypto::sha256(*bytes) != digest)
      throw Error(ErrorCode::audit_evidence_mismatch, evidence_path(digest) + " holds other bytes");
    return std::move(*bytes);
  };
}

VerifyReport verify_log(const PathReader& files, const VerifyOptions& options) {
  return Verification(files, options).run();
}

}  // namespace dbw::audit
