#include <algorithm>

#include "base/limits.hpp"
#include "support/trust_world.hpp"
#include "trust/allowed_signers.hpp"
#include "trust/authority.hpp"

/// Which documents are in force, and what an Authority says of them.
namespace dbw::test {
namespace {

std::string digest(std::string_view bytes) { return crypto::sha256(bytes).text(); }

TEST(Documents, TheNewestOfSeveralSignedOnesIsInForce) {
  World world;
  const std::string two = policy_yaml(2, digest(policy_yaml()));
  world.policies.push_back(signed_document("policy", two, {"rita", "rob"}));
  EXPECT_EQ(world.authority().policy().version, 2);
  EXPECT_EQ(world.authority().policy_document().bytes, two);
  EXPECT_EQ(world.authority().roster_document().bytes, roster_yaml());
}

TEST(Documents, AnExpiredPolicyIsNoted) {
  World world;
  EXPECT_TRUE(world.authority().notes().empty());
  world.now = Timestamp::parse("2027-02-19T00:00:00Z");
  ASSERT_EQ(world.authority().notes().size(), 1U);
  EXPECT_EQ(world.authority().notes()[0].code, ErrorCode::trust_expired);
  EXPECT_TRUE(world.authority().policy_expired());
}

TEST(Documents, TheCallersTraceIsTheAuthoritys) {
  const World world;
  model::Trace trace;
  const trust::Authority authority = trust::verify_authority(
      world.pin, {world.roots, world.rosters, world.policies, {}}, world.marks, world.now, &trace);
  EXPECT_NE(model::emit_trace(trace), model::emit_trace({}));
  EXPECT_EQ(model::emit_trace(trace), model::emit_trace(authority.trace()));
}

TEST(Documents, MachinesAreFoundByName) {
  const trust::Authority authority = World().authority();
  ASSERT_NE(authority.find_machine("issuer"), nullptr);
  EXPECT_EQ(authority.find_machine("issuer")->use, "token");
  EXPECT_EQ(authority.find_machine("bob"), nullptr);
}

TEST(Documents, SuspensionByOneWhoMayNotIsNotedAndIgnored) {
  const std::string yaml = replaced(suspension_yaml("people: [bob]"), "by: sam", "by: rita");
  for (const auto& [signer, code] :
       {std::pair{"rita", ErrorCode::trust_unknown_signer}, {"sam", ErrorCode::trust_threshold}}) {
    World world;
    world.suspensions = {signed_document("suspension", yaml, {signer})};
    const trust::Authority authority = world.authority();
    EXPECT_FALSE(authority.person_suspended(*authority.find_person("bob"))) << signer;
    ASSERT_EQ(authority.notes().size(), 1U);
    EXPECT_EQ(authority.notes()[0].code, code) << signer;
  }
}

/// A role may name somebody whom the root gives no key; whatever bears that name is no signature.
TEST(Documents, SignaturesOfPeopleWithoutKeysAreNoted) {
  World world;
  const std::string two = replaced(root_yaml(2, digest(root_yaml())), "root: {threshold: 2, people: [rita, rob, rose]}",
                                   "root: {threshold: 2, people: [rita, rob, ghost]}");
  world.roots.push_back(signed_document("root", two, {"rita", "ghost"}));
  const trust::Authority authority = world.authority();
  EXPECT_EQ(authority.root().version, 1);
  EXPECT_TRUE(std::any_of(authority.notes().begin(), authority.notes().end(), [](const Refusal& note) {
    return note.message.find("ghost does not count: the root lists no keys for this person") != std::string::npos;
  }));
}

TEST(Documents, RootsAreFollowedThatFarAndNoFurther) {
  World world;
  std::string last = root_yaml();
  for (std::size_t n = 0; n < k_root_steps_max; ++n) {
    last = root_yaml(static_cast<int>(n) + 2, digest(last));
    world.roots.push_back(signed_document("root", last, {"rita", "rob"}));
  }
  EXPECT_EQ(world.authority().root_document().bytes, last);
  world.roots.push_back(
      signed_document("root", root_yaml(static_cast<int>(k_root_steps_max) + 2, digest(last)), {"rita", "rob"}));
  try {
    world.authority();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::trust_root_steps);
  }
}

}  // namespace
}  // namespace dbw::test
