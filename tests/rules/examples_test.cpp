#include <algorithm>

#include "load_examples.hpp"
#include "review/review.hpp"

namespace dbw {
namespace {

bool fires(const model::Review& review, std::string_view rule) {
  return std::any_of(review.findings.begin(), review.findings.end(),
                     [&](const model::Finding& finding) { return finding.rule == rule; });
}

std::string found(const model::Review& review) {
  std::string out;
  for (const model::Finding& finding : review.findings)
    out += "  " + std::string(finding.rule) + ": " + finding.message + "\n";
  return out;
}

class RuleExamples : public testing::TestWithParam<const review::Rule*> {};

TEST_P(RuleExamples, BadOnesFireAndGoodOnesDoNot) {
  const std::string id(GetParam()->info.id);
  int bad = 0, good = 0;
  for (review::Example& example : test::load_examples(id)) {
    review::switch_on(example.input, GetParam()->info);
    SCOPED_TRACE(id + "/" + example.name);
    (example.fires ? bad : good) += 1;
    const model::Review review = review::review_sql(example.input);
    EXPECT_EQ(fires(review, id), example.fires) << found(review);
  }
  EXPECT_GT(bad, 0) << "rule " << id << " has no bad*.sql";
  EXPECT_GT(good, 0) << "rule " << id << " has no good*.sql";
}

TEST_P(RuleExamples, EveryEngineHasOneThatFires) {
  const review::RuleInfo& info = GetParam()->info;
  const auto examples = test::load_examples(std::string(info.id));
  for (const Engine engine : review::engines_of(info.engines)) {
    // Whatever SQLite does not know is a syntax error before it is an unknown statement.
    if (info.id == "unknown-statement" && engine == Engine::sqlite) continue;
    EXPECT_TRUE(std::any_of(examples.begin(), examples.end(),
                            [&](const review::Example& it) { return it.fires && it.input.engine == engine; }))
        << info.id << " has no example for " << engine_name(engine);
  }
}

TEST_P(RuleExamples, SwitchedOffItIsSilent) {
  const std::string id(GetParam()->info.id);
  for (review::Example& example : test::load_examples(id)) {
    example.input.severities["*"][id] = "off";
    EXPECT_FALSE(fires(review::review_sql(example.input), id)) << example.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, RuleExamples, testing::ValuesIn(review::all_rules()), [](const auto& param) {
  std::string name(param.param->info.id);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

/// A rule that is asked about every kind of statement finds nothing more than about the kinds that it names.
TEST(RuleKinds, HideNoFinding) {
  std::vector<review::Rule> asked_always;
  std::vector<const review::Rule*> rules;
  for (const review::Rule* rule : review::all_rules()) asked_always.push_back(*rule);
  for (review::Rule& rule : asked_always) {
    rule.kinds = review::StatementKinds();
    rules.push_back(&rule);
  }
  for (const std::string& folder : test::example_folders()) {
    for (review::Example& example : test::load_examples(folder)) {
      for (const review::Rule& rule : asked_always) review::switch_on(example.input, rule.info);
      EXPECT_EQ(found(review::review_sql(example.input)), found(review::review_sql(example.input, rules)))
          << folder << "/" << example.name;
    }
  }
}

TEST(RuleFolders, EachBelongsToARule) {
  for (const std::string& folder : test::example_folders()) EXPECT_NE(review::find_rule(folder), nullptr) << folder;
}

}  // namespace
}  // namespace dbw
