#include "trust/recipients.hpp"

#include "support/trust_world.hpp"

/// Whom a query's result may be sealed for.
namespace dbw::test {
namespace {

using Codes = std::vector<ErrorCode>;

const crypto::AgeRecipient& seal_key() {
  static const crypto::AgeRecipient k_key = crypto::AgeIdentity::generate().recipient();
  return k_key;
}

/// carol has a seal key; dave has none; zoe has one and left.
World world_with_keys() {
  World world;
  const std::string left =
      fmt::format("  zoe:\n    status: left\n    seal_key: {}\n", crypto::AgeIdentity::generate().recipient().text());
  std::string roster = replaced(roster_yaml(), "  dave:\n", left + "  dave:\n");
  roster = replaced(roster, "  carol:\n", fmt::format("  carol:\n    seal_key: {}\n", seal_key().text()));
  world.set_roster(roster);
  return world;
}

model::Request asked_for(const std::vector<std::string>& people) {
  model::Request request;
  request.results.emplace();
  request.results->to = people;
  return request;
}

Codes codes(const World& world, const std::vector<std::string>& people) {
  Codes out;
  for (const Refusal& refusal : trust::find_recipients(world.authority(), asked_for(people)).refusals)
    out.push_back(refusal.code);
  return out;
}

TEST(Recipients, AreThePeopleWithSealKeys) {
  const World world = world_with_keys();
  const trust::Recipients found = trust::find_recipients(world.authority(), asked_for({"carol"}));
  EXPECT_TRUE(found.refusals.empty());
  ASSERT_EQ(found.people.size(), 1u);
  EXPECT_EQ(found.people.front().first, "carol");
  EXPECT_EQ(found.people.front().second, seal_key());
  EXPECT_TRUE(trust::find_recipients(world.authority(), model::Request{}).people.empty());
}

TEST(Recipients, EverybodyNamedMustBeReachable) {
  const World world = world_with_keys();
  EXPECT_EQ(codes(world, {"dave"}), Codes{ErrorCode::trust_no_seal_key});
  EXPECT_EQ(codes(world, {"zoe"}), Codes{ErrorCode::trust_inactive_person});
  EXPECT_EQ(codes(world, {"mallory"}), Codes{ErrorCode::trust_unknown_person});
  EXPECT_EQ(codes(world, {"carol", "dave", "zoe"}),
            (Codes{ErrorCode::trust_no_seal_key, ErrorCode::trust_inactive_person}));
}

TEST(Recipients, SuspensionTakesThemOut) {
  World world = world_with_keys();
  world.suspend("people: [carol]");
  EXPECT_EQ(codes(world, {"carol"}), Codes{ErrorCode::trust_suspended});
  World by_key = world_with_keys();
  by_key.suspend(fmt::format("keys: [\"{}\"]", key_of("carol").key.id.text()));
  EXPECT_EQ(codes(by_key, {"carol"}), Codes{ErrorCode::trust_suspended});
}

}  // namespace
}  // namespace dbw::test
