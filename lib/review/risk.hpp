#pragma once

#include <string>
#include <vector>

#include "model/verdict.hpp"
#include "review/review.hpp"

namespace dbw::review {

/// Sums of weights from which a level starts. Below k_risk_medium_min is low.
inline constexpr int k_risk_medium_min = 20;
inline constexpr int k_risk_high_min = 50;
inline constexpr int k_risk_critical_min = 90;
/// At most this many different rules of one severity add to the sum, so that many small findings do not make a critical
/// change.
inline constexpr int k_risk_rules_max = 3;

/// Each factor with its weight and where the number comes from, so that a person can recompute the level. Integers
/// only.
std::vector<model::RiskFactor> risk_factors(const ReviewInput& input, const std::vector<model::Finding>& findings);
/// The level of a sum; `unknown` where something could not be read (never approved automatically).
model::Risk risk_level(const ReviewInput& input, const std::vector<model::RiskFactor>& factors);

/// Every weight there is, for `dbw-review explain --risk`.
struct RiskTerm {
  std::string factor;
  int weight;
  std::string when;
};
std::vector<RiskTerm> risk_terms();

}  // namespace dbw::review
