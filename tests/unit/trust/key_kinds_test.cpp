#include <map>
#include <set>

#include "support/software_keys.hpp"
#include "support/trust_world.hpp"

/// Attacks with keys of the kinds that a policy may admit, and with signatures of other systems. Rows carry the numbers
/// of the project's threat table.
namespace dbw::test {
namespace {

/// carol signs with this key instead of her own.
struct KeyWorld {
  explicit KeyWorld(SoftwareKey carols, std::string_view policy_lines = {}, std::string_view pin = {})
      : key(std::move(carols)) {
    const std::string entry = fmt::format("{{key: \"{}\", uses: [request, approve]{}}}", key.key.text(), pin);
    world.set_roster(replaced(roster_yaml(), person_yaml("carol", "dba"), person_yaml("carol", "dba", entry)));
    world.set_policy(policy_yaml() + std::string(policy_lines));
  }

  trust::DecisionInput approval(const SignChange& change = {}) const {
    const std::string payload = codec::commit_payload(std::string(40, '1'), std::string(40, '2'), identity_of("carol"),
                                                      model::render_decision(world.decision("carol")));
    return {"carol", codec::insert_signature(payload, sign_with(key, "git", payload, change))};
  }

  /// dave and dana are honest; carol's approval is the second dba's.
  trust::JudgedDecisions judge(std::vector<trust::DecisionInput> carols) const {
    carols.push_back(honest(world, "dave"));
    carols.push_back(honest(world, "dana"));
    return world.judge(carols);
  }

  World world;
  SoftwareKey key;
};

std::set<ErrorCode> codes_of(const trust::JudgedDecisions& judged) {
  std::set<ErrorCode> codes;
  for (const trust::JudgedDecision& decision : judged.decisions) {
    for (const Refusal& refusal : decision.refusals) codes.insert(refusal.code);
  }
  return codes;
}

struct Kind {
  const char* algorithm;
  SoftwareKey (*make)();
};
const Kind k_kinds[] = {{"ecdsa-sha2-nistp256", [] { return make_ecdsa(); }},
                        {"sk-ecdsa-sha2-nistp256@openssh.com", [] { return make_ecdsa(true); }},
                        {"rsa-sha2-512", [] { return make_rsa(); }}};

std::string admitting(std::string_view algorithms) { return fmt::format("key_algorithms: [{}]\n", algorithms); }

TEST(KeyKinds, AKindCountsOnlyWhereThePolicyListsIt) {
  for (const Kind& kind : k_kinds) {
    const SoftwareKey key = kind.make();
    const KeyWorld admitted(key, admitting(kind.algorithm));
    EXPECT_TRUE(admitted.judge({admitted.approval()}).satisfied) << kind.algorithm;
    EXPECT_TRUE(admitted.world.authority().notes().empty());
    std::string others;
    for (const Kind& other : k_kinds) {
      if (other.algorithm != kind.algorithm) others += (others.empty() ? "" : ", ") + std::string(other.algorithm);
    }
    // bob is the third dba, so that the policy still has its people.
    const KeyWorld refused(key, admitting(others));
    const trust::JudgedDecisions judged = refused.judge({refused.approval()});
    EXPECT_FALSE(judged.satisfied) << kind.algorithm;
    EXPECT_EQ(codes_of(judged), std::set{ErrorCode::key_type_not_admitted}) << kind.algorithm;
    const std::vector<Refusal> notes = refused.world.authority().notes();
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_EQ(notes[0].code, ErrorCode::key_type_not_admitted);
  }
}

TEST(KeyKinds, AStepThatOnlyUnadmittedKeysCouldFillIsAPolicyError) {
  World world;
  const std::string entry = fmt::format("{{key: \"{}\", uses: [approve]}}", make_ecdsa().key.text());
  world.set_roster(replaced(roster_yaml(), person_yaml("erin", "security"), person_yaml("erin", "security", entry)));
  EXPECT_THROW(
      {
        try {
          world.authority();
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), ErrorCode::trust_step_unfillable);
          throw;
        }
      },
      Error);
  world.set_policy(policy_yaml() + admitting("ecdsa-sha2-nistp256"));
  EXPECT_NO_THROW(world.authority());
}

