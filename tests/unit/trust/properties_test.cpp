#include <algorithm>
#include <random>

#include "support/trust_world.hpp"

/// What must hold for every input, tried with many; the generator is seeded, so a failure repeats.
namespace dbw::test {
namespace {

using model::DecisionKind;

std::size_t places_filled(const trust::Filling& filling) { return filling.filled.size(); }

struct RandomMatching {
  std::vector<model::Step> steps;
  std::vector<trust::Candidate> candidates;
};

RandomMatching random_matching(std::mt19937& random) {
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  RandomMatching out;
  const int steps = pick(1, 4);
  for (int i = 0; i < steps; ++i) out.steps.push_back({fmt::format("s{}", i), {"g"}, pick(1, 3)});
  for (int i = pick(0, 6); i > 0; --i) {
    trust::Candidate candidate{fmt::format("h{}", pick(0, 5)), {}};
    for (int s = 0; s < steps; ++s) {
      if (pick(0, 1) == 1) candidate.steps.push_back(fmt::format("s{}", s));
    }
    out.candidates.push_back(candidate);
  }
  return out;
}

/// All ways to give humans to places, for comparison: exponential, and obviously right.
std::size_t best_by_trying(const std::vector<std::string>& places, std::size_t at,
                           const std::map<std::string, std::set<std::string>>& humans, std::set<std::string>& used) {
  if (at == places.size()) return 0;
  std::size_t best = best_by_trying(places, at + 1, humans, used);
  for (const auto& [human, steps] : humans) {
    if (used.count(human) != 0 || steps.count(places[at]) == 0) continue;
    used.insert(human);
    best = std::max(best, 1 + best_by_trying(places, at + 1, humans, used));
    used.erase(human);
  }
  return best;
}

TEST(FillSteps, FindsTheMaximumAndIgnoresOrder) {
  std::mt19937 random(20261120);
  for (int round = 0; round < 400; ++round) {
    RandomMatching input = random_matching(random);
    const trust::Filling filling = trust::fill_steps(input.steps, input.candidates);
    std::vector<std::string> places;
    for (const model::Step& step : input.steps)
      places.insert(places.end(), static_cast<std::size_t>(step.need), step.id);
    std::map<std::string, std::set<std::string>> humans;
    for (const trust::Candidate& candidate : input.candidates)
      humans[candidate.human].insert(candidate.steps.begin(), candidate.steps.end());
    std::set<std::string> used;
    ASSERT_EQ(places_filled(filling), best_by_trying(places, 0, humans, used)) << "round " << round;
    std::set<std::string> distinct;
    for (const auto& [step, human] : filling.filled) {
      ASSERT_TRUE(distinct.insert(human).second) << human << " counts twice";
      ASSERT_TRUE(humans.at(human).count(step));
    }
    std::shuffle(input.candidates.begin(), input.candidates.end(), random);
    std::shuffle(input.steps.begin(), input.steps.end(), random);
    ASSERT_EQ(trust::fill_steps(input.steps, input.candidates).filled, filling.filled);
  }
}

TEST(FillSteps, GreedyAssignmentWouldFail) {
  const std::vector<model::Step> steps{{"x", {"g"}, 1}, {"y", {"g"}, 1}};
  EXPECT_TRUE(trust::fill_steps(steps, {{"a", {"x", "y"}}, {"b", {"x"}}}).complete());
  EXPECT_TRUE(trust::fill_steps(steps, {{"b", {"x"}}, {"a", {"x", "y"}}}).complete());
  EXPECT_EQ(trust::fill_steps(steps, {{"a", {"x"}}, {"b", {"x"}}}).missing,
            (std::vector<std::pair<std::string, int>>{{"y", 1}}));
}

struct Decided {
  World world;
  std::vector<trust::DecisionInput> yes{honest(world, "bob"), honest(world, "carol"), honest(world, "dana"),
                                        honest(world, "dave")};
};

TEST(Decisions, SubsetsNeverSatisfyMoreThanTheWhole) {
  const Decided scene;
  std::map<unsigned, bool> satisfied;
  for (unsigned mask = 0; mask < 16; ++mask) {
    std::vector<trust::DecisionInput> inputs;
    for (unsigned i = 0; i < 4; ++i) {
      if ((mask >> i & 1u) != 0) inputs.push_back(scene.yes[i]);
    }
    satisfied[mask] = scene.world.judge(inputs).satisfied;
  }
  for (unsigned mask = 0; mask < 16; ++mask) {
    for (unsigned sub = 0; sub < 16; ++sub) {
      const bool subset_satisfies = (sub & mask) == sub && satisfied[sub];
      EXPECT_TRUE(!subset_satisfies || satisfied[mask]) << sub << " of " << mask;
    }
  }
  // bob, carol, dana, dave: two of dba (bob, carol, dana) and another of team-leads (bob, dave).
  EXPECT_TRUE(satisfied[0b0111]);
  EXPECT_TRUE(satisfied[0b1011]);
  EXPECT_TRUE(satisfied[0b1110]);
  EXPECT_FALSE(satisfied[0b0011]);
  EXPECT_FALSE(satisfied[0b1001]);
}

TEST(Decisions, OrderAndCopiesNeverMatter) {
  const Decided scene;
  std::vector<trust::DecisionInput> inputs = scene.yes;
  inputs.push_back(revoke(scene.world, "carol", scene.yes[1]));
  inputs.push_back(scene.yes[1]);
  inputs.push_back(honest(scene.world, "erin", DecisionKind::reject));
  const trust::JudgedDecisions first = scene.world.judge(inputs);
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(inputs.begin(), inputs.end(), random);
    const trust::JudgedDecisions again = scene.world.judge(inputs);
    ASSERT_EQ(again.approvals, first.approvals);
    ASSERT_EQ(again.satisfied, first.satisfied);
    ASSERT_EQ(again.decisions.size(), first.decisions.size());
    for (std::size_t i = 0; i < first.decisions.size(); ++i)
      ASSERT_EQ(again.decisions[i].valid, first.decisions[i].valid);
  }
}

TEST(Decisions, RejectionNeverHelps) {
  const Decided scene;
  for (const std::string person : {"bob", "carol", "dana", "dave"}) {
    std::vector<trust::DecisionInput> inputs = scene.yes;
    inputs.push_back(honest(scene.world, person, DecisionKind::reject, '3'));
    const trust::JudgedDecisions judged = scene.world.judge(inputs);
    EXPECT_FALSE(judged.satisfied);
    EXPECT_EQ(judged.rejected_by, std::vector<std::string>{person});
    inputs.push_back(revoke(scene.world, person, inputs.back()));
    EXPECT_TRUE(scene.world.judge(inputs).satisfied) << "its own human lifts it";
  }
}

TEST(Decisions, EveryFlippedByteOfACommitIsRefused) {
  const World world;
  const trust::Authority authority = world.authority();
  const trust::VerifiedRequest request = world.verified(authority);
  const trust::Match match = world.match(authority);
  const trust::Bindings bindings = world.bindings(authority);
  const trust::DecisionInput good = honest(world, "bob");
  for (std::size_t i = 0; i < good.commit.size(); ++i) {
    trust::DecisionInput flipped = good;
    flipped.commit[i] = static_cast<char>(flipped.commit[i] ^ 1);
    const trust::JudgedDecisions judged =
        trust::judge_decisions(authority, request, match, bindings, {flipped}, world.now);
    ASSERT_FALSE(judged.decisions.at(0).authentic) << "byte " << i;
  }
}

TEST(Documents, NoFlippedByteEverVerifies) {
  const World honest_world;
  const std::size_t size = honest_world.policies[0].bytes.size();
  for (std::size_t i = 0; i < size; i += 7) {
    World world = honest_world;
    world.policies[0].bytes[i] = static_cast<char>(world.policies[0].bytes[i] ^ 1);
    EXPECT_THROW(world.authority(), Error) << "policy byte " << i;
  }
  const trust::Authority authority = honest_world.authority();
  for (std::size_t i = 0; i < honest_world.request.size(); i += 3) {
    trust::SignedRequest request = honest_world.signed_request();
    request.bytes[i] = static_cast<char>(request.bytes[i] ^ 1);
    EXPECT_THROW(trust::verify_request(authority, request, k_now), Error) << "request byte " << i;
  }
}

}  // namespace
}  // namespace dbw::test
