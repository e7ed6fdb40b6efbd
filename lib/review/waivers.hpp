#pragma once

#include <vector>

#include "review/review.hpp"

namespace dbw::review {

/// Marks findings that a waiver in force lifts. A waiver counts up to and including its last second.
void apply_waivers(const ReviewInput& input, std::vector<model::Finding>& findings);
/// Attaches the wishes of inline comments to the findings they stand beside, and waives those where `input` lets
/// comments do that. Wishes without a rule, a reason or a finding, and such that ended, become findings of rule
/// suppression-unjustified with `severity`.
void apply_comments(const ReviewInput& input, model::Severity severity, std::vector<model::Finding>& findings);

}  // namespace dbw::review
