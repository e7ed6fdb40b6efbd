#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/decision.hpp"
#include "trust/matching.hpp"
#include "trust/requests.hpp"

namespace dbw::trust {

/// One commit of one person's ref, as found.
struct DecisionInput {
  std::string person;  ///< whose ref it was found on: dbw/approvals/<id>/<person>
  std::string commit;  ///< raw object bytes
};

/// The verifier's own values that are neither in the request nor in the match.
struct Bindings {
  Digest verdict_sha256;
  Digest terms_sha256;
};

struct JudgedDecision {
  Digest
      payload;  ///< SHA-256 of the signed payload, the decision's identity; of the raw bytes where they are no commit
  std::string person;                       ///< whose ref it came from
  std::string human;                        ///< empty unless the signer is known
  std::optional<model::Decision> decision;  ///< absent where it could not be read
  KeyId key;                                ///< empty where there was no signature
  bool authentic = false;                   ///< really this person's word on this request, whatever it is worth
  bool valid = false;                       ///< authentic and every condition of its kind holds
  bool stale = false;       ///< authentic, but for other content or terms; the refusals say what changed
  bool revoked = false;     ///< its own human took it back
  bool suspended = false;   ///< by a suspended person or key: it counts where it says no, and nowhere else
  bool same_human = false;  ///< profile solo: the requester's other security key; must be named wherever it is shown
  std::vector<Refusal> refusals;  ///< why it is not valid
  model::Trace trace;             ///< the checks of stage `decision`
};

struct FilledStep {
  std::string step, human, person;
  Digest payload;
};
struct MissingStep {
  std::string step;
  int count = 0;
  std::vector<std::string> could_fill;  ///< people who still may, sorted
};

struct JudgedDecisions {
  std::vector<JudgedDecision> decisions;  ///< each payload once, sorted by payload digest
  std::vector<FilledStep> filled;         ///< sorted by step, human
  std::vector<MissingStep> missing;       ///< sorted by step
  std::vector<std::string> rejected_by;   ///< humans whose rejection stands
  bool satisfied = false;                 ///< all steps filled (or auto-approved) and nobody rejects
  std::vector<Digest> approvals;  ///< valid approvals that count, sorted by (step, human, digest): what a token lists
};

/// DESIGN section 8. The order and number of copies of `inputs` never matter. Rejections and revocations hold whatever
/// happens to verdict, terms and time afterwards; only approvals go stale or expire. Nor does a suspension silence a
/// no: the rejections of suspended people hold, and so do their revocations of approvals. A match that did not match
/// satisfies nothing. Throws Error{trust_too_many_decisions} above k_decisions_max.
JudgedDecisions judge_decisions(const Authority& authority, const VerifiedRequest& request, const Match& match,
                                const Bindings& bindings, const std::vector<DecisionInput>& inputs, Timestamp now);

/// Throws Error{trust_rejected, trust_approvals_missing} that names who rejected or which steps are open and who may
/// fill them.
void require_satisfied(const JudgedDecisions& judged);

/// What the person is about to sign, bindings filled in by the verifier's own code; `nonce` is 32 hex digits. Throws
/// Error{trust_not_eligible, trust_self_approval, trust_inactive_person, trust_suspended, trust_unknown_person} where
/// the decision could never count. `not_after` is now + the workflow's approval_ttl, or the request's end if that is
/// earlier.
model::Decision draft_decision(const Authority& authority, const VerifiedRequest& request, const Match& match,
                               const Bindings& bindings, model::DecisionKind kind, std::string_view person,
                               std::string_view nonce, Timestamp now);

}  // namespace dbw::trust
