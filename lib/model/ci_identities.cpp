#include <algorithm>

#include <fmt/format.h>

#include "model/form.hpp"

/// The part of a policy that describes CI jobs.
namespace dbw::model {
namespace {

constexpr Seconds k_ci_age{600};
constexpr Seconds k_ci_age_min{60};
constexpr Seconds k_ci_age_max{86400};

/// What a CI host says of a job by itself, or what dbw demands whatever a policy writes.
const std::set<std::string, std::less<>> k_reserved_claims{"iss", "aud", "exp", "nbf", "iat", "jti", "ref_type"};

/// Jobs that run what somebody proposed, with the rights of the project that it was proposed to.
const std::set<std::string, std::less<>> k_foreign_triggers{"merge_request_event", "external_pull_request_event",
                                                            "pull_request",        "pull_request_target",
                                                            "workflow_run",        "issue_comment"};

std::map<std::string, std::vector<std::string>> read_claims(codec::Reader& identity, std::string_view provider) {
  const std::string repository = provider == "gitlab" ? "project_id" : "repository_id";
  const std::string trigger = provider == "gitlab" ? "pipeline_source" : "event_name";
  std::optional<codec::Reader> reader = identity.map("claims");
  if (!reader) throw identity.error(ErrorCode::field_missing, "claims", "says which jobs are meant");
  std::map<std::string, std::vector<std::string>> claims;
  for (const std::string& claim : reader->fields()) {
    const bool weakens = provider == "gitlab" && (claim == "ref_protected" || claim == "environment_protected");
    if (k_reserved_claims.contains(claim) || weakens)
      throw reader->error(ErrorCode::field_value, claim, "is checked by itself and cannot be written");
    const bool list = reader->raw(claim)->kind() == codec::Value::Kind::list;
    claims[claim] = list ? reader->texts(claim) : std::vector<std::string>{reader->text(claim)};
    require_distinct(*reader, claim, claims[claim]);
    const bool empty = std::find(claims[claim].begin(), claims[claim].end(), "") != claims[claim].end();
    if (claims[claim].empty() || empty)
      throw reader->error(ErrorCode::field_value, claim, "expected a text or a list of texts, none of them empty");
  }
  for (const std::string& needed : {repository, std::string("ref")}) {
    if (!claims.contains(needed))
      throw reader->error(ErrorCode::field_missing, needed, "a CI identity names its repository and its branch");
  }
  if (const auto events = claims.find(trigger); events != claims.end()) {
    for (const std::string& event : events->second) {
      if (k_foreign_triggers.contains(event))
        throw reader->error(ErrorCode::field_value, trigger, fmt::format("{} runs what strangers propose", event));
    }
  }
  return claims;
}

}  // namespace

std::map<std::string, CiIdentity> read_ci_identities(codec::Reader& parent) {
  static const std::vector<std::string> algorithms{"RS256", "ES256"};
  std::map<std::string, CiIdentity> identities;
  std::vector<std::string> names;
  parent.list_if("ci_identities", [&](codec::Reader& reader) {
    CiIdentity identity;
    identity.name = reader.name("name");
    identity.provider = reader.one_of("provider", {"gitlab", "github"});
    identity.issuer = reader.text("issuer");
    identity.audience = reader.text("audience");
    identity.algorithms = reader.texts_if("algorithms");
    require_distinct(reader, "algorithms", identity.algorithms);
    for (const std::string& algorithm : identity.algorithms) {
      if (std::find(algorithms.begin(), algorithms.end(), algorithm) == algorithms.end())
        throw reader.error(ErrorCode::field_value, "algorithms", "expected RS256, ES256 or both");
    }
    if (identity.algorithms.empty()) identity.algorithms = {"RS256"};
    identity.max_age = bounded_duration(reader, "max_age", k_ci_age, k_ci_age_min, k_ci_age_max);
    identity.claims = read_claims(reader, identity.provider);
    reader.finish();
    names.push_back(identity.name);
    identities[identity.name] = std::move(identity);
  });
  require_distinct(parent, "ci_identities", names);
  return identities;
}

}  // namespace dbw::model
