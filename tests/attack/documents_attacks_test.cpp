#include "trust_scene.hpp"

namespace dbw::test {
namespace {

const std::vector<Attack> k_document_attacks{
    {4, "two principals share a key", ErrorCode::trust_duplicate_key,
     [] {
       return roster_change(
           [](std::string yaml) { return replaced(std::move(yaml), key_line("carol"), key_line("dave")); });
     }},
    {4, "one key under two humans of root and roster", ErrorCode::trust_duplicate_human,
     [] {
       return roster_change(
           [](std::string yaml) { return replaced(std::move(yaml), key_line("carol"), key_line("rita")); });
     }},
    {4, "one e-mail under two humans", ErrorCode::trust_duplicate_email,
     [] {
       return roster_change(
           [](std::string yaml) { return replaced(std::move(yaml), "carol@example.org", "dave@example.org"); });
     }},
    {4, "human who is nobody", ErrorCode::trust_unknown_human,
     [] {
       return roster_change(
           [](std::string yaml) { return replaced(std::move(yaml), "  carol:\n", "  carol:\n    human: zoe\n"); });
     }},
    {38, "a machine's key is a person's too", ErrorCode::trust_duplicate_key,
     [] {
       return roster_change(
           [](std::string yaml) { return replaced(std::move(yaml), key_line("carol"), key_line("issuer")); });
     }},
    {41, "trusted ref moved back to older policy", ErrorCode::trust_rollback,
     [] {
       World world;
       world.marks.policy = {2, crypto::sha256("policy two")};
       return authority_of(world);
     }},
    {52, "older policy than the pin allows", ErrorCode::trust_rollback,
     [] {
       World world;
       world.pin.min_policy_version = 3;
       return authority_of(world);
     }},
    {41, "older root", ErrorCode::trust_rollback,
     [] {
       World world;
       world.marks.root = {2, crypto::sha256("root two")};
       return authority_of(world);
     }},
    {41, "roster withheld: policy knows a newer root", ErrorCode::trust_rollback,
     [] {
       return policy_change(
           [](std::string yaml) { return replaced(std::move(yaml), "root_version: 1", "root_version: 2"); });
     }},
    {51, "one holder signs twice with two keys", ErrorCode::trust_threshold,
     [] {
       World world;
       world.policies = {signed_document("policy", policy_yaml(), {"rita"})};
       world.policies[0].signatures["rob"] = sign_ssh(key_of("rita2"), "dbw-policy-v1", world.policies[0].bytes);
       return authority_of(world);
     }},
    {53, "two policies of one version", ErrorCode::trust_equivocation,
     [] {
       World world;
       world.policies.push_back(
           signed_document("policy", replaced(policy_yaml(), "max_rows: 10000", "max_rows: 99999"), {"rob", "rose"}));
       return authority_of(world);
     }},
    {53, "another policy than the one seen with that version", ErrorCode::trust_equivocation,
     [] {
       World world;
       world.marks.policy = {1, crypto::sha256("another")};
       return authority_of(world);
     }},
    {54, "version jump", ErrorCode::trust_version_gap,
     [] {
       World world;
       world.marks.policy = {1, crypto::sha256(policy_yaml())};
       world.set_policy(policy_yaml(3, crypto::sha256("policy two").text()));
       return authority_of(world);
     }},
    {54, "policy 2 that does not continue policy 1", ErrorCode::trust_prev_mismatch,
     [] {
       World world;
       world.marks.policy = {1, crypto::sha256(policy_yaml())};
       world.set_policy(policy_yaml(2, crypto::sha256("other").text()));
       return authority_of(world);
     }},
    {54, "policy 3 beside another policy 2", ErrorCode::trust_prev_mismatch,
     [] {
       World world;
       world.marks.policy = {1, crypto::sha256(policy_yaml())};
       world.set_policy(policy_yaml(3, crypto::sha256("other").text()));
       world.policies.push_back(signed_document("policy", policy_yaml(2, link(policy_yaml())), {}));
       return authority_of(world);
     }},
    {54, "root jump", ErrorCode::trust_version_gap,
     [] {
       World world;
       world.roots.push_back(signed_document("root", root_yaml(3, crypto::sha256("root two").text()), {"rita", "rob"}));
       return authority_of(world);
     }},
    {55, "root signed by new holders only", ErrorCode::trust_threshold,
     [] {
       return root_two({"mallory", "mallet"}, "mallory, mallet, moe");
     }},
    {55, "root signed by old holders only", ErrorCode::trust_threshold,
     [] {
       return root_two({"rita", "rob"}, "mallory, mallet, moe");
     }},
    {54, "root 2 that does not continue root 1", ErrorCode::trust_prev_mismatch,
     [] {
       return root_two({"rita", "rob"}, "rita, rob, rose", crypto::sha256("another root").text());
     }},
    {53, "two roots of one version", ErrorCode::trust_equivocation,
     [] {
       World world;
       const std::string prev = link(root_yaml());
       world.roots.push_back(signed_document("root", root_yaml(2, prev), {"rita", "rob"}));
       world.roots.push_back(signed_document("root", root_yaml(2, prev, "rita, rob, ruth"), {"rita", "rob"}));
       return authority_of(world);
     }},
    {56, "threshold 0", ErrorCode::field_value,
     [] {
       return thrown(
           [] { model::parse_root(replaced(root_yaml(), "roster: {threshold: 1", "roster: {threshold: 0"), "root"); });
     }},
    {56, "threshold above the number of holders", ErrorCode::trust_threshold_unsatisfiable,
     [] {
       World world;
       const std::string root = replaced(root_yaml(), "suspend: {threshold: 1", "suspend: {threshold: 2");
       world.roots = {signed_document("root", root, {"rita", "rob"})};
       world.pin.root_sha256 = crypto::sha256(root);
       return authority_of(world);
     }},
    {56, "one key for two root holders", ErrorCode::trust_duplicate_key,
     [] {
       World world;
       const std::string root = replaced(root_yaml(), key_line("rob2"), key_line("rita2"));
       world.roots = {signed_document("root", root, {"rita", "rob"})};
       world.pin.root_sha256 = crypto::sha256(root);
       return authority_of(world);
     }},
    {57, "unknown field in the policy", ErrorCode::field_unknown,
     [] {
       World world;
       world.set_policy(policy_yaml() + "backdoor: true\n");
       const Outcome out = authority_of(world);
       EXPECT_FALSE(out.got_through);
       return thrown([] { model::parse_policy(policy_yaml() + "backdoor: true\n", "policy"); });
     }},
    {58, "policy expired and its grace over", ErrorCode::trust_expired,
     [] {
       World world;
       world.set_roster(replaced(roster_yaml(), "expires_at: 2027-03-01", "expires_at: 2027-10-01"));
       world.now = Timestamp::parse("2027-03-05T00:00:00Z");
       return authority_of(world);
     }},
    {58, "policy expired: only break_glass matches", ErrorCode::trust_expired,
     [] { return matched([](World& world) { world.now = Timestamp::parse("2027-02-19T00:00:00Z"); }); }},
    {58, "roster expired", ErrorCode::trust_expired,
     [] {
       World world;
       world.now = Timestamp::parse("2027-03-02T00:00:00Z");
       return authority_of(world);
     }},
    {58, "root expired", ErrorCode::trust_expired,
     [] {
       World world;
       world.now = Timestamp::parse("2027-11-02T00:00:00Z");
       return authority_of(world);
     }},
    {59, "suspension that names a new key", ErrorCode::field_unknown,
     [] {
       return thrown([] { model::parse_suspension(suspension_yaml("people: [bob]\nadd_keys: [x]"), "suspension"); });
     }},
    {59, "suspension by somebody without the role", ErrorCode::trust_unknown_signer,
     [] {
       World world;
       const std::string yaml = replaced(suspension_yaml("people: [bob]"), "by: sam", "by: rita");
       world.suspensions.push_back(signed_document("suspension", yaml, {"rita"}));
       const trust::Authority authority = world.authority();
       return Outcome{{authority.notes().back().code}, authority.person_suspended(*authority.find_person("bob"))};
     }},
    {78, "clock back before what was signed", ErrorCode::trust_clock,
     [] {
       World world;
       world.now = Timestamp::parse("2026-11-20T07:00:00Z");
       return authority_of(world);
     }},
    {42, "clock behind the newest log entry", ErrorCode::trust_clock,
     [] { return thrown([] { trust::require_clock(k_now, k_now + Seconds(61)); }); }},
    {56, "workflows tie", ErrorCode::trust_workflow_tie,
     [] {
       return policy_change([](std::string yaml) {
         return replaced(std::move(yaml), "match: {environment: production, kind: query, classes: [read]}",
                         "match: {environment: production, classes: [ddl]}");
       });
     }},
    {56, "step nobody can fill", ErrorCode::trust_step_unfillable,
     [] {
       return policy_change([](std::string yaml) {
         return replaced(std::move(yaml), "groups: [dba], need: 2", "groups: [dba], need: 4");
       });
     }},
    {56, "one human needed in two steps", ErrorCode::trust_step_unfillable,
     [] {
       return policy_change([](std::string yaml) {
         return replaced(std::move(yaml), "groups: [team-leads], need: 1", "groups: [oncall-lead], need: 2");
       });
     }},
    {56, "group nobody is in", ErrorCode::trust_unknown_group,
     [] {
       return policy_change(
           [](std::string yaml) { return replaced(std::move(yaml), "groups: [security]", "groups: [ghosts]"); });
     }},
    {76, "executor that is a token machine", ErrorCode::trust_unknown_machine,
     [] {
       return policy_change(
           [](std::string yaml) { return replaced(std::move(yaml), "executor: exec-prod", "executor: issuer"); });
     }},
    {63, "two databases with one target", ErrorCode::trust_duplicate_target,
     [] {
       return policy_change([](std::string yaml) {
         return replaced(std::move(yaml), "77aa77aa77aa77aa77aa77aa77aa77aa", "9b1d9b1d9b1d9b1d9b1d9b1d9b1d9b1d");
       });
     }},
    {109, "raised step that redefines another", ErrorCode::trust_step_conflict,
     [] {
       return policy_change([](std::string yaml) {
         return replaced(std::move(yaml), "add: [{id: security, groups: [security], need: 1}]",
                         "add: [{id: dba, groups: [security], need: 1}]");
       });
     }},
    {58, "roster that lives for ten years", ErrorCode::trust_life,
     [] {
       return roster_change([](std::string yaml) {
         return replaced(std::move(yaml), "expires_at: 2027-03-01", "expires_at: 2036-03-01");
       });
     }},
    {41, "pinned root missing", ErrorCode::trust_pin_missing,
     [] {
       World world;
       world.pin.root_sha256 = crypto::sha256("another root");
       return authority_of(world);
     }},
    {50, "no policy at all", ErrorCode::trust_missing,
     [] {
       World world;
       world.policies.clear();
       return authority_of(world);
     }},
    {25, "policy of another repository", ErrorCode::trust_wrong_repository,
     [] { return policy_change([](std::string yaml) { return replaced(std::move(yaml), k_repo, k_other_repo); }); }},
};

class DocumentAttack : public ::testing::TestWithParam<Attack> {};
TEST_P(DocumentAttack, Fails) { expect_failure(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Trust, DocumentAttack, ::testing::ValuesIn(k_document_attacks), attack_name);

}  // namespace
}  // namespace dbw::test
