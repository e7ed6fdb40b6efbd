#include "trust_scene.hpp"

namespace dbw::test {
namespace {

const std::vector<Attack> k_decision_attacks{
    {3, "alice approves her own request with a second key", ErrorCode::trust_self_approval,
     [] {
       World world;
       world.set_roster(replaced(roster_yaml(), "groups: [dev]\n  bob", "groups: [dev, dba]\n  bob"));
       return one_short(world, {"alice", signed_commit("alice2", identity_of("alice"),
                                                       model::render_decision(world.decision("alice")))});
     }},
    {3, "an author approves", ErrorCode::trust_self_approval,
     [] {
       World world;
       world.request = replaced(world.request, "authors: [alice]", "authors: [alice, bob]");
       return one_short(world, honest(world, "bob"));
     }},
    {3, "alice approves through a second account of hers", ErrorCode::trust_self_approval,
     [] {
       World world;
       world.set_roster(replaced(roster_yaml(), "  carol:\n", "  carol:\n    human: alice\n"));
       return judged(world, {honest(world, "bob"), honest(world, "carol"), honest(world, "dave")});
     }},
    {112, "an AI client signs as a second human with a key of nobody", ErrorCode::trust_unknown_key,
     [] {
       const World world;
       return one_short(
           world, {"bob", signed_commit("mallory", identity_of("bob"), model::render_decision(world.decision("bob")))});
     }},
    {112, "an AI client's account counts as the human whose client it is", ErrorCode::trust_self_approval,
     [] {
       World world;
       world.set_roster(replaced(roster_yaml(), "  dana:\n", "  dana:\n    human: alice\n"));
       return judged(world, {honest(world, "bob"), honest(world, "dana"), honest(world, "dave")});
     }},
    {22, "approval of a dry run", ErrorCode::trust_binding_mismatch,
     [] { return altered([](model::Decision& d) { d.mode = model::RequestMode::dry_run; }); }},
    {25, "replayed to another environment", ErrorCode::trust_binding_mismatch,
     [] { return altered([](model::Decision& d) { d.environment = "staging"; }); }},
    {25, "replayed to another database", ErrorCode::trust_binding_mismatch,
     [] { return altered([](model::Decision& d) { d.database = "bank"; }); }},
    {25, "replayed to another repository", ErrorCode::trust_binding_mismatch,
     [] { return altered([](model::Decision& d) { d.repo_id = k_other_repo; }); }},
    {25, "replayed to another request", ErrorCode::trust_binding_mismatch,
     [] { return altered([](model::Decision& d) { d.request = RequestId("REQ-20261120-AAAA"); }); }},
    {25, "replayed to other steps", ErrorCode::trust_binding_mismatch,
     [] { return altered([](model::Decision& d) {
            d.steps = {"dba", "security"};
          }); }},
    {21, "another verdict", ErrorCode::trust_stale,
     [] { return altered([](model::Decision& d) { d.verdict_sha256 = crypto::sha256("allow"); }); }},
    {26, "suspended key, back-dated commit", ErrorCode::trust_suspended,
     [] {
       World world;
       world.suspend(fmt::format("keys: [\"{}\"]", key_of("bob").key.id.text()));
       codec::CommitIdentity old = identity_of("bob");
       old.seconds = 1'500'000'000;
       return one_short(world, {"bob", signed_commit("bob", old, model::render_decision(world.decision("bob")))});
     }},
    {26, "suspended person", ErrorCode::trust_suspended,
     [] {
       World world;
       world.suspend("people: [bob]");
       return one_short(world, honest(world, "bob"));
     }},
    {26, "person who has left", ErrorCode::trust_inactive_person,
     [] {
       World world;
       world.set_roster(replaced(roster_yaml(), "  bob:\n", "  bob:\n    status: left\n"));
       return one_short(world, honest(world, "bob"));
     }},
    {27, "approve, revoke, copy of the approval", ErrorCode::trust_revoked,
     [] {
       const World world;
       const trust::DecisionInput yes = honest(world, "bob");
       return judged(world, {honest(world, "dave"), honest(world, "carol"), yes, revoke(world, "bob", yes), yes});
     }},
    {28, "re-signed text with a foreign author", ErrorCode::trust_identity_mismatch,
     [] {
       const World world;
       const std::string message = model::render_decision(world.decision("bob"));
       codec::CommitIdentity author = identity_of("mallory");
       const std::string honest_payload =
           codec::commit_payload(std::string(40, '1'), std::string(40, '2'), identity_of("bob"), message);
       const std::string payload =
           replaced(honest_payload, fmt::format("author bob <bob@example.org> {}", k_now.seconds),
                    fmt::format("author {} <{}> {}", author.name, author.email, 1));
       return one_short(world, {"bob", codec::insert_signature(payload, sign_ssh(key_of("bob"), "git", payload))});
     }},
    {28, "committer time differs from author time", ErrorCode::trust_identity_mismatch,
     [] {
       const World world;
       const std::string payload =
           replaced(codec::commit_payload(std::string(40, '1'), std::string(40, '2'), identity_of("bob"),
                                          model::render_decision(world.decision("bob"))),
                    fmt::format("committer bob <bob@example.org> {}", k_now.seconds),
                    fmt::format("committer bob <bob@example.org> {}", k_now.seconds + 1));
       return one_short(world, {"bob", codec::insert_signature(payload, sign_ssh(key_of("bob"), "git", payload))});
     }},
    {29, "armour wrapped otherwise", ErrorCode::sshsig_not_canonical,
     [] {
       const World world;
       const std::string payload = codec::commit_payload(std::string(40, '1'), std::string(40, '2'), identity_of("bob"),
                                                         model::render_decision(world.decision("bob")));
       std::string armour = sign_ssh(key_of("bob"), "git", payload);
       armour.erase(armour.find('\n', 40), 1);
       return one_short(world, {"bob", codec::insert_signature(payload, armour)});
     }},
    {30, "unsigned commit", ErrorCode::commit_unsigned,
     [] {
       const World world;
       return one_short(world,
                        {"bob", codec::commit_payload(std::string(40, '1'), std::string(40, '2'), identity_of("bob"),
                                                      model::render_decision(world.decision("bob")))});
     }},
    {29, "message changed behind the signature", ErrorCode::sshsig_bad_signature,
     [] {
       return altered_commit([](std::string raw) {
         return replaced(std::move(raw), "Dbw-Not-After: 2026-11-27", "Dbw-Not-After: 2026-11-26");
       });
     }},
    {31, "text behind the message", ErrorCode::sshsig_bad_signature,
     [] { return altered_commit([](std::string raw) { return raw + "more\n"; }); }},
    {32, "a second signature header", ErrorCode::commit_extra_header,
     [] {
       return altered_commit(
           [](std::string raw) { return replaced(std::move(raw), "\ngpgsig ", "\ngpgsig-sha256 x\ngpgsig "); });
     }},
    {33, "signature made for a file", ErrorCode::sshsig_namespace,
     [] {
       const World world;
       return one_short(world, {"bob", signed_commit("bob", identity_of("bob"),
                                                     model::render_decision(world.decision("bob")), 5, "file")});
     }},
    {34, "security key without a touch", ErrorCode::sshsig_no_touch,
     [] {
       const World world;
       return judged(world, {honest(world, "dave"),
                             honest(world, "bob"),
                             {"dana", signed_commit("dana-sk", identity_of("dana"),
                                                    model::render_decision(world.decision("dana")), 4)}});
     }},
    {34, "security key without its PIN", ErrorCode::trust_pin_required,
     [] {
       const World world;
       return judged(world, {honest(world, "dave"),
                             honest(world, "bob"),
                             {"dana", signed_commit("dana-sk", identity_of("dana"),
                                                    model::render_decision(world.decision("dana")), 1)}});
     }},
    {36, "somebody else's name over bob's key", ErrorCode::trust_identity_mismatch,
     [] {
       const World world;
       return judged(
           world,
           {honest(world, "dave"),
            honest(world, "bob"),
            {"carol", signed_commit("bob", identity_of("carol"), model::render_decision(world.decision("carol")))}});
     }},
    {38, "approval by the review bot", ErrorCode::trust_wrong_usage,
     [] {
       const World world;
       return one_short(world, {"bob", signed_commit("reviewer", identity_of("bob"),
                                                     model::render_decision(world.decision("bob")))});
     }},
    {38, "approval by the token key", ErrorCode::trust_wrong_usage,
     [] {
       const World world;
       return one_short(
           world, {"bob", signed_commit("issuer", identity_of("bob"), model::render_decision(world.decision("bob")))});
     }},
    {38, "approval by a key for requests only", ErrorCode::trust_wrong_usage,
     [] {
       World world;
       world.set_roster(replaced(roster_yaml(), "groups: [oncall]", "groups: [oncall, dba]"));
       return one_short(world, honest(world, "olga"));
     }},
    {38, "approval by the platform's key", ErrorCode::trust_unknown_key,
     [] {
       const World world;
       return one_short(world, {"bob", signed_commit("platform", identity_of("bob"),
                                                     model::render_decision(world.decision("bob")))});
     }},
    {108, "approval valid for a year", ErrorCode::trust_decision_expired,
     [] { return altered([](model::Decision& d) { d.not_after = k_now + Seconds(365 * 86400); }); }},
    {108, "approval that has ended", ErrorCode::trust_decision_expired,
     [] { return altered([](model::Decision& d) { d.not_after = k_now - Seconds(1); }); }},
    {109, "a waiver added after approval", ErrorCode::trust_stale,
     [] {
       return stale_after([](World& world) {
         world.set_policy(replaced(
             policy_yaml(), "limits:",
             "  waivers: [{rule: ban-drop-table, until: 2027-01-01T00:00:00Z, by: rita, reason: because}]\nlimits:"));
       });
     }},
    {109, "a group enlarged after approval", ErrorCode::trust_stale,
     [] {
       return stale_after([](World& world) {
         world.set_roster(replaced(roster_yaml(), "groups: [security]", "groups: [security, dba]"));
       });
     }},
    {109, "a more specific workflow after approval", ErrorCode::trust_stale,
     [] {
       return stale_after([](World& world) {
         world.set_policy(
             replaced(policy_yaml(), "  - name: prod-read\n",
                      "  - name: shop-write\n    match: {environment: production, database: shop, classes: [dml]}\n"
                      "    steps: [{id: owner, groups: [dba], need: 1}]\n  - name: prod-read\n"));
       });
     }},
    {113, "approval on somebody else's ref", ErrorCode::trust_ref_owner,
     [] {
       const World world;
       trust::DecisionInput moved = honest(world, "bob");
       moved.person = "dana";
       return one_short(world, moved);
     }},
    {23, "bob is in two groups and counts once", ErrorCode::trust_approvals_missing,
     [] {
       const World world;
       return thrown([&] {
         trust::require_satisfied(world.judge(
             {honest(world, "bob"), honest(world, "bob", DecisionKind::approve, '2'), honest(world, "carol")}));
       });
     }},
    {27, "a rejection is outvoted", ErrorCode::trust_rejected,
     [] {
       const World world;
       std::vector<trust::DecisionInput> inputs = approvals(world);
       inputs.push_back(honest(world, "bob", DecisionKind::reject, '3'));
       return thrown([&] { trust::require_satisfied(world.judge(inputs)); });
     }},
    {27, "somebody else lifts a rejection", ErrorCode::trust_rejected,
     [] {
       const World world;
       std::vector<trust::DecisionInput> inputs = approvals(world);
       const trust::DecisionInput no = honest(world, "bob", DecisionKind::reject, '3');
       inputs.push_back(no);
       inputs.push_back(revoke(world, "carol", no));
       return thrown([&] { trust::require_satisfied(world.judge(inputs)); });
     }},
    {93, "more decisions than are looked at", ErrorCode::trust_too_many_decisions,
     [] {
       const World world;
       return thrown([&] { world.judge(std::vector<trust::DecisionInput>(257, {"bob", "x"})); });
     }},
    {72, "no approvals at all", ErrorCode::trust_approvals_missing,
     [] {
       const World world;
       return thrown([&] { trust::require_satisfied(world.judge({})); });
     }},
};

class DecisionAttack : public ::testing::TestWithParam<Attack> {};
TEST_P(DecisionAttack, Fails) { expect_failure(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Trust, DecisionAttack, ::testing::ValuesIn(k_decision_attacks), attack_name);

}  // namespace
}  // namespace dbw::test
