#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/layout.hpp"
#include "audit/line.hpp"
#include "base/error.hpp"

namespace dbw::audit {

/// Bytes of an evidence blob, already checked against its digest; throws Error{audit_evidence_missing,
/// audit_evidence_mismatch}.
using EvidenceReader = std::function<std::string(const Digest& digest)>;

struct VerifyOptions {
  std::string origin;
  /// The keys that trust documents give this executor, asked at genesis, trust and rotate entries (before the entry's
  /// own signature is believed; the answer must come from documents that verify on their own). Called on the thread of
  /// verify_log. Throws Error for documents that do not verify.
  std::function<std::vector<crypto::PublicKey>(const model::AuditEntry& entry, const EvidenceReader& evidence)> keys_of;
  /// The root that `prev` of line 0 must name; nullopt: not checked.
  std::optional<Digest> root_sha256 = {};
  std::vector<crypto::NoteVerifier> witnesses = {};
  /// The auditor's last known head. Always checked for continuity.
  std::optional<TreeHead> known = {};
  /// Verify only the lines behind `known`, with this key in force there.
  std::optional<crypto::PublicKey> resume_key = {};
  /// Re-verifies what an entry relied on (request, decisions, token against policy as of entry.at). Called for every
  /// entry in order on the thread of verify_log, after the entry's own evidence was found whole.
  std::function<std::vector<Refusal>(const model::AuditEntry& entry, const EvidenceReader& evidence)> deep = {};
  /// Called for every good line in order.
  std::function<void(const Line& line)> each = {};
  unsigned threads = 0;           ///< 0: one for each core
  std::size_t reasons_max = 200;  ///< kept; the rest is only counted
};

/// One thing that is wrong.
struct Finding {
  std::optional<std::uint64_t> seq;  ///< nullopt: concerns the log as a whole
  Refusal reason;
};

struct VerifyReport {
  TreeHead head;                         ///< of the lines that were read
  std::optional<Checkpoint> checkpoint;  ///< verified; nullopt where it was not
  std::optional<crypto::PublicKey> key;  ///< in force at the end
  std::uint64_t lines = 0;               ///< verified in this run
  std::vector<Finding> findings;
  std::size_t findings_left_out = 0;
  std::optional<std::uint64_t> first_bad;  ///< the smallest seq of a finding
  bool good() const { return findings.empty() && findings_left_out == 0; }
};

/// Streams the whole log: line form, signature by the key in force, seq, prev, origin, time, bodies, evidence, each
/// result's intent, no request step executed twice, tiles, root = checkpoint, checkpoint signature, continuity with
/// `known`. Never throws for what the log holds; everything wrong is reported. `files` and `evidence` are called on
/// this thread only; parsing, hashing and signatures run on worker threads over a bounded number of bundles.
VerifyReport verify_log(const PathReader& files, const VerifyOptions& options);

/// Reads and checks evidence blobs of a branch's tree.
EvidenceReader evidence_reader(PathReader files);

}  // namespace dbw::audit
