#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/trust_documents.hpp"

/// What verifies, and will still hurt. A warning stops nothing.
namespace dbw::trust {

struct Warning {
  Refusal refusal;
  std::string workflow;  ///< the one it concerns; empty: all
};

/// Documents that expire within 30 days, named with the step they have passed: 30, 14, 3 (expires_soon); the hint is
/// the command that renews it. Expired ones are not warned of: they stop verification.
std::vector<Warning> life_warnings(std::string_view kind, std::int64_t version, Timestamp expires_at, Timestamp now);

/// Of the workflows under a roster: requests of some or all of their requesters that can never be approved
/// (trust_deadlock), steps and groups that hang on one human (trust_no_reserve), approvals that live hardly longer than
/// the gap between windows (trust_tight_window). Errors of lint_policy are not repeated.
std::vector<Warning> workflow_warnings(const model::Roster& roster, const model::Policy& policy);

/// All of them, for the three documents in force together.
std::vector<Warning> lint_warnings(const model::Root& root, const model::Roster& roster, const model::Policy& policy,
                                   Timestamp now);

}  // namespace dbw::trust
