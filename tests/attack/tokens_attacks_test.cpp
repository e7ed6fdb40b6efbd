#include "trust_scene.hpp"

namespace dbw::test {
namespace {

const std::vector<Attack> k_token_attacks{
    {73, "another payload type", ErrorCode::trust_token_type,
     [] { return envelope_changed([](model::Envelope& e) { e.payload_type = "application/json"; }); }},
    {73, "unknown key id", ErrorCode::trust_token_key,
     [] { return envelope_changed([](model::Envelope& e) { e.key_id = key_of("mallory").key.id.text(); }); }},
    {77, "key id that looks like a path", ErrorCode::trust_token_key,
     [] { return envelope_changed([](model::Envelope& e) { e.key_id = "../../etc/passwd"; }); }},
    {77, "key id of another machine", ErrorCode::trust_token_key,
     [] { return envelope_changed([](model::Envelope& e) { e.key_id = key_of("exec-prod").key.id.text(); }); }},
    {77, "key id of a person", ErrorCode::trust_token_key, [] { return token_signed_by("bob"); }},
    {60, "forged by a stranger", ErrorCode::trust_token_key, [] { return token_signed_by("mallory"); }},
    {60, "edited payload", ErrorCode::trust_token_signature,
     [] {
       return envelope_changed([](model::Envelope& e) { e.payload = replaced(e.payload, "\"apply\"", "\"dry_run\""); });
     }},
    {73, "no key id", ErrorCode::field_missing,
     [] {
       return envelope_text([](std::string json) {
         return replaced(std::move(json), fmt::format("\"keyid\":\"{}\",", key_of("issuer").key.id.text()), "");
       });
     }},
    {73, "algorithm hint", ErrorCode::field_unknown,
     [] { return envelope_text([](std::string json) { return "{\"alg\":\"none\"," + json.substr(1); }); }},
    {73, "two signatures", ErrorCode::envelope_malformed,
     [] {
       return envelope_text([](std::string json) {
         const auto at = json.find("{\"keyid\"");
         const std::string one = json.substr(at, json.find('}', at) + 1 - at);
         return json.insert(at, one + ",");
       });
     }},
    {74, "duplicate claim", ErrorCode::json_duplicate_key,
     [] {
       return envelope_text(
           [](std::string json) { return replaced(std::move(json), "{\"payload\"", "{\"payload\":\"\",\"payload\""); });
     }},
    {75, "life of a year", ErrorCode::trust_token_life,
     [] { return token_changed([](model::Token& t) { t.expires_at = k_now + Seconds(365 * 86400); }); }},
    {75, "not before the epoch", ErrorCode::trust_token_life,
     [] { return token_changed([](model::Token& t) { t.not_before = Timestamp{0}; }); }},
    {75, "not valid yet", ErrorCode::trust_token_early,
     [] {
       return token_changed([](model::Token& t) {
         t.issued_at = t.not_before = k_now + Seconds(61), t.expires_at = k_now + Seconds(120);
       });
     }},
    {75, "issued in the future, valid already", ErrorCode::trust_token_early,
     [] { return token_changed([](model::Token& t) { t.issued_at = k_now + Seconds(61); }); }},
    {76, "suspended key of the issuer", ErrorCode::trust_suspended,
     [] {
       TokenScene scene;
       scene.world.suspend(fmt::format("keys: [\"{}\"]", key_of("issuer").key.id.text()));
       scene.authority = scene.world.authority();
       return scene.verify(trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer").seed)));
     }},
    {78, "expired", ErrorCode::token_expired,
     [] {
       return token_changed([](model::Token& t) {
         t.issued_at = t.not_before = k_now - Seconds(400), t.expires_at = k_now - Seconds(61);
       });
     }},
    {76, "for another executor", ErrorCode::trust_token_audience,
     [] { return token_changed([](model::Token& t) { t.audience = "exec-staging"; }); }},
    {63, "for another target", ErrorCode::trust_token_audience,
     [] { return token_changed([](model::Token& t) { t.target = "77aa77aa77aa77aa77aa77aa77aa77aa"; }); }},
    {76, "suspended issuer", ErrorCode::trust_suspended,
     [] {
       TokenScene scene;
       scene.world.suspend("machines: [issuer]");
       const model::Envelope envelope =
           trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer").seed));
       const trust::Authority authority = scene.world.authority();
       return thrown([&] { trust::verify_token(authority, envelope, scene.facts, k_now); });
     }},
    {72, "lists approvals that were not verified", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.approvals.push_back(crypto::sha256("x")); }); }},
    {69, "another verdict", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.verdict_sha256 = crypto::sha256("x"); }); }},
    {60, "another request's bytes", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.request_sha256 = crypto::sha256("x"); }); }},
    {109, "other terms", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.terms_sha256 = crypto::sha256("x"); }); }},
    {22, "another mode", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.mode = model::RequestMode::dry_run; }); }},
    {52, "issued under another policy", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.policy.version = 9; }); }},
    {66, "other steps", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.steps = {"s2"}; }); }},
    {60, "in another issuer's name", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.issuer = "exec-prod"; }); }},
    {80, "knows more of the log than is there", ErrorCode::trust_token_log,
     [] { return token_changed([](model::Token& t) { t.log_size = 6; }); }},
    {80, "knows another log of that size", ErrorCode::trust_token_log,
     [] { return token_changed([](model::Token& t) { t.log_root = crypto::sha256("fork"); }); }},
};

class TokenAttack : public ::testing::TestWithParam<Attack> {};
TEST_P(TokenAttack, Fails) { expect_failure(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Trust, TokenAttack, ::testing::ValuesIn(k_token_attacks), attack_name);

}  // namespace
}  // namespace dbw::test
