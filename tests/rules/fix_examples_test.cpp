#include <algorithm>

#include "base/limits.hpp"
#include "load_examples.hpp"
#include "review/fix.hpp"

namespace dbw {
namespace {

/// The change as it is behind the fix.
review::ReviewInput fixed_input(const review::ReviewInput& input, const review::FixProposal& proposal) {
  review::ReviewInput out = input;
  out.files.clear();
  for (const review::File& file : input.files) {
    const auto fixed = std::find_if(proposal.files.begin(), proposal.files.end(),
                                    [&](const review::FixedFile& it) { return it.path == file.path; });
    if (fixed == proposal.files.end()) {
      out.files.push_back(file);
      continue;
    }
    for (const review::FixStep& step : fixed->steps)
      out.files.push_back({step.path, sqlparse::parse(input.engine, step.sql, {.bytes_max = k_sql_bytes_max}),
                           step.transactional, std::nullopt, step.batch});
  }
  return out;
}

std::size_t count(const model::Review& review, std::string_view rule) {
  return static_cast<std::size_t>(std::count_if(review.findings.begin(), review.findings.end(),
                                                [&](const auto& it) { return it.rule == rule && !it.waived; }));
}

std::string text_of(const review::FixProposal& proposal) {
  std::string out;
  for (const review::FixedFile& file : proposal.files) {
    for (const review::FixStep& step : file.steps) out += "== " + step.path + "\n" + step.sql;
  }
  return out;
}

class FixExamples : public testing::TestWithParam<const review::Rule*> {};

TEST_P(FixExamples, EveryFindingIsFixedOrNamed) {
  const std::string id(GetParam()->info.id);
  for (review::Example& example : test::load_examples(id)) {
    review::switch_on(example.input, GetParam()->info);
    SCOPED_TRACE(id + "/" + example.name);
    const model::Review before = review::review_sql(example.input);
    const review::FixProposal proposal = review::propose_fixes(example.input);
    SCOPED_TRACE(text_of(proposal));
    const auto unwaived = std::count_if(before.findings.begin(), before.findings.end(),
                                        [](const model::Finding& it) { return !it.waived; });
    EXPECT_EQ(proposal.fixed.size() + proposal.unfixed.size(), static_cast<std::size_t>(unwaived));
    EXPECT_EQ(proposal.files.empty(), proposal.fixed.empty());
    const review::ReviewInput after = fixed_input(example.input, proposal);
    const model::Review again = review::review_sql(after);
    for (const model::Finding& finding : proposal.fixed) {
      const auto kept = std::count_if(proposal.unfixed.begin(), proposal.unfixed.end(),
                                      [&](const review::Unfixed& it) { return it.finding.rule == finding.rule; });
      EXPECT_LE(count(again, finding.rule), static_cast<std::size_t>(kept)) << finding.rule;
    }
    for (const review::File& file : after.files) {
      EXPECT_TRUE(proposal.files.empty() || file.parsed.problems.empty()) << file.path;
    }
    EXPECT_TRUE(std::is_sorted(after.files.begin(), after.files.end(),
                               [](const review::File& a, const review::File& b) { return a.path < b.path; }));
    EXPECT_EQ(text_of(review::propose_fixes(after)), "") << "a fixed change is fixed again";
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, FixExamples, testing::ValuesIn(review::all_rules()), [](const auto& param) {
  std::string name(param.param->info.id);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace dbw
