#include "crypto/note.hpp"
#include "trust_scene.hpp"

/// Attacks of our own on trust, beyond the threat list: numbers from 200 on.
namespace dbw::test {
namespace {

Outcome own_commit(std::string_view person, std::string_view key, const std::string& message) {
  const World world;
  return one_short(world, {std::string(person), signed_commit(key, identity_of(person), message)});
}

/// bob's approval with its text edited before bob signs it.
Outcome own_message(const std::function<std::string(std::string)>& change) {
  const World world;
  return own_commit("bob", "bob", change(model::render_decision(world.decision("bob"))));
}

/// The request with a signature made for something else.
Outcome request_signature(std::string_view name_space) {
  const World world;
  const trust::Authority authority = world.authority();
  trust::SignedRequest document = world.signed_request();
  document.armour = sign_ssh(key_of("alice"), name_space, document.bytes);
  return thrown([&] { trust::verify_request(authority, document, world.now); });
}

/// The policy, signed by both holders for something else.
Outcome policy_signature(std::string_view name_space) {
  World world;
  for (const std::string name : {"rita", "rob"})
    world.policies[0].signatures[name] = sign_ssh(key_of(name), name_space, world.policies[0].bytes);
  return authority_of(world);
}

/// What the verifier says of a suspension; got through where bob is suspended by it.
Outcome suspension(std::string yaml, std::string_view key, std::string_view name_space) {
  World world;
  world.suspensions.push_back({"suspension", yaml, {{"sam", sign_ssh(key_of(key), name_space, yaml)}}});
  const trust::Authority authority = world.authority();
  Outcome out{{}, authority.person_suspended(*authority.find_person("bob"))};
  for (const auto& note : authority.notes()) out.codes.insert(note.code);
  return out;
}

const std::vector<Attack> k_own_request_attacks{
    {250, "policy that demands a CI identity which nobody described", ErrorCode::trust_unknown_ci_identity,
     [] {
       return policy_change([](std::string yaml) {
         return replaced(std::move(yaml), "token: required}", "token: required, ci_identity: {executor: ghost}}");
       });
     }},
    {200, "requester leaves himself out of the authors and approves", ErrorCode::trust_self_approval,
     [] {
       World world;
       world.request = replaced(replaced(world.request, "requester: alice", "requester: bob"), "authors: [alice]",
                                "authors: [carol]");
       world.request_signer = "bob";
       return judged(world, {honest(world, "bob"), honest(world, "dana"), honest(world, "dave")});
     }},
    {201, "signature that was made for a commit", ErrorCode::sshsig_namespace, [] { return request_signature("git"); }},
    {202, "signature that was made for a cancellation", ErrorCode::sshsig_namespace,
     [] { return request_signature("dbw-cancellation-v1"); }},
    {203, "two steps of one id", ErrorCode::field_duplicate,
     [] {
       return request_changed([](std::string yaml) {
         const auto at = yaml.find("  - id: s1"), end = yaml.find("nonce:");
         return yaml.insert(end, yaml.substr(at, end - at));
       });
     }},
    {204, "life that ends before it begins", ErrorCode::field_value,
     [] {
       return request_changed([](std::string yaml) {
         return replaced(std::move(yaml), "created_at: 2026-11-20T10:15:00Z", "created_at: 2026-12-05T10:15:00Z");
       });
     }},
    {205, "statement that nobody can read beside a harmless one", ErrorCode::trust_no_workflow,
     [] {
       return matched([](World& world) {
         world.review.statements.push_back({"backfill.sql", {0, 1}, StatementClass::opaque, false});
       });
     }},
    {206, "program execution beside a harmless statement", ErrorCode::trust_no_workflow,
     [] {
       return matched([](World& world) {
         world.review.statements.push_back({"backfill.sql", {0, 1}, StatementClass::file_or_program, false});
       });
     }},
    {209, "break-glass by somebody who is not on call", ErrorCode::trust_requester_group,
     [] {
       return matched(
           [](World& world) { world.request = replaced(world.request, "mode: apply", "mode: break_glass"); });
     }},
    {207, "author whom the roster does not know", ErrorCode::trust_unknown_person,
     [] {
       return request_changed(
           [](std::string yaml) { return replaced(std::move(yaml), "authors: [alice]", "authors: [alice, ghost]"); });
     }},
    {210, "upper case name of a person", ErrorCode::field_value,
     [] {
       return request_changed(
           [](std::string yaml) { return replaced(std::move(yaml), "authors: [alice]", "authors: [Alice]"); });
     }},
};

const std::vector<Attack> k_own_decision_attacks{
    {220, "a second verdict line", ErrorCode::decision_grammar,
     [] {
       return own_message([](std::string text) {
         return replaced(std::move(text), "Dbw-Terms:", "Dbw-Verdict: " + link("allow") + "\nDbw-Terms:");
       });
     }},
    {221, "lines in another order", ErrorCode::decision_grammar,
     [] {
       return own_message([](std::string text) {
         const auto at = text.find("Dbw-Mode:"), end = text.find("Dbw-Request:");
         const std::string mode = text.substr(at, end - at);
         text.erase(at, end - at);
         return text.insert(text.find("Dbw-Verdict:"), mode);
       });
     }},
    {222, "title that rejects over lines that approve", ErrorCode::decision_grammar,
     [] {
       return own_message([](std::string text) { return replaced(std::move(text), "K7QF approve", "K7QF reject"); });
     }},
    {223, "time with an offset", ErrorCode::decision_grammar,
     [] {
       return own_message([](std::string text) {
         return replaced(std::move(text), "Dbw-Not-After: 2026-11-27T12:00:00Z",
                         "Dbw-Not-After: 2026-11-27T12:00:00+00:00");
       });
     }},
    {224, "digest in upper case", ErrorCode::decision_grammar,
     [] {
       return own_message([](std::string text) {
         const auto at = text.find("Dbw-Verdict: sha256:") + 20;
         std::transform(text.begin() + static_cast<std::ptrdiff_t>(at),
                        text.begin() + static_cast<std::ptrdiff_t>(at) + 64,
                        text.begin() + static_cast<std::ptrdiff_t>(at),
                        [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
         return text;
       });
     }},
    {225, "one step twice", ErrorCode::decision_grammar,
     [] {
       return own_message([](std::string text) {
         return replaced(std::move(text), "Dbw-Steps: dba,owner", "Dbw-Steps: dba,dba,owner");
       });
     }},
    {226, "request of bob's key as his approval", ErrorCode::sshsig_namespace,
     [] {
       const World world;
       return one_short(
           world, {"bob", signed_commit("bob", identity_of("bob"), model::render_decision(world.decision("bob")), 5,
                                        "dbw-request-v1")});
     }},
    {227, "post-review in place of an approval", ErrorCode::decision_grammar,
     [] {
       return own_message([](std::string text) {
         return replaced(replaced(std::move(text), "K7QF approve", "K7QF post-review"), "Dbw-Decision: approve",
                         "Dbw-Decision: post-review");
       });
     }},
    {228, "approval of a person whose only groups are not asked", ErrorCode::trust_not_eligible,
     [] {
       const World world;
       model::Decision decision = world.decision("bob");
       decision.approver = "erin";
       return one_short(world, {"erin", signed_commit("erin", identity_of("erin"), model::render_decision(decision))});
     }},
    {229, "e-mail of the requester on an approver's commit", ErrorCode::trust_identity_mismatch,
     [] {
       const World world;
       codec::CommitIdentity who = identity_of("bob");
       who.email = "alice@example.org";
       return one_short(world, {"bob", signed_commit("bob", who, model::render_decision(world.decision("bob")))});
     }},
    {230, "approval in the name of another who could give it", ErrorCode::trust_identity_mismatch,
     [] { return altered([](model::Decision& d) { d.approver = "carol"; }); }},
};

const std::vector<Attack> k_own_document_attacks{
    {240, "policy signed as if it were a roster", ErrorCode::trust_threshold,
     [] { return policy_signature("dbw-roster-v1"); }},
    {241, "policy signed as a file", ErrorCode::trust_threshold, [] { return policy_signature("file"); }},
    {242, "suspension signed as a policy", ErrorCode::trust_bad_signature,
     [] { return suspension(suspension_yaml("people: [bob]"), "sam", "dbw-policy-v1"); }},
    {243, "suspension of another repository", ErrorCode::trust_wrong_repository,
     [] {
       return suspension(replaced(suspension_yaml("people: [bob]"), k_repo, k_other_repo), "sam", "dbw-suspension-v1");
     }},
    {244, "suspension in sam's name by another key", ErrorCode::trust_bad_signature,
     [] { return suspension(suspension_yaml("people: [bob]"), "mallory", "dbw-suspension-v1"); }},
    {245, "policy of holders that a newer root removed", ErrorCode::trust_threshold,
     [] {
       World world;
       world.roots.push_back(signed_document("root", root_yaml(2, link(root_yaml()), "rose, ruth, rudi"),
                                             {"rita", "rob", "rose", "ruth"}));
       return authority_of(world);
     }},
    {246, "root that continues itself", ErrorCode::trust_prev_mismatch,
     [] {
       return root_two({"rita", "rob"}, "rita, rob, rose", link("dbw: root/v1\n"));
     }},
    {248, "nothing valid where a policy was seen", ErrorCode::trust_rollback,
     [] {
       World world;
       world.marks.policy = {1, crypto::sha256(policy_yaml())};
       world.policies = {signed_document("policy", policy_yaml(), {"rita"})};
       return authority_of(world);
     }},
    {249, "another root than the one seen", ErrorCode::trust_equivocation,
     [] {
       World world;
       world.marks.root = {1, crypto::sha256("another root")};
       return authority_of(world);
     }},
    {250, "pinned root of another version than the pin says", ErrorCode::trust_pin_missing,
     [] {
       World world;
       world.pin.root_version = 2;
       return authority_of(world);
     }},
    {251, "root that is signed by somebody of its role without a key", ErrorCode::trust_threshold,
     [] {
       const auto keyless = replaced(root_yaml(2, link(root_yaml())), "root: {threshold: 2, people: [rita, rob, rose]}",
                                     "root: {threshold: 2, people: [rita, rob, ghost]}");
       World world;
       world.roots.push_back(signed_document("root", keyless, {"rita", "ghost"}));
       return thrown([&] {
         if (world.authority().root().version != 2) throw Error(world.authority().notes().back().code, "ignored");
       });
     }},
    {252, "policy 3 that continues policy 1", ErrorCode::trust_version_gap,
     [] {
       World world;
       world.marks.policy = {1, crypto::sha256(policy_yaml())};
       world.policies.push_back(signed_document("policy", policy_yaml(3, link(policy_yaml())), {"rita", "rob"}));
       return authority_of(world);
     }},
    {247, "roster 2 that does not continue roster 1", ErrorCode::trust_prev_mismatch,
     [] {
       World world;
       world.marks.roster = {1, crypto::sha256(roster_yaml())};
       world.set_roster(roster_yaml(2, link("another roster")));
       return authority_of(world);
     }},
};

const std::vector<Attack> k_own_token_attacks{
    {260, "valid for no time at all", ErrorCode::trust_token_life,
     [] { return token_changed([](model::Token& t) { t.not_before = t.expires_at; }); }},
    {261, "of another repository", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.repo_id = k_other_repo; }); }},
    {262, "leaves an approval out", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.approvals.pop_back(); }); }},
    {263, "lists the approvals in another order", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { std::swap(t.approvals.front(), t.approvals.back()); }); }},
    {264, "issued under another roster", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.roster.sha256 = crypto::sha256("x"); }); }},
    {265, "issued under another root", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.root.version = 2; }); }},
    {266, "for another environment", ErrorCode::trust_token_mismatch,
     [] { return token_changed([](model::Token& t) { t.environment = "staging"; }); }},
    {267, "signature cut short", ErrorCode::trust_token_signature,
     [] { return envelope_changed([](model::Envelope& e) { e.signature.pop_back(); }); }},
    {268, "signature of another token", ErrorCode::trust_token_signature,
     [] {
       return envelope_changed([](model::Envelope& e) {
         TokenScene other;
         other.token.jti = std::string(32, 'd');
         e.signature = trust::sign_token(other.token, crypto::MachineKey::from_seed(make_key("issuer").seed)).signature;
       });
     }},
    {269, "blank in the base64 of the payload", ErrorCode::field_value,
     [] {
       return envelope_text(
           [](std::string json) { return replaced(std::move(json), "\"payload\":\"", "\"payload\":\" "); });
     }},
    {271, "issued by a machine of another environment", ErrorCode::trust_token_key,
     [] {
       TokenScene scene;
       scene.world.set_roster(
           roster_yaml() +
           fmt::format("  issuer2: {{use: token, key: \"{}\", environments: [staging]}}\n", key_line("issuer2")));
       scene.authority = scene.world.authority();
       scene.token.issuer = "issuer2";
       return scene.verify(trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer2").seed)));
     }},
    {270, "claim that nobody knows", ErrorCode::field_unknown,
     [] {
       return envelope_changed([](model::Envelope& e) {
         e.payload = "{\"admin\":true," + e.payload.substr(1);
         e.signature =
             crypto::MachineKey::from_seed(make_key("issuer").seed).sign(crypto::dsse_pae(e.payload_type, e.payload));
       });
     }},
};

