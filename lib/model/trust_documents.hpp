#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/sql_types.hpp"
#include "base/time.hpp"
#include "codec/value.hpp"
#include "crypto/age.hpp"
#include "crypto/keys.hpp"

/// model holds the value types of the domain and their wire form. It reads no file, knows no clock, and judges nothing
/// beyond the form of one document.
namespace dbw::model {

/// What a verifier starts from; the only thing that is trusted without a signature.
struct Pin {
  std::string repo_id;
  std::int64_t root_version = 1;
  Digest root_sha256;
  std::int64_t min_policy_version = 1;
  std::string trust_ref = "refs/heads/main";
  std::vector<std::string> witnesses;  ///< note verifier keys
};
Pin parse_pin(std::string_view yaml, std::string_view source);
std::string render_pin(const Pin& pin);

struct RootRole {
  int threshold = 0;
  std::vector<std::string> people;
};
/// `people` here are humans: each name counts once whatever the number of keys.
struct Root {
  std::string repo_id;
  std::int64_t version = 0;
  std::optional<Digest> prev;  ///< absent in version 1
  Timestamp issued_at;
  Timestamp expires_at;
  std::map<std::string, std::vector<crypto::PublicKey>> people;
  RootRole root, policy, roster, suspend;
};
Root parse_root(std::string_view yaml, std::string_view source);

struct PersonKey {
  crypto::PublicKey key;
  std::set<std::string> uses;  ///< request, approve
  bool pin_required = false;   ///< security key must have verified the user
};
struct Person {
  std::string name;
  std::string human;   ///< defaults to name; two accounts of one human share it
  bool active = true;  ///< status: active | left
  std::vector<PersonKey> keys;
  std::vector<std::string> emails;
  std::vector<std::string> groups;
  std::optional<crypto::AgeRecipient> seal_key = {};  ///< what query results are sealed for
};
struct Machine {
  std::string name;
  std::string use;  ///< review | token | execute | witness
  crypto::PublicKey key;
  std::vector<std::string> environments;
};
struct Roster {
  std::string repo_id;
  std::int64_t version = 0;
  std::optional<Digest> prev;
  std::int64_t root_version = 0;
  Timestamp issued_at;
  Timestamp expires_at;
  std::map<std::string, Person> people;
  std::map<std::string, Machine> machines;
};
Roster parse_roster(std::string_view yaml, std::string_view source);

struct EnvironmentEntry {
  std::string executor;  ///< machine name of use execute
  /// Random id of each database, `dbw.target`, by member of the fleet; of a single database under the empty name.
  std::map<std::string, std::string> targets;
  std::vector<std::string> canary;  ///< members of the fleet that go first, in this order
  std::int64_t failures_max = 0;    ///< members that may fail before the ones behind them are left alone
  bool token_required = false;
  bool production = false;      ///< refuses --dev credentials; defaults to true for the name "production"
  Seconds snapshot_max_age{0};  ///< age of the published schema snapshot that a run is reviewed with once more; 0: none
  std::string issuer_ci, executor_ci;  ///< CI identities that a run of issuer and executor must prove; may be empty
  bool is_fleet() const { return !targets.contains(""); }
};
struct DatabaseEntry {
  Engine engine = Engine::postgresql;
  std::string server_version;  ///< "15"
  std::map<std::string, EnvironmentEntry> environments;
};
struct Step {
  std::string id;
  std::vector<std::string> groups;
  int need = 1;
  friend bool operator==(const Step&, const Step&) = default;
};
struct Window {
  std::vector<std::string> days;  ///< mon..sun
  std::string from, to;           ///< "09:00", of the zone's own clocks
  std::string zone = "UTC";       ///< a name of base/time_zones.def, or "+05:30"
};
/// When steps are added: every condition that is written holds. A list inside of one holds where any of it does.
struct RaiseRule {
  std::vector<std::string> risk;          ///< any of these levels
  std::vector<std::string> rules;         ///< any of these rules fired
  std::vector<StatementClass> classes;    ///< any of these classes occurs
  std::optional<std::int64_t> rows_over;  ///< the request declares more rows, or no bound
  std::vector<Window> during;             ///< the moment lies in one of these
  std::vector<Window> outside;            ///< the moment lies in none of these
  std::vector<Step> add;
};
/// Nothing runs from `from` until `until` (excluded), break-glass that ignores freezes excepted.
struct Freeze {
  Timestamp from, until;
  std::string reason;
  std::vector<std::string> environments;  ///< empty: all
};
/// After break-glass, one of `groups` has to look at what was done.
struct PostReview {
  std::vector<std::string> groups;
  Seconds within{0};
};
struct WorkflowMatch {
  std::string environment = "*";
  std::string database = "*";
  std::optional<std::string> kind;      ///< absent: all but grant
  std::optional<std::string> mode;      ///< absent: apply and dry_run
  std::vector<StatementClass> classes;  ///< absent in the document: read, dml, ddl
  bool classes_written = false;         ///< specificity counts only what was written
};
struct Workflow {
  std::string name;
  WorkflowMatch match;
  std::vector<std::string> requesters;  ///< groups; empty: anybody on the roster
  bool merge_required = false;
  bool require_reason = false, require_ticket = false, require_rollback = false;
  std::vector<Step> steps;
  std::vector<RaiseRule> raise;
  std::optional<std::string> auto_approve_max_risk;
  Seconds approval_ttl{7 * 86400};
  Seconds token_ttl{k_token_seconds_max};  ///< the longest life of a token that runs this
  std::vector<Window> windows;
  std::vector<std::string> overrides;     ///< break_glass: blocking rules that it may pass
  bool ignore_freezes = false;            ///< break_glass
  std::optional<PostReview> post_review;  ///< break_glass
  bool same_human_other_key =
      false;  ///< profile solo: approval by a different security key of the requester counts, and is named as such
  bool break_glass() const { return match.mode == "break_glass"; }
};
/// Lifts one rule until a moment, everywhere or only where all that is named holds.
struct Waiver {
  std::string rule;
  Timestamp until;
  std::string by, reason;
  std::optional<std::string> database = std::nullopt, environment = std::nullopt;
  std::optional<std::string> path = std::nullopt;  ///< of the SQL file, as the request names it
};
struct Limits {
  std::int64_t sql_bytes;
  Seconds statement_timeout{30};
  Seconds lock_timeout{3};
  std::int64_t max_rows;
  std::int64_t result_bytes;
};
/// A CI job as its host vouches for it in a JSON Web Token. A claim must be there and be one of its texts, to the byte.
struct CiIdentity {
  std::string name;
  std::string provider;                 ///< gitlab | github: what is demanded besides `claims`
  std::string issuer;                   ///< https://host[/path], exactly the claim `iss`
  std::string audience;                 ///< exactly the claim `aud`
  std::vector<std::string> algorithms;  ///< RS256, ES256
  Seconds max_age{0};                   ///< since the claim `iat`
  std::map<std::string, std::vector<std::string>> claims;
};
struct Policy {
  std::string repo_id;
  std::int64_t version = 0;
  std::optional<Digest> prev;
  std::int64_t root_version = 0;
  Timestamp issued_at;
  Timestamp expires_at;
  std::map<std::string, DatabaseEntry> databases;
  std::vector<Workflow> workflows;
  std::map<std::string, std::map<std::string, std::string>> severities;  ///< environment or "*" -> rule -> severity
  std::vector<Waiver> waivers;
  std::vector<Freeze> freezes;
  Limits limits;
  Seconds log_max_age{0};          ///< freshness; 0: not checked
  std::vector<std::string> lifts;  ///< suspensions taken back, "<person>.<nonce>"
  std::map<std::string, CiIdentity> ci_identities;
  std::set<std::string> key_algorithms;  ///< beyond Ed25519, with which people may sign requests and decisions
  bool admits(const crypto::PublicKey& key) const {
    return key.is_ed25519() || key_algorithms.count(key.algorithm()) != 0;
  }
};
Policy parse_policy(std::string_view yaml, std::string_view source);

/// Takes use rights away; can never give any.
struct Suspension {
  std::string repo_id;
  std::string by;     ///< the suspend-role person
  std::string nonce;  ///< 128 bits hex; id is "<by>.<nonce>"
  Timestamp created_at;
  std::vector<std::string> people;
  std::vector<KeyId> keys;
  std::vector<std::string> machines;
  std::string reason;
  std::string id() const { return by + "." + nonce; }
};
Suspension parse_suspension(std::string_view yaml, std::string_view source);
std::string render_suspension(const Suspension& suspension);

/// SSHSIG name space of a kind of document: "dbw-root-v1", "dbw-request-v1".
std::string name_space_of(std::string_view kind);

}  // namespace dbw::model
