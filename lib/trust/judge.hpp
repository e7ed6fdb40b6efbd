#pragma once

#include "codec/commit.hpp"
#include "trust/decisions.hpp"

/// The judgement of one decision by itself; decisions.cpp puts them together.
namespace dbw::trust {

struct JudgeContext {
  const Authority& authority;
  const AuthenticRequest& request;
  const Match& match;
  const Bindings& bindings;
  Timestamp now;
};

JudgedDecision judge_decision(const JudgeContext& context, const DecisionInput& input);
/// nullopt: may approve. same_human is set where only the profile solo allows it.
std::optional<Refusal> self_approval(const JudgeContext& context, const model::Person& person,
                                     const model::PersonKey* key, bool* same_human);

}  // namespace dbw::trust
