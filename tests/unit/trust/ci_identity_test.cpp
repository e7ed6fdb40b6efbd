#include "trust/ci_identity.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "codec/json.hpp"
#include "support/error_of.hpp"
#include "support/web_tokens.hpp"

namespace dbw::test {
namespace {

using codec::Value;

const Timestamp k_now = Timestamp::parse("2026-11-20T10:00:00Z");
const std::string k_rs256 = R"({"alg":"RS256","kid":"k1","typ":"JWT"})";

/// What GitLab 18.3 writes for a scheduled job on a protected branch (ids are texts, runner_id is a number).
Value gitlab_claims() {
  return Value::Map{{"iss", "https://gitlab.example.org"},
                    {"aud", "dbw-exec-prod"},
                    {"sub", "project_path:db/deploy:ref_type:branch:ref:main"},
                    {"iat", k_now.seconds - 30},
                    {"nbf", k_now.seconds - 35},
                    {"exp", k_now.seconds + 300},
                    {"jti", "5d1b7e1a-1"},
                    {"project_id", "4711"},
                    {"job_project_id", "4711"},
                    {"project_path", "db/deploy"},
                    {"ref", "main"},
                    {"ref_type", "branch"},
                    {"ref_protected", "true"},
                    {"pipeline_source", "schedule"},
                    {"environment", "production"},
                    {"environment_protected", "true"},
                    {"runner_id", std::int64_t{17}},
                    {"user_login", "alice"},
                    {"sha", "0123456789abcdef0123456789abcdef01234567"}};
}
model::CiIdentity gitlab() {
  return {.name = "deploy",
          .provider = "gitlab",
          .issuer = "https://gitlab.example.org",
          .audience = "dbw-exec-prod",
          .algorithms = {"RS256"},
          .max_age = Seconds(600),
          .claims = {{"project_id", {"4711"}}, {"ref", {"main"}}, {"environment", {"production"}}}};
}

Value github_claims() {
  return Value::Map{{"iss", "https://token.actions.githubusercontent.com"},
                    {"aud", Value::List{"dbw-exec-prod"}},
                    {"sub", "repo:db/deploy:environment:production"},
                    {"iat", k_now.seconds - 5},
                    {"exp", k_now.seconds + 300},
                    {"jti", "9c1e"},
                    {"repository_id", "74"},
                    {"repository", "db/deploy"},
                    {"ref", "refs/heads/main"},
                    {"ref_type", "branch"},
                    {"event_name", "schedule"},
                    {"run_id", "31337"}};
}
model::CiIdentity github() {
  return {.name = "actions",
          .provider = "github",
          .issuer = "https://token.actions.githubusercontent.com",
          .audience = "dbw-exec-prod",
          .algorithms = {"RS256", "ES256"},
          .max_age = Seconds(600),
          .claims = {{"repository_id", {"74"}}, {"ref", {"refs/heads/main"}}}};
}

const WebSigner& host() {
  static const WebSigner signer = WebSigner::rsa();
  return signer;
}
const model::WebKeySet& keys() {
  static const model::WebKeySet set = model::parse_web_key_set(key_set(host().jwk("k1")), "keys");
  return set;
}

trust::CiRun verify(const model::CiIdentity& identity, const std::string& token, const model::WebKeySet& set = keys(),
                    Timestamp now = k_now) {
  return trust::verify_ci_token(identity, model::parse_web_token(token), set, now);
}

std::string signed_token(const Value& claims, const std::string& header = k_rs256) {
  return host().sign(header, codec::emit_json(claims));
}

TEST(CiIdentity, AcceptsTheJobThatPolicyMeansAndKeepsItsFacts) {
  const trust::CiRun run = verify(gitlab(), signed_token(gitlab_claims()));
  EXPECT_EQ(run.identity, "deploy");
  EXPECT_EQ(run.jti, "5d1b7e1a-1");
  EXPECT_EQ(run.expires_at, k_now + Seconds(300));
  EXPECT_EQ(run.facts.at("runner_id"), "17");
  EXPECT_EQ(run.facts.at("sha"), "0123456789abcdef0123456789abcdef01234567");
  EXPECT_FALSE(run.facts.contains("aud"));
  EXPECT_EQ(verify(github(), signed_token(github_claims())).facts.at("run_id"), "31337");
}

struct ClaimCase {
  const char* claim;
  std::optional<Value> value;  ///< absent: the claim is left out
  ErrorCode error;
};

Value with(const Value& claims, const ClaimCase& each) {
  Value::Map out;
  for (const auto& [name, value] : claims.entries()) {
    if (name != each.claim) out.emplace_back(name, value);
  }
  if (each.value) out.emplace_back(each.claim, *each.value);
  return Value(out);
}

TEST(CiIdentity, RefusesEveryOtherGitLabJob) {
  const std::vector<ClaimCase> cases{{"iss", "https://gitlab.example.org/", ErrorCode::ci_token_issuer},
                                     {"iss", "https://gitlab.example.org.evil.org", ErrorCode::ci_token_issuer},
                                     {"iss", Value::List{"https://gitlab.example.org"}, ErrorCode::ci_token_issuer},
                                     {"iss", std::nullopt, ErrorCode::ci_token_issuer},
                                     {"aud", "dbw-exec-staging", ErrorCode::ci_token_issuer},
                                     {"aud", "dbw-exec-prod ", ErrorCode::ci_token_issuer},
                                     {"aud", Value::List{"dbw-exec-prod", "vault"}, ErrorCode::ci_token_issuer},
                                     {"aud", Value::List{}, ErrorCode::ci_token_issuer},
                                     {"aud", std::nullopt, ErrorCode::ci_token_issuer},
                                     {"exp", k_now.seconds - 61, ErrorCode::ci_token_expired},
                                     {"exp", std::nullopt, ErrorCode::ci_token_time},
                                     {"exp", "9999999999", ErrorCode::ci_token_time},
                                     {"exp", std::int64_t{-1}, ErrorCode::ci_token_time},
                                     {"iat", std::nullopt, ErrorCode::ci_token_time},
                                     {"iat", k_now.seconds + 61, ErrorCode::ci_token_time},
                                     {"iat", k_now.seconds - 661, ErrorCode::ci_token_time},
                                     {"nbf", k_now.seconds + 61, ErrorCode::ci_token_time},
                                     {"nbf", "soon", ErrorCode::ci_token_time},
                                     {"jti", std::nullopt, ErrorCode::ci_token_claim},
                                     {"jti", "", ErrorCode::ci_token_claim},
                                     {"jti", std::int64_t{7}, ErrorCode::ci_token_claim},
                                     {"exp", std::int64_t{253'402'300'800}, ErrorCode::ci_token_time},
                                     {"jti", std::string(257, 'j'), ErrorCode::ci_token_claim},
                                     {"project_id", "4712", ErrorCode::ci_token_claim},
                                     {"project_id", Value::List{"4711"}, ErrorCode::ci_token_claim},
                                     {"project_id", std::nullopt, ErrorCode::ci_token_claim},
                                     {"job_project_id", "666", ErrorCode::ci_token_claim},
                                     {"job_project_id", std::nullopt, ErrorCode::ci_token_claim},
                                     {"ref", "main2", ErrorCode::ci_token_claim},
                                     {"ref", "Main", ErrorCode::ci_token_claim},
                                     {"ref", "refs/heads/main", ErrorCode::ci_token_claim},
                                     {"ref_type", "tag", ErrorCode::ci_token_claim},
                                     {"ref_protected", "false", ErrorCode::ci_token_claim},
                                     {"ref_protected", true, ErrorCode::ci_token_claim},
                                     {"ref_protected", std::nullopt, ErrorCode::ci_token_claim},
                                     {"pipeline_source", "merge_request_event", ErrorCode::ci_token_claim},
                                     {"environment", "staging", ErrorCode::ci_token_claim},
                                     {"environment_protected", "false", ErrorCode::ci_token_claim},
                                     {"environment_protected", std::nullopt, ErrorCode::ci_token_claim}};
  for (const ClaimCase& each : cases) {
    const std::string token = signed_token(with(gitlab_claims(), each));
    EXPECT_EQ(code_of([&] { verify(gitlab(), token); }), each.error)
        << each.claim << " " << (each.value ? codec::emit_json(Value::Map{{"v", *each.value}}) : "left out");
  }
}

TEST(CiIdentity, ForgivesAMinuteOfSkewAndNoMore) {
  const std::string token = signed_token(gitlab_claims());
  EXPECT_EQ(code_of([&] { verify(gitlab(), token, keys(), k_now + Seconds(360)); }), std::nullopt);
  EXPECT_EQ(code_of([&] { verify(gitlab(), token, keys(), k_now + Seconds(361)); }), ErrorCode::ci_token_expired);
  EXPECT_EQ(code_of([&] { verify(gitlab(), token, keys(), k_now - Seconds(90)); }), std::nullopt);
  EXPECT_EQ(code_of([&] { verify(gitlab(), token, keys(), k_now - Seconds(91)); }), ErrorCode::ci_token_time);
}

TEST(CiIdentity, RefusesGitHubEventsThatStrangersCause) {
  for (const char* event : {"pull_request", "pull_request_target", "workflow_run", "issue_comment", "release"}) {
    const std::string token = signed_token(with(github_claims(), {"event_name", event, {}}));
    EXPECT_EQ(code_of([&] { verify(github(), token); }), ErrorCode::ci_token_claim) << event;
  }
  model::CiIdentity releases = github();
  releases.claims["event_name"] = {"release"};
  EXPECT_EQ(code_of([&] {
              verify(releases, signed_token(with(github_claims(), {"event_name", "release", {}})));
            }),
            std::nullopt);
  const std::string recycled = signed_token(with(github_claims(), {"repository_id", "75", {}}));
  EXPECT_EQ(code_of([&] { verify(github(), recycled); }), ErrorCode::ci_token_claim) << "a name used again";
}

TEST(CiIdentity, OnlyTheAlgorithmOfTheKeyCounts) {
  const std::string claims = codec::emit_json(gitlab_claims());
  const WebSigner curve = WebSigner::p256();
  const model::WebKeySet both = model::parse_web_key_set(key_set(host().jwk("k1") + "," + curve.jwk("k2")), "keys");
  const auto header = [](const char* algorithm, const char* key) {
    return fmt::format(R"({{"alg":"{}","kid":"{}"}})", algorithm, key);
  };
  model::CiIdentity es256 = gitlab();
  es256.algorithms = {"ES256"};
  const std::string good = curve.sign(header("ES256", "k2"), claims);
  EXPECT_EQ(code_of([&] { verify(es256, good, both); }), std::nullopt);
  EXPECT_EQ(code_of([&] { verify(gitlab(), good, both); }), ErrorCode::ci_token_algorithm) << "not listed";
  EXPECT_EQ(code_of([&] { verify(es256, curve.sign(header("ES256", "k1"), claims), both); }),
            ErrorCode::ci_token_algorithm)
      << "an RSA key";
  for (const char* algorithm : {"none", "HS256", "RS384", "RS512", "PS256", "rs256"}) {
    EXPECT_EQ(code_of([&] { verify(gitlab(), host().sign(header(algorithm, "k1"), claims)); }),
              ErrorCode::ci_token_algorithm)
        << algorithm;
  }
  EXPECT_EQ(code_of([&] { verify(gitlab(), host().sign(header("RS256", "k9"), claims)); }), ErrorCode::ci_token_key);
}

TEST(CiIdentity, KeysInTheHeaderAreNotLookedAt) {
  const WebSigner thief = WebSigner::rsa();
  const std::string header = R"({"alg":"RS256","kid":"k1","jku":"https://evil.example.org","jwk":)" + thief.jwk("k1") +
                             R"(,"x5u":"https://evil.example.org"})";
  EXPECT_EQ(code_of([&] { verify(gitlab(), thief.sign(header, codec::emit_json(gitlab_claims()))); }),
            ErrorCode::ci_token_signature);
}

TEST(CiIdentity, EveryChangedCharacterIsRefused) {
  const std::string token = signed_token(gitlab_claims());
  for (std::size_t at = 0; at < token.size(); ++at) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_NE(code_of([&] { verify(gitlab(), changed); }), std::nullopt) << at;
  }
}

TEST(WebToken, StrictForm) {
  const std::string claims = codec::emit_json(gitlab_claims());
  const std::string good = host().sign(k_rs256, claims);
  std::vector<std::string> bad{"",
                               "a.b",
                               good + ".",
                               good + "=",
                               " " + good,
                               good + "\n",
                               good.substr(0, good.rfind('.') + 1) + "!",
                               host().sign("[]", claims),
                               host().sign("{}", claims),
                               host().sign(R"({"alg":"RS256"})", claims),
                               host().sign(R"({"kid":"k1"})", claims),
                               host().sign(R"({"alg":"RS256","alg":"none","kid":"k1"})", claims),
                               host().sign(R"({"alg":"RS256","kid":"k1","crit":["exp"]})", claims),
                               host().sign(R"({"alg":"RS256","kid":"k1","b64":false})", claims),
                               host().sign(R"({"alg":"RS256","kid":"k1","typ":"at+jwt"})", claims),
                               host().sign(k_rs256, "\"text\""),
                               host().sign(k_rs256, R"({"iss":"a","iss":"b"})"),
                               host().sign(k_rs256, claims.substr(1)),
                               std::string(k_web_token_bytes_max + 1, 'A')};
  for (const std::string& token : bad)
    EXPECT_EQ(code_of([&] { model::parse_web_token(token); }), ErrorCode::ci_token_malformed) << token.substr(0, 60);
}

TEST(WebToken, NullAndFloatsInOthersClaimsDoNoHarm) {
  const model::WebToken token =
      model::parse_web_token(host().sign(k_rs256, R"({"a":null,"b":1.5,"c":18446744073709551615,"d":[{"e":null}]})"));
  EXPECT_EQ(token.claims.find("a")->text(), "");
  EXPECT_EQ(token.claims.find("b")->text(), "1.5");
  EXPECT_EQ(token.claims.find("c")->text(), "18446744073709551615");
}

TEST(CiIdentity, LongFactsSayThatTheyWereCut) {
  const Value claims = with(gitlab_claims(), {"sub", std::string(300, 's'), {}});
  EXPECT_EQ(verify(gitlab(), signed_token(claims)).facts.at("sub"), std::string(256, 's') + "...");
}

TEST(WebKeySet, WhatCannotBeUsedIsLeftOutAndWhatIsBadRefused) {
  const std::string rsa = host().jwk("k1");
  const std::string other =
      R"({"kid":"x","kty":"oct","k":"c2VjcmV0"},{"kty":"RSA"},{"kid":"e","kty":"RSA","use":"enc"},)"
      R"({"kid":"p","kty":"EC","crv":"P-384"},{"kid":"s","kty":"RSA","alg":"RS512"})";
  EXPECT_EQ(model::parse_web_key_set(key_set(other + "," + rsa), "keys").size(), 1u);
  const std::vector<std::string> bad{
      "",
      "[]",
      "{}",
      R"({"keys":{}})",
      key_set(""),
      key_set(other),
      key_set(rsa + "," + rsa),
      key_set(WebSigner::rsa(1024).jwk("weak")),
      key_set(R"({"kid":"k","kty":"RSA","n":"AQAB"})"),
      key_set(R"({"kid":"k","kty":"RSA","n":"!","e":"AQAB"})"),
      key_set(R"({"kid":"k","kty":"RSA","n":"AQAB","e":"Aw"})"),
      key_set(R"({"kid":"k","kty":"EC","crv":"P-256","x":"AA","y":"AA"})"),
      key_set(R"({"kid":"k","kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE","y":)"
              R"("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"})")};
  for (const std::string& json : bad) {
    EXPECT_EQ(code_of([&] { model::parse_web_key_set(json, "keys"); }), ErrorCode::ci_keys_malformed)
        << json.substr(0, 80);
  }
}

}  // namespace
}  // namespace dbw::test
