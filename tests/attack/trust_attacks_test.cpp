#include "support/paths.hpp"
#include "trust_scene.hpp"

/// Attacks on trust that are more than a row of a table.
namespace dbw::test {
namespace {

/// Without this every row above would pass on a verifier that refuses everything.
TEST(TrustAttacks, HonestWorldPasses) {
  const TokenScene scene;
  EXPECT_TRUE(scene.judgement.satisfied);
  EXPECT_TRUE(scene.judgement.missing.empty());
  EXPECT_EQ(scene.judgement.approvals.size(), 4u);
  EXPECT_TRUE(
      scene.verify(trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer").seed))).got_through);
}

TEST(TrustAttacks, Row50UnsignedPolicyIsIgnoredAndTheOldOneHolds) {
  World world;
  world.policies.push_back(
      signed_document("policy", replaced(policy_yaml(2, link(policy_yaml())), "need: 2", "need: 1"), {"rita"}));
  const trust::Authority authority = world.authority();
  EXPECT_EQ(authority.policy().version, 1);
  ASSERT_FALSE(authority.notes().empty());
  EXPECT_EQ(authority.notes().front().code, ErrorCode::trust_threshold);
}

TEST(TrustAttacks, Row110SuspensionsNeverTouchSigningOfPolicy) {
  World world;
  world.suspend("people: [rita, rob, rose]");
  EXPECT_EQ(world.authority().policy().version, 1);
}

TEST(TrustAttacks, Row40DecisionSeenInTheLogStillCountsWhenItsRefIsGone) {
  const World world;
  const trust::DecisionInput no = honest(world, "bob", DecisionKind::reject, '3');
  std::vector<trust::DecisionInput> from_refs = approvals(world);
  EXPECT_TRUE(world.judge(from_refs).satisfied);
  from_refs.push_back(no);  // what the log holds is judged together with what the refs hold
  EXPECT_EQ(world.judge(from_refs).rejected_by, std::vector<std::string>{"bob"});
}

TEST(TrustAttacks, Row60EveryFlippedTokenByteIsRefused) {
  const TokenScene scene;
  const std::string line = model::encode_envelope_line(
      trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer").seed)));
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::string flipped = line;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    const Outcome outcome = thrown([&] {
      const Outcome inner = scene.verify(model::decode_envelope_line(flipped));
      if (!inner.got_through) throw Error(*inner.codes.begin(), "refused");
    });
    EXPECT_FALSE(outcome.got_through) << "byte " << i;
  }
}

/// The outside vectors are about text that is no decision, so even the good one only proves a name; none may ever
/// count.
TEST(TrustAttacks, Rows28To36CommitVectorsNeverCount) {
  const auto folder = vectors_dir() / "generated/git-commits";
  DBW_NEEDS_FOLDER(folder);
  World world;
  const std::vector<std::string> allowed = split(slurp(folder / "allowed_signers"), '\n');
  std::string roster = roster_yaml();
  for (const auto& [name, line] : {std::pair{"carol", allowed.at(0)}, {"bob", allowed.at(1)}}) {
    const std::vector<std::string> words = split(line, ' ');
    roster = replaced(replaced(roster, key_line(name), words.at(1) + " " + words.at(2)),
                      fmt::format("{}@example.org", name), words.at(0));
  }
  world.set_roster(roster);
  std::map<std::string, ErrorCode> codes;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".commit") continue;
    const trust::JudgedDecisions result = world.judge({{"carol", slurp(entry.path())}});
    ASSERT_EQ(result.decisions.size(), 1u);
    EXPECT_FALSE(result.decisions[0].authentic) << entry.path();
    ASSERT_FALSE(result.decisions[0].refusals.empty()) << entry.path();
    codes[entry.path().stem()] = result.decisions[0].refusals.front().code;
  }
  EXPECT_EQ(codes.size(), 22u);
  EXPECT_EQ(codes.at("ok"), ErrorCode::decision_grammar);
  EXPECT_EQ(codes.at("signed_by_bob_claims_alice"), ErrorCode::decision_grammar);
  EXPECT_EQ(codes.at("tampered_message"), ErrorCode::sshsig_bad_signature);
  EXPECT_EQ(codes.at("tampered_tree"), ErrorCode::sshsig_bad_signature);
  EXPECT_EQ(codes.at("namespace_file"), ErrorCode::sshsig_namespace);
  EXPECT_EQ(codes.at("armor_rewrapped"), ErrorCode::sshsig_not_canonical);
  EXPECT_EQ(codes.at("sshsig_reserved_nonempty"), ErrorCode::sshsig_not_canonical);
  EXPECT_EQ(codes.at("unsigned"), ErrorCode::commit_unsigned);
  EXPECT_EQ(codes.at("signature_in_message_body"), ErrorCode::commit_unsigned);
}

}  // namespace
}  // namespace dbw::test
