#pragma once

#include <string>
#include <vector>

#include "trust/matching.hpp"

/// Which workflow a request falls under, and why: the matching of DESIGN section 5 with its working shown.
namespace dbw::trust {

struct ConsideredWorkflow {
  std::string name;
  int specificity = 0;
  std::string weights;  ///< what it consists of: "environment 4 + classes 1"; "nothing written" for 0
  std::string misfit;   ///< why it does not fit; empty: it does
  bool chosen = false;
};

struct ExplainedStep {
  model::Step step;
  std::string when;                 ///< empty: always. Otherwise the condition of the raise
  std::vector<std::string> people;  ///< who can fill it now: not the requester, not the suspended; sorted
};

struct Explanation {
  std::vector<ConsideredWorkflow> considered;  ///< fitting ones first, the most specific on top
  Match match;
  std::vector<ExplainedStep> steps;     ///< of the chosen workflow, raised ones last; empty where none was chosen
  std::vector<std::string> conditions;  ///< what else the workflow asks for, a sentence each
};

/// `input.requester` may be empty: then nobody is excluded, and who may ask is a condition instead of a refusal.
Explanation explain(const Authority& authority, const MatchInput& input);

/// "risk high or critical, and class ddl": the condition of a raise in words, all of which has to hold.
std::string raise_text(const model::RaiseRule& rule);
/// "mon, tue 09:00 to 16:00 UTC".
std::string window_text(const model::Window& window);

}  // namespace dbw::trust
