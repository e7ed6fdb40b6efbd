#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/bodies.hpp"
#include "audit/verifier.hpp"
#include "git/transport.hpp"
#include "model/trust_documents.hpp"
#include "trust/authority.hpp"

/// The auditor's side: the audit repository and the pin, nothing else. Every execution is judged again from its own
/// evidence.
namespace dbw::workflow {

inline constexpr std::string_view k_audit_prefix = "refs/heads/dbw/audit/";

/// A copy of an audit repository in a cache folder.
class AuditMirror {
 public:
  /// `where` is a URL or a path. Fetches every log. Throws Error{git_...}.
  AuditMirror(const std::filesystem::path& cache, const std::string& where);
  /// Executors that have a log, sorted.
  std::vector<std::string> executors() const;
  /// Throws Error{audit_no_log}.
  audit::PathReader files(std::string_view executor) const;

 private:
  git::Repository m_repository;
  std::map<std::string, git::ObjectId> m_logs;
};

/// What an auditor remembers of a log: its head with the executor's signature. Kept where only the auditor writes.
struct Bookmark {
  std::string origin;
  audit::TreeHead head;
  crypto::PublicKey key;
  std::string checkpoint;  ///< the signed note
};
std::string emit_bookmark(const Bookmark& bookmark);
/// Strict; the checkpoint must be signed by the key and say the same. Throws Error{audit_bookmark}.
Bookmark parse_bookmark(std::string_view json);

struct AuditVerifyOptions {
  model::Pin pin;
  std::optional<Bookmark> since = {};
  unsigned threads = 0;
};

struct AuditVerdict {
  std::string executor;
  audit::VerifyReport report;
  std::uint64_t executions = 0;  ///< intents whose evidence was judged again
  std::uint64_t other_rule_sets =
      0;  ///< of these, reviewed by rules that this version does not have: the recorded verdict was used
  std::optional<Bookmark> bookmark;  ///< for the next time; only where everything is good
};

/// Verifies one log. The pin must be of a root that every entry's chain holds (the pin of the log's beginning).
AuditVerdict verify_audit_log(const audit::PathReader& files, const std::string& executor,
                              const AuditVerifyOptions& options);

/// Judges an intent again from its evidence as of its own time: trust documents from the pin, request signature, files,
/// review, decisions, window, token.
class ExecutionJudge {
 public:
  ExecutionJudge(model::Pin pin, std::string executor) : m_pin(std::move(pin)), m_executor(std::move(executor)) {}

  /// Throws what verify_authority throws and Error{audit_evidence_...}.
  const trust::Authority& authority(const Digest& manifest, Timestamp at, const audit::EvidenceReader& evidence);
  /// The executor's key by the documents that a genesis, trust or rotate entry names; empty where there is none.
  std::vector<crypto::PublicKey> keys(const model::AuditEntry& entry, const audit::EvidenceReader& evidence);
  /// Every reason why the evidence does not allow the execution. The first is audit_execution_unproven.
  std::vector<Refusal> judge(const model::AuditEntry& entry, const audit::EvidenceReader& evidence);

  std::uint64_t executions() const { return m_executions; }
  std::uint64_t other_rule_sets() const { return m_other_rule_sets; }
  /// The log head that the token of the entry judged last knew of; nullopt where there was no token.
  const std::optional<audit::TreeHead>& token_head() const { return m_token_head; }

 private:
  struct Known {
    trust::Authority authority;
    Timestamp from, until;
  };
  void judge_intent(const model::AuditEntry& entry, const audit::EvidenceReader& evidence,
                    std::vector<Refusal>& refusals);

  model::Pin m_pin;
  std::string m_executor;
  std::map<Digest, Known> m_known;
  std::uint64_t m_executions = 0;
  std::uint64_t m_other_rule_sets = 0;
  std::optional<audit::TreeHead> m_token_head;
};

}  // namespace dbw::workflow
