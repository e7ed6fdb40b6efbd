#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "support/trust_world.hpp"
#include "trust/lint.hpp"

/// Attacks on trust: who may say yes, to what, for how long. Every row edits an in-memory repository as its attacker
/// could and names the one error that must come of it.
namespace dbw::test {

using model::DecisionKind;

/// What the verifier said: every code it gave, and whether the attacker got through.
struct Outcome {
  std::set<ErrorCode> codes;
  bool got_through = false;
};

inline Outcome thrown(const std::function<void()>& attempt) {
  try {
    attempt();
    return {{}, true};
  } catch (const Error& error) {
    return {{error.code()}, false};
  }
}

inline Outcome authority_of(const World& world) {
  return thrown([&] { world.authority(); });
}

inline Outcome judged(const World& world, const std::vector<trust::DecisionInput>& inputs) {
  const trust::JudgedDecisions result = world.judge(inputs);
  Outcome out{{}, result.satisfied};
  for (const trust::JudgedDecision& decision : result.decisions) {
    for (const Refusal& refusal : decision.refusals) out.codes.insert(refusal.code);
  }
  return out;
}

/// The three approvals that satisfy prod-write.
inline std::vector<trust::DecisionInput> approvals(const World& world) {
  return {honest(world, "bob"), honest(world, "carol"), honest(world, "dana"), honest(world, "dave")};
}

/// dave and carol are honest; the attacker tries to make up the missing second dba.
inline Outcome one_short(const World& world, const trust::DecisionInput& forged) {
  return judged(world, {honest(world, "dave"), honest(world, "carol"), forged});
}

/// bob's decision with one field changed, signed by bob.
inline Outcome altered(const std::function<void(model::Decision&)>& change) {
  const World world;
  model::Decision decision = world.decision("bob");
  change(decision);
  return one_short(world, {"bob", signed_commit("bob", identity_of("bob"), model::render_decision(decision))});
}

/// bob's honest approval with other raw bytes.
inline Outcome altered_commit(const std::function<std::string(std::string)>& change) {
  const World world;
  return one_short(world, {"bob", change(honest(world, "bob").commit)});
}

/// A decision made before the world changed.
inline Outcome stale_after(const std::function<void(World&)>& change) {
  World world;
  const std::vector<trust::DecisionInput> before = approvals(world);
  change(world);
  return judged(world, before);
}

inline std::string link(const std::string& yaml) { return crypto::sha256(yaml).text(); }

inline Outcome root_two(const std::vector<std::string>& signers, std::string_view holders, std::string_view prev = {}) {
  World world;
  const std::string two = root_yaml(2, prev.empty() ? link(root_yaml()) : std::string(prev), holders);
  world.roots.push_back(signed_document("root", two, signers));
  Outcome out = thrown([&] {
    if (world.authority().root().version != 2) throw Error(world.authority().notes().back().code, "ignored");
  });
  return out;
}

inline Outcome policy_change(const std::function<std::string(std::string)>& change) {
  World world;
  world.set_policy(change(policy_yaml()));
  return authority_of(world);
}
inline Outcome roster_change(const std::function<std::string(std::string)>& change) {
  World world;
  world.set_roster(change(roster_yaml()));
  return authority_of(world);
}

struct TokenScene {
  World world;
  trust::Authority authority = world.authority();
  trust::JudgedDecisions judgement = world.judge(approvals(world));
  trust::TokenFacts facts = trust::token_facts(authority, world.verified(authority), world.match(authority),
                                               world.bindings(authority), judgement, {5, crypto::sha256("head")});
  model::Token token = trust::make_token(facts, "issuer", std::string(32, 'c'), k_now, Seconds(300));

  Outcome verify(const model::Envelope& envelope) const {
    return thrown([&] { trust::verify_token(authority, envelope, facts, k_now); });
  }
};

inline Outcome token_changed(const std::function<void(model::Token&)>& change) {
  TokenScene scene;
  change(scene.token);
  return scene.verify(trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer").seed)));
}
inline Outcome token_signed_by(std::string_view key) {
  const TokenScene scene;
  return scene.verify(trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key(key).seed)));
}
inline Outcome envelope_changed(const std::function<void(model::Envelope&)>& change) {
  const TokenScene scene;
  model::Envelope envelope = trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer").seed));
  change(envelope);
  return scene.verify(envelope);
}
inline Outcome envelope_text(const std::function<std::string(std::string)>& change) {
  const TokenScene scene;
  const std::string text =
      model::emit_envelope(trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer").seed)));
  return thrown([&] { scene.verify(model::parse_envelope(change(text))); });
}

inline Outcome request_changed(const std::function<std::string(std::string)>& change,
                               std::string_view signer = "alice") {
  World world;
  world.request = change(world.request);
  world.request_signer = signer;
  const trust::Authority authority = world.authority();
  return thrown([&] { world.verified(authority); });
}

inline Outcome matched(const std::function<void(World&)>& change) {
  World world;
  change(world);
  const trust::Match match = world.match(world.authority());
  Outcome out{{}, match.matched()};
  for (const Refusal& refusal : match.refusals) out.codes.insert(refusal.code);
  return out;
}

inline Outcome file_of(std::string_view bytes) {
  return thrown([&] { trust::require_file({"backfill.sql", crypto::sha256(bytes)}, bytes, 1000); });
}

struct Attack {
  int row;
  const char* name;
  ErrorCode expected;
  std::function<Outcome()> run;
};

/// The attack fails, with the error that its row names among those that come of it.
inline void expect_failure(const Attack& attack) {
  const Outcome outcome = attack.run();
  EXPECT_FALSE(outcome.got_through);
  std::string found;
  for (const ErrorCode code : outcome.codes) found += std::string(error_info(code).name) + " ";
  EXPECT_TRUE(outcome.codes.count(attack.expected)) << "row " << attack.row << ", " << attack.name << ": expected "
                                                    << error_info(attack.expected).name << ", found " << found;
}

inline std::string attack_name(const ::testing::TestParamInfo<Attack>& info) {
  std::string name = fmt::format("row{}_{}_{}", info.param.row, info.index, info.param.name);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

}  // namespace dbw::test
