#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "audit/bodies.hpp"
#include "audit/verifier.hpp"

/// Private to lib/audit: what a verification keeps while the lines pass by.
namespace dbw::audit {

struct DigestHash {
  std::size_t operator()(const Digest& digest) const {
    std::size_t value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | digest.bytes[i];
    return value;
  }
};
using DigestSet = std::unordered_set<Digest, DigestHash>;

/// Collects what is wrong, up to `kept` reasons; the first bad line and the number left out are always known.
class Findings {
 public:
  Findings(VerifyReport& report, std::size_t kept) : m_report(report), m_kept(kept) {}
  void add(std::optional<std::uint64_t> seq, Refusal reason) {
    if (seq && (!m_report.first_bad || *seq < *m_report.first_bad)) m_report.first_bad = seq;
    if (m_report.findings.size() < m_kept)
      m_report.findings.push_back({seq, std::move(reason)});
    else
      ++m_report.findings_left_out;
  }
  void add(std::optional<std::uint64_t> seq, ErrorCode code, std::string message) {
    add(seq, Refusal{code, std::move(message)});
  }
  void add(std::optional<std::uint64_t> seq, const Error& error) { add(seq, error.refusal()); }

 private:
  VerifyReport& m_report;
  std::size_t m_kept;
};

/// Builds the tree from the leaf hashes and compares every tile on the way.
class TileCheck {
 public:
  TileCheck(const PathReader& files, Findings& findings) : m_files(files), m_findings(findings) {}

  /// The right edge of a tree of `size`, from the tiles of the larger tree that the log is now; throws
  /// Error{audit_tile_mismatch}.
  void resume(std::uint64_t size, std::uint64_t size_now);
  void add(const Digest& leaf) { push(0, leaf); }
  void finish();

 private:
  void push(std::size_t level, const Digest& hash);
  void compare(std::size_t level, std::uint64_t index, const std::vector<Digest>& expected);

  const PathReader& m_files;
  Findings& m_findings;
  std::vector<std::vector<Digest>> m_edge;
  std::vector<std::uint64_t> m_full;
};

/// Every result belongs to an intent, and no step of a request is executed twice.
class ExecutionCheck {
 public:
  ExecutionCheck(const PathReader& files, Findings& findings, std::uint64_t start, std::uint64_t size)
      : m_files(files), m_findings(findings), m_start(start), m_size(size) {}

  void see(const model::AuditEntry& entry, std::uint64_t seq);

 private:
  struct Open {
    std::optional<Digest> request;
    std::vector<std::string> steps;
    std::string member;  ///< of a fleet; else empty
  };
  static Open open_of(const model::AuditEntry& intent);

  /// An intent from before the lines that are being verified; the auditor's known root vouches for it.
  std::optional<Open> earlier(std::uint64_t seq);
  void see_result(const model::AuditEntry& entry, const ResultBody& body, std::uint64_t seq);
  void require_first_time(const Open& intent, std::uint64_t seq);

  const PathReader& m_files;
  Findings& m_findings;
  std::uint64_t m_start;
  std::uint64_t m_size;
  std::map<std::uint64_t, Open> m_open;
  DigestSet m_executed;
};

}  // namespace dbw::audit