class OwnAttack : public ::testing::TestWithParam<Attack> {};
TEST_P(OwnAttack, Fails) { expect_failure(GetParam()); }
INSTANTIATE_TEST_SUITE_P(TrustRequests, OwnAttack, ::testing::ValuesIn(k_own_request_attacks), attack_name);
INSTANTIATE_TEST_SUITE_P(TrustDecisions, OwnAttack, ::testing::ValuesIn(k_own_decision_attacks), attack_name);
INSTANTIATE_TEST_SUITE_P(TrustDocuments, OwnAttack, ::testing::ValuesIn(k_own_document_attacks), attack_name);
INSTANTIATE_TEST_SUITE_P(TrustTokens, OwnAttack, ::testing::ValuesIn(k_own_token_attacks), attack_name);

/// A stranger to the steps cannot stop what others may decide.
TEST(TrustAttacks, RejectionByOneWhoMayFillNoStepStopsNothing) {
  const World world;
  std::vector<trust::DecisionInput> inputs = approvals(world);
  model::Decision no = world.decision("bob", DecisionKind::reject, '7');
  no.approver = "erin";
  inputs.push_back({"erin", signed_commit("erin", identity_of("erin"), model::render_decision(no))});
  const trust::JudgedDecisions judged = world.judge(inputs);
  EXPECT_TRUE(judged.satisfied);
  EXPECT_TRUE(judged.rejected_by.empty());
}

/// A security key signs the same text differently each time; it is one decision.
TEST(TrustAttacks, TwoSignaturesOverOneTextCountOnce) {
  const World world;
  const std::string message = model::render_decision(world.decision("dana"));
  const trust::DecisionInput once{"dana", signed_commit("dana-sk", identity_of("dana"), message, 5)};
  const trust::DecisionInput again{"dana", signed_commit("dana-sk", identity_of("dana"), message, 0x85)};
  const trust::JudgedDecisions judged = world.judge({honest(world, "dave"), once, again});
  EXPECT_FALSE(judged.satisfied);
  EXPECT_EQ(judged.decisions.size(), 2u);
}

}  // namespace
}  // namespace dbw::test
