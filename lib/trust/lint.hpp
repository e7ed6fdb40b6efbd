#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/sql_types.hpp"
#include "model/trust_documents.hpp"

namespace dbw::trust {

/// Everything wrong with a root by itself: a key under two people, roles that name unknown people or cannot reach their
/// threshold, a life above k_root_days_max. Empty: fine.
std::vector<Refusal> lint_root(const model::Root& root);

/// Everything wrong with a roster under a root: a key or e-mail with two owners, a key of two humans across root and
/// roster, a human who is nobody.
std::vector<Refusal> lint_roster(const model::Root& root, const model::Roster& roster);

/// Everything wrong with a policy under a roster: names of groups, people, machines and databases that do not exist,
/// empty groups, workflows that tie, steps nobody can fill (maximum matching over active humans, one human once),
/// approvals that expire between windows. Rule names are not judged here; review knows the rules.
std::vector<Refusal> lint_policy(const model::Roster& roster, const model::Policy& policy);

/// What has had its day and should leave the next version: waivers and freezes that ended. Nothing is refused for it.
std::vector<std::string> warn_policy(const model::Policy& policy, Timestamp now);

/// Who may run a class on a database: the workflows that admit it, most specific first. Empty `workflows`: refused by
/// default.
struct CoverageRow {
  std::string database, environment;
  StatementClass statement_class = StatementClass::read;
  std::vector<std::string> workflows;
};
/// One row per (database, environment, class), sorted so.
std::vector<CoverageRow> coverage(const model::Policy& policy);

}  // namespace dbw::trust
