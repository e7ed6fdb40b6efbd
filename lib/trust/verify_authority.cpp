#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "trust/authority_state.hpp"
#include "trust/candidates.hpp"
#include "trust/lint.hpp"
#include "trust/refusals.hpp"
#include "trust/root_chain.hpp"
#include "trust/signers.hpp"

namespace dbw::trust {

struct AuthorityBuilder {
  static Authority build(std::shared_ptr<const AuthorityState> state) { return Authority(std::move(state)); }
  static const AuthorityState& state(const Authority& authority) { return *authority.m_state; }
};

namespace {

/// How one kind of document (roster or policy) is chosen among its versions.
struct Choice {
  std::string_view kind;
  const model::RootRole* role;
  model::VersionedDigest mark;
  std::int64_t version_min;
};

template <typename Document>
using Candidates = std::vector<Parsed<Document>>;

/// Of the documents with one version the one that is signed by enough people; nullptr where there is none.
template <typename Document>
const Parsed<Document>* signed_one(const model::Root& root, const Choice& choice,
                                   const Candidates<Document>& candidates, std::int64_t version,
                                   std::vector<Refusal>& notes) {
  const Parsed<Document>* found = nullptr;
  for (const Parsed<Document>& candidate : candidates) {
    if (candidate.value.version != version) continue;
    const Signers signers = count_signers(root, *choice.role, choice.kind, *candidate.source);
    notes.insert(notes.end(), signers.notes.begin(), signers.notes.end());
    if (!reaches(*choice.role, signers)) {
      notes.push_back(threshold_refusal(*candidate.source, choice.kind, *choice.role, signers));
      continue;
    }
    if (found != nullptr && found->digest != candidate.digest) {
      throw Error(ErrorCode::trust_equivocation,
                  fmt::format("{} and {}: two different documents of version {}, both signed", found->source->name,
                              candidate.source->name, version));
    }
    found = &candidate;
  }
  return found;
}

template <typename Document>
const Parsed<Document>& newest_signed(const model::Root& root, const Choice& choice,
                                      const Candidates<Document>& candidates, std::vector<Refusal>& notes) {
  std::set<std::int64_t, std::greater<>> versions;
  for (const Parsed<Document>& candidate : candidates) versions.insert(candidate.value.version);
  for (const std::int64_t version : versions) {
    if (const Parsed<Document>* found = signed_one(root, choice, candidates, version, notes)) return *found;
  }
  if (choice.mark.version > 0) {
    throw_refusals({{ErrorCode::trust_rollback, fmt::format("{} {} was seen before, now there is no valid one",
                                                            choice.kind, choice.mark.version)}},
                   notes);
  }
  const ErrorCode code = notes.empty() ? ErrorCode::trust_missing : notes.back().code;
  throw_refusals({{code, fmt::format("no valid {} was found", choice.kind)}}, notes);
}

template <typename Document>
void require_not_older(const Choice& choice, const Parsed<Document>& best, const std::vector<Refusal>& notes) {
  const std::int64_t least = std::max(choice.mark.version, choice.version_min);
  if (best.value.version < least) {
    throw_refusals(
        {{ErrorCode::trust_rollback, fmt::format("{}: {} {} is the newest valid one, but at least {} is needed",
                                                 best.source->name, choice.kind, best.value.version, least)}},
        notes);
  }
  if (best.value.version == choice.mark.version && best.digest != choice.mark.sha256) {
    throw Error(ErrorCode::trust_equivocation, fmt::format("{}: {} {} differs from the one seen before",
                                                           best.source->name, choice.kind, best.value.version));
  }
}

/// Follows `prev` from the newest document down to the high-water mark. The documents between need no valid signatures
/// of today: the newest one's signers vouch for them by digest.
template <typename Document>
void require_links(const Choice& choice, const Candidates<Document>& candidates, const Parsed<Document>& best) {
  const Parsed<Document>* at = &best;
  while (choice.mark.version > 0 && at->value.version > choice.mark.version) {
    const Digest prev = at->value.prev.value_or(Digest{});
    if (at->value.version - 1 == choice.mark.version) {
      if (prev != choice.mark.sha256) {
        throw Error(ErrorCode::trust_prev_mismatch, fmt::format("{}: prev is not the digest of {} {} seen before",
                                                                at->source->name, choice.kind, choice.mark.version));
      }
      return;
    }
    const auto found = std::find_if(candidates.begin(), candidates.end(),
                                    [&](const Parsed<Document>& candidate) { return candidate.digest == prev; });
    if (found == candidates.end() || found->value.version != at->value.version - 1) {
      const bool other = std::any_of(candidates.begin(), candidates.end(), [&](const auto& candidate) {
        return candidate.value.version == at->value.version - 1;
      });
      throw Error(other ? ErrorCode::trust_prev_mismatch : ErrorCode::trust_version_gap,
                  fmt::format("{}: {} {} before it {}", at->source->name, choice.kind, at->value.version - 1,
                              other ? "is another one than its prev names" : "is missing"));
    }
    at = &*found;
  }
}

template <typename Document>
const Parsed<Document>& choose(const model::Root& root, const Choice& choice, const Candidates<Document>& candidates,
                               std::vector<Refusal>& notes) {
  const Parsed<Document>& best = newest_signed(root, choice, candidates, notes);
  require_not_older(choice, best, notes);
  require_links(choice, candidates, best);
  if (best.value.root_version > root.version) {
    throw Error(ErrorCode::trust_rollback,
                fmt::format("{}: was made under root {}, but the newest valid root here is {}", best.source->name,
                            best.value.root_version, root.version));
  }
  return best;
}

/// True where the document has expired within the grace; throws beyond it.
bool require_alive(const SignedDocument& document, Timestamp expires_at, Timestamp now, Seconds grace,
                   const std::vector<Refusal>& notes) {
  if (now < expires_at) return false;
  if (now < expires_at + grace) return true;
  throw_refusals({{ErrorCode::trust_expired, fmt::format("{}: expired at {}", document.name, expires_at.text())}},
                 notes);
}

/// One person of the suspend role is enough, and it has to be the one whom the document names.
std::optional<Refusal> judge_suspension(const model::Root& root, const SignedDocument& document,
                                        const model::Suspension& suspension) {
  const Signers signers = count_signers(root, root.suspend, "suspension", document);
  if (signers.people.count(suspension.by) != 0) return std::nullopt;
  if (!signers.notes.empty()) return signers.notes.front();
  return Refusal{ErrorCode::trust_threshold, fmt::format("{}: it is not signed by {}", document.name, suspension.by)};
}

void apply_suspensions(const std::vector<SignedDocument>& documents, AuthorityState& state) {
  const std::vector<std::string>& lifts = state.policy.lifts;
  std::set<Digest> seen;  // the sources overlap
  std::vector<const Parsed<model::Suspension>*> in_force;
  const auto all = parse_all(documents, model::parse_suspension, state.pin.repo_id, state.notes);
  for (const Parsed<model::Suspension>& parsed : all) {
    const model::Suspension& suspension = parsed.value;
    if (const auto refusal = judge_suspension(state.root, *parsed.source, suspension)) {
      state.notes.push_back(*refusal);
      continue;
    }
    if (std::find(lifts.begin(), lifts.end(), suspension.id()) != lifts.end()) continue;
    if (!seen.insert(parsed.digest).second) continue;
    state.suspended_people.insert(suspension.people.begin(), suspension.people.end());
    state.suspended_keys.insert(suspension.keys.begin(), suspension.keys.end());
    state.suspended_machines.insert(suspension.machines.begin(), suspension.machines.end());
    in_force.push_back(&parsed);
  }
  std::sort(in_force.begin(), in_force.end(), [](const auto* a, const auto* b) {
    return std::pair(a->value.id(), a->digest) < std::pair(b->value.id(), b->digest);
  });
  for (const Parsed<model::Suspension>* each : in_force) {
    state.suspensions.push_back(each->value);
    const std::string& by = each->value.by;
    state.suspension_documents.push_back(
        {each->source->name, each->source->bytes, {{by, each->source->signatures.at(by)}}});
  }
}

/// Keys that a person may be surprised to find useless.
void note_unadmitted_keys(AuthorityState& state) {
  for (const auto& [name, person] : state.roster.people) {
    for (const model::PersonKey& key : person.keys) {
      if (state.policy.admits(key.key)) continue;
      state.notes.push_back(
          {ErrorCode::key_type_not_admitted,
           fmt::format("{}: key {} of {} does not count: policy {} does not list {}", state.roster_document.name,
                       key.key.id.text(), name, state.policy.version, key.key.algorithm())});
    }
  }
}

/// Points into the state's own roster, so it comes last.
void index_keys(AuthorityState& state) {
  for (const auto& [name, person] : state.roster.people) {
    for (const model::PersonKey& key : person.keys) state.keys[key.key.id] = {&person, &key, nullptr};
  }
  for (const auto& [name, machine] : state.roster.machines) state.keys[machine.key.id] = {nullptr, nullptr, &machine};
}

void take_root(AuthorityState& state, const TrustInput& input, const TrustMarks& marks, Timestamp now) {
  const RootChain chain = follow_roots(state.pin, input.roots, marks.root, state.notes);
  require_alive(*chain.source, chain.root.expires_at, now, Seconds(0), state.notes);
  state.root = chain.root;
  state.root_document = *chain.source;
  state.marks.root = {chain.root.version, chain.digest};
}

/// Chooses the roster or policy in force among `documents`.
template <typename Document>
void take(AuthorityState& state, const Choice& choice, const std::vector<SignedDocument>& documents,
          Document (*parse)(std::string_view, std::string_view), Document& value, SignedDocument& source,
          model::VersionedDigest& mark) {
  std::vector<Refusal> notes;
  const Candidates<Document> candidates = parse_all(documents, parse, state.pin.repo_id, notes);
  const Parsed<Document>& best = choose(state.root, choice, candidates, notes);
  value = best.value;
  source = *best.source;
  mark = {best.value.version, best.digest};
  state.notes.insert(state.notes.end(), notes.begin(), notes.end());
}

void require_lint(const AuthorityState& state) {
  std::vector<Refusal> refusals = lint_roster(state.root, state.roster);
  const std::vector<Refusal> more = lint_policy(state.roster, state.policy);
  refusals.insert(refusals.end(), more.begin(), more.end());
  if (!refusals.empty()) throw_refusals(refusals);
}

/// Checks one document and writes down which one it took. What was seen before is local, so a trace names it only where
/// it decides.
template <typename Take>
void trace_document(AuthorityState& state, std::string_view id, const model::VersionedDigest& seen, Take take_it) {
  model::TraceInputs inputs;
  try {
    const auto [taken, expires_at] = take_it();
    inputs = {
        {"version", std::to_string(taken.version)}, {"sha256", taken.sha256.text()}, {"expires_at", expires_at.text()}};
  } catch (const Error& error) {
    if (seen.version > 0) inputs = {{"seen", fmt::format("{} {}", seen.version, seen.sha256.text())}};
    state.trace.failed(id, "", std::move(inputs), error.code());
    throw;
  }
  state.trace.passed(id, "", std::move(inputs));
}

void take_documents(AuthorityState& state, const TrustInput& input, const TrustMarks& marks, Timestamp now) {
  trace_document(state, "trust.root", marks.root, [&] {
    take_root(state, input, marks, now);
    return std::pair(state.marks.root, state.root.expires_at);
  });
  trace_document(state, "trust.roster", marks.roster, [&] {
    take(state, {"roster", &state.root.roster, marks.roster, 1}, input.rosters, model::parse_roster, state.roster,
         state.roster_document, state.marks.roster);
    return std::pair(state.marks.roster, state.roster.expires_at);
  });
  trace_document(state, "trust.policy", marks.policy, [&] {
    take(state, {"policy", &state.root.policy, marks.policy, state.pin.min_policy_version}, input.policies,
         model::parse_policy, state.policy, state.policy_document, state.marks.policy);
    return std::pair(state.marks.policy, state.policy.expires_at);
  });
}

void require_in_force(AuthorityState& state, Timestamp now) {
  require_alive(state.roster_document, state.roster.expires_at, now, Seconds(0), state.notes);
  state.policy_expired = require_alive(state.policy_document, state.policy.expires_at, now,
                                       Seconds(k_policy_grace_days * 86400), state.notes);
  if (state.policy_expired) {
    state.notes.push_back(
        {ErrorCode::trust_expired,
         fmt::format("{}: expired at {}; only break_glass requests run, for {} days from then",
                     state.policy_document.name, state.policy.expires_at.text(), k_policy_grace_days)});
  }
}

void judge_documents(AuthorityState& state, const TrustInput& input, Timestamp now) {
  state.trace.run("trust.expiry", "",
                  {{"roster", state.roster.expires_at.text()}, {"policy", state.policy.expires_at.text()}},
                  [&](model::TraceInputs&) { require_in_force(state, now); });
  state.trace.run("trust.lint", "", {}, [&](model::TraceInputs&) { require_lint(state); });
  state.trace.run("trust.suspensions", "", {}, [&](model::TraceInputs& inputs) {
    apply_suspensions(input.suspensions, state);
    for (const model::Suspension& suspension : state.suspensions) inputs.push_back({"suspension", suspension.id()});
  });
  note_unadmitted_keys(state);
}

}  // namespace

Authority verify_authority(const model::Pin& pin, const TrustInput& input, const TrustMarks& marks, Timestamp now,
                           model::Trace* trace) {
  const auto state = std::make_shared<AuthorityState>();
  state->pin = pin;
  state->trace.repo_id = pin.repo_id;
  state->trace.at = now;
  try {
    take_documents(*state, input, marks, now);
    judge_documents(*state, input, now);
    index_keys(*state);
    Authority authority = AuthorityBuilder::build(state);
    const Timestamp floor = issued_floor(authority);
    state->trace.run("trust.clock", "", {{"floor", floor.text()}},
                     [&](model::TraceInputs&) { require_clock(now, floor); });
    if (trace != nullptr) *trace = state->trace;
    return authority;
  } catch (const Error&) {
    if (trace != nullptr) *trace = state->trace;
    throw;
  }
}

Authority suppose(const Authority& authority, const model::Roster* roster, const model::Policy* policy) {
  const auto state = std::make_shared<AuthorityState>(AuthorityBuilder::state(authority));
  state->supposed = true;
  if (roster != nullptr) state->roster = *roster;
  if (policy != nullptr) {
    state->policy = *policy;
    state->policy_expired = false;
  }
  state->keys.clear();  // they point into the roster that was copied from
  index_keys(*state);
  return AuthorityBuilder::build(state);
}

}  // namespace dbw::trust
