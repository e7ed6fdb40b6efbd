#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/token.hpp"
#include "model/trace.hpp"
#include "model/trust_documents.hpp"
#include "trust/signed_document.hpp"

/// trust answers "who said yes, and is it enough?" over bytes and a time. It does no I/O, reads no clock and no
/// environment, and believes nothing but the pin.
namespace dbw::trust {

/// Every version of every document that the trusted ref holds, in any order. File names are not believed; content
/// decides.
struct TrustInput {
  std::vector<SignedDocument> roots;
  std::vector<SignedDocument> rosters;
  std::vector<SignedDocument> policies;
  std::vector<SignedDocument> suspensions;  ///< union of Git, the executor's folder and the target's table
};

/// High-water marks. Version 0: nothing seen yet.
struct TrustMarks {
  model::VersionedDigest root, roster, policy;
  friend bool operator==(const TrustMarks&, const TrustMarks&) = default;
};

/// Whose key it is: exactly one of person and machine is set. Pointers live as long as the Authority.
struct KeyOwner {
  const model::Person* person = nullptr;
  const model::PersonKey* key = nullptr;
  const model::Machine* machine = nullptr;
};

struct AuthorityState;

/// The verified root, roster, policy and suspensions of one moment. Only verify_authority makes one. Cheap to copy
/// (shared, immutable).
class Authority {
 public:
  const model::Pin& pin() const;
  const model::Root& root() const;
  const model::Roster& roster() const;
  const model::Policy& policy() const;
  /// Versions and digests of the three documents in force: the next high-water marks, and what a token binds.
  const TrustMarks& marks() const;
  /// The documents in force, for the evidence: root (last of the chain), roster, policy.
  const SignedDocument& root_document() const;
  const SignedDocument& roster_document() const;
  const SignedDocument& policy_document() const;

  /// Policy has expired, at most 14 days ago: only break_glass matches a workflow.
  bool policy_expired() const;
  /// Suspensions in force (lifted ones left out), sorted by id.
  const std::vector<model::Suspension>& suspensions() const;
  /// The same in the same order as documents, each with the one signature that counts.
  const std::vector<SignedDocument>& suspension_documents() const;
  /// By the person's own name or by their human's.
  bool person_suspended(const model::Person& person) const;
  bool key_suspended(const KeyId& key) const;
  bool machine_suspended(std::string_view machine) const;

  /// Nullptr where the roster has no such person.
  const model::Person* find_person(std::string_view name) const;
  /// Nullptr where the roster has no such machine.
  const model::Machine* find_machine(std::string_view name) const;
  /// nullopt where no person and no machine of the roster has this key.
  std::optional<KeyOwner> find_key(const KeyId& key) const;
  /// Throws Error{trust_unknown_database}.
  const model::DatabaseEntry& database(std::string_view name) const;
  /// Throws Error{trust_unknown_database} for either name.
  const model::EnvironmentEntry& environment(std::string_view database, std::string_view environment) const;

  /// What did not stop verification but a person must see: documents that were ignored and why, signatures that do not
  /// count, an expired policy.
  const std::vector<Refusal>& notes() const;
  /// The checks of stage `trust`, all passed: what a request's trace begins with.
  const model::Trace& trace() const;

  /// Made by suppose(): nobody has verified its documents. It explains, and authenticates no request.
  bool supposed() const;

 private:
  explicit Authority(std::shared_ptr<const AuthorityState> state) : m_state(std::move(state)) {}
  friend struct AuthorityBuilder;
  std::shared_ptr<const AuthorityState> m_state;
};

/// DESIGN section 5, steps 1 to 4. A document that its role's threshold did not sign is ignored and noted (the old one
/// holds); a document that enough people signed and that breaks a rule stops verification. Throws Error with
/// trust_pin_missing, trust_missing, trust_rollback, trust_equivocation, trust_version_gap, trust_prev_mismatch,
/// trust_threshold, trust_expired, trust_wrong_repository, and the codes of lint (lint.hpp); trust_root_steps where
/// there are more roots than k_root_steps_max. `trace` receives the checks up to the one that failed.
Authority verify_authority(const model::Pin& pin, const TrustInput& input, const TrustMarks& marks, Timestamp now,
                           model::Trace* trace = nullptr);

/// What would hold if `roster` or `policy` (null: the one in force) came into force: for explanations of drafts. The
/// answer is marked: authenticate_request and verify_token throw Error{trust_supposed} for it, so it cannot let
/// anything run.
Authority suppose(const Authority& authority, const model::Roster* roster, const model::Policy* policy);

/// The freshest `issued_at` of the three documents: one of the times below which the clock cannot be right.
Timestamp issued_floor(const Authority& authority);

/// The clock floor: throws Error{trust_clock} where now < floor - k_clock_skew_seconds. `floor` is the newest of build
/// date, issued_floor, newest log entry, newest cosignature.
void require_clock(Timestamp now, Timestamp floor);

}  // namespace dbw::trust