TEST(KeyKinds, ARequestBySuchAKeyIsRefusedAsWell) {
  for (const bool admitted : {false, true}) {
    KeyWorld scene(make_ecdsa(), admitted ? admitting("ecdsa-sha2-nistp256") : "");
    scene.world.request =
        replaced(replaced(request_yaml(), "requester: alice", "requester: carol"), "[alice]", "[carol]");
    const std::string armour = sign_with(scene.key, "dbw-request-v1", scene.world.request);
    const trust::Authority authority = scene.world.authority();
    std::optional<ErrorCode> code;
    try {
      trust::verify_request(authority, {"request.yaml", scene.world.request, armour}, k_now);
    } catch (const Error& error) {
      code = error.code();
    }
    EXPECT_EQ(code, admitted ? std::nullopt : std::optional(ErrorCode::key_type_not_admitted));
  }
}

TEST(KeyKinds, Row29TwoEncodingsOfOneEcdsaApprovalCountOnce) {
  const KeyWorld scene(make_ecdsa(), admitting("ecdsa-sha2-nistp256"));
  const trust::DecisionInput one = scene.approval();
  const trust::DecisionInput other = scene.approval({.other_s = true});
  ASSERT_NE(one.commit, other.commit);
  const trust::JudgedDecisions judged = scene.judge({one, other});
  EXPECT_TRUE(judged.satisfied);
  EXPECT_EQ(judged.decisions.size(), 3u);
  // Without the other dba: still one short.
  EXPECT_FALSE(scene.world.judge({one, other, honest(scene.world, "dave")}).satisfied);
}

TEST(KeyKinds, Row34BothKindsOfSecurityKeyNeedTouchAndPin) {
  for (const bool ecdsa : {false, true}) {
    const SoftwareKey key = ecdsa ? make_ecdsa(true) : make_ed25519(true);
    const KeyWorld scene(key, admitting("sk-ecdsa-sha2-nistp256@openssh.com"), ", pin: required");
    EXPECT_TRUE(scene.judge({scene.approval({.flags = 5})}).satisfied);
    EXPECT_EQ(codes_of(scene.judge({scene.approval({.flags = 1})})), std::set{ErrorCode::trust_pin_required});
    EXPECT_EQ(codes_of(scene.judge({scene.approval({.flags = 4})})), std::set{ErrorCode::sshsig_no_touch});
    EXPECT_EQ(codes_of(scene.judge({scene.approval({.flags = 0})})), std::set{ErrorCode::sshsig_no_touch});
  }
}

TEST(KeyKinds, RsaWithAnOlderHashNeverCounts) {
  const KeyWorld scene(make_rsa(), admitting("rsa-sha2-512"));
  EXPECT_EQ(codes_of(scene.judge({scene.approval({.algorithm = "rsa-sha2-256", .digest = "SHA256"})})),
            std::set{ErrorCode::sshsig_algorithm});
  EXPECT_EQ(codes_of(scene.judge({scene.approval({.algorithm = "ssh-rsa", .digest = "SHA1"})})),
            std::set{ErrorCode::sshsig_algorithm});
}

/// Unlisted, revoked or expired: OpenPGP keys are all the same to us, for none can ever be listed.
TEST(KeyKinds, Row35OpenPgpAndX509SignaturesAreNamedAndNeverCount) {
  const World world;
  const std::string payload = codec::commit_payload(std::string(40, '1'), std::string(40, '2'), identity_of("carol"),
                                                    model::render_decision(world.decision("carol")));
  const std::pair<const char*, ErrorCode> cases[] = {
      {"PGP SIGNATURE", ErrorCode::signature_openpgp},
      {"PGP MESSAGE", ErrorCode::signature_openpgp},
      {"SIGNED MESSAGE", ErrorCode::signature_x509},
      {"SSH SIGNATURES", ErrorCode::commit_grammar},
  };
  for (const auto& [name, code] : cases) {
    const std::string armour = fmt::format("-----BEGIN {0}-----\n\niQEzBAAB\n=abcd\n-----END {0}-----\n", name);
    const trust::JudgedDecisions judged = world.judge(
        {{"carol", codec::insert_signature(payload, armour)}, honest(world, "dave"), honest(world, "dana")});
    EXPECT_FALSE(judged.satisfied) << name;
    EXPECT_EQ(codes_of(judged), std::set{code}) << name;
  }
  // Behind a good signature it is one header too many.
  const std::string two = codec::insert_signature(
      codec::insert_signature(payload, "-----BEGIN PGP SIGNATURE-----\n-----END PGP SIGNATURE-----\n"),
      sign_ssh(key_of("carol"), "git", payload));
  EXPECT_FALSE(world.judge({{"carol", two}, honest(world, "dave"), honest(world, "dana")}).satisfied);
}

}  // namespace
}  // namespace dbw::test
