#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "model/request.hpp"
#include "model/snapshot.hpp"
#include "model/trust_documents.hpp"
#include "model/verdict.hpp"
#include "review/rule.hpp"

/// review judges the SQL of one request (or of plain files) by the rules of rules/rules.def. The same input gives the
/// same answer on every machine: it reads no file, clock, environment or database. It must not drop, cut or merge
/// findings, and must not let a comment in the SQL change what is allowed, unless whoever reviews plain files says so.
namespace dbw::review {

struct File {
  std::string path;
  sqlparse::ParsedSql parsed;
  bool transactional = true;  ///< whoever runs it wraps the whole file in one transaction
  std::optional<sqlparse::ParsedSql> rollback = std::nullopt;  ///< what undoes it, as a request's step or its tool says
  std::optional<model::Batch> batch = std::nullopt;  ///< its one UPDATE or DELETE runs in pieces, a transaction each
  bool is_part = false;  ///< the file holds more than `parsed`, which the other parts are blank in
};

/// As in model::Policy: environment or "*" -> rule -> severity.
using Severities = std::map<std::string, std::map<std::string, std::string>>;

struct ReviewInput {
  Engine engine = Engine::postgresql;
  std::string server_version;  ///< "15"; empty: the oldest that is supported by its vendor is not assumed, 15 is
  std::string environment;     ///< empty for plain files
  std::string database = {};   ///< its name in policy; empty for plain files
  std::vector<File> files;     ///< in the order they run
  bool executor =
      true;  ///< run by dbw: it sets lock_timeout and statement_timeout and owns transactions. false: plain files
  bool declared_read = false;  ///< request of kind query
  bool has_rollback = false;
  bool production = false;
  Severities severities = {};
  std::vector<model::Waiver> waivers = {};
  Timestamp now = {};                                         ///< waivers end
  std::shared_ptr<const model::Snapshot> snapshot = nullptr;  ///< of the schema that the SQL will meet; null: none
  unsigned threads = 0;                                       ///< at most so many; 0: one per processor
  bool comments_lift = false;  ///< plain files: a comment in order waives what it names; never where dbw executes
};

/// Throws Error{rule_unknown, severity_unknown} for severities that validate_policy_rules refuses.
model::Review review_sql(const ReviewInput& input);
/// The same with a set of rules of one's own.
model::Review review_sql(const ReviewInput& input, const std::vector<const Rule*>& rules);

/// All rules, in the order of rules.def.
const std::vector<const Rule*>& all_rules();
/// nullptr where there is no such rule.
const Rule* find_rule(std::string_view id);
/// Policy of the environment before policy of "*" before the rule's own. Throws as review_sql does.
model::Severity effective_severity(const RuleInfo& info, const Severities& severities, std::string_view environment);
/// Unknown rules and severities, waivers of rules that cannot be waived: what a policy must not hold. Empty: fine.
std::vector<Refusal> validate_policy_rules(const Severities& severities, const std::vector<model::Waiver>& waivers);
/// The same of a whole policy, with the rules that its raises and overrides name.
std::vector<Refusal> validate_policy_rules(const model::Policy& policy);
/// SHA-256 over the canonical JSON of the rules' ids, revisions and severities in force.
Digest rule_set_digest(const std::vector<const Rule*>& rules, const Severities& severities,
                       std::string_view environment);
/// "15", "15.4", "3.40" -> 15, 15, 3; k_server_major_default where there is none.
int major_version(std::string_view server_version);
inline constexpr int k_server_major_default = 15;

}  // namespace dbw::review
