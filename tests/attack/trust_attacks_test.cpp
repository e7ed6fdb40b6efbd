#include <algorithm>
#include <functional>
#include <set>

#include "support/paths.hpp"
#include "support/trust_world.hpp"
#include "trust/lint.hpp"

/// Attacks on trust: who may say yes, to what, for how long. Every row edits an in-memory repository as its attacker
/// could and names the one error that must come of it. Rows carry the numbers of the project's threat table.
namespace dbw::test {
namespace {

using model::DecisionKind;

/// What the verifier said: every code it gave, and whether the attacker got through.
struct Outcome {
  std::set<ErrorCode> codes;
  bool got_through = false;
};

Outcome thrown(const std::function<void()>& attempt) {
  try {
    attempt();
    return {{}, true};
  } catch (const Error& error) {
    return {{error.code()}, false};
  }
}

Outcome authority_of(const World& world) {
  return thrown([&] { world.authority(); });
}

Outcome judged(const World& world, const std::vector<trust::DecisionInput>& inputs) {
  const trust::JudgedDecisions result = world.judge(inputs);
  Outcome out{{}, result.satisfied};
  for (const trust::JudgedDecision& decision : result.decisions) {
    for (const Refusal& refusal : decision.refusals) out.codes.insert(refusal.code);
  }
  return out;
}

/// The three approvals that satisfy prod-write.
std::vector<trust::DecisionInput> approvals(const World& world) {
  return {honest(world, "bob"), honest(world, "carol"), honest(world, "dana"), honest(world, "dave")};
}

/// dave and carol are honest; the attacker tries to make up the missing second dba.
Outcome one_short(const World& world, const trust::DecisionInput& forged) {
  return judged(world, {honest(world, "dave"), honest(world, "carol"), forged});
}

/// bob's decision with one field changed, signed by bob.
Outcome altered(const std::function<void(model::Decision&)>& change) {
  const World world;
  model::Decision decision = world.decision("bob");
  change(decision);
  return one_short(world, {"bob", signed_commit("bob", identity_of("bob"), model::render_decision(decision))});
}

/// bob's honest approval with other raw bytes.
Outcome altered_commit(const std::function<std::string(std::string)>& change) {
  const World world;
  return one_short(world, {"bob", change(honest(world, "bob").commit)});
}

/// A decision made before the world changed.
Outcome stale_after(const std::function<void(World&)>& change) {
  World world;
  const std::vector<trust::DecisionInput> before = approvals(world);
  change(world);
  return judged(world, before);
}

std::string link(const std::string& yaml) { return crypto::sha256(yaml).text(); }

Outcome root_two(const std::vector<std::string>& signers, std::string_view holders, std::string_view prev = {}) {
  World world;
  const std::string two = root_yaml(2, prev.empty() ? link(root_yaml()) : std::string(prev), holders);
  world.roots.push_back(signed_document("root", two, signers));
  Outcome out = thrown([&] {
    if (world.authority().root().version != 2) throw Error(world.authority().notes().back().code, "ignored");
  });
  return out;
}

Outcome policy_change(const std::function<std::string(std::string)>& change) {
  World world;
  world.set_policy(change(policy_yaml()));
  return authority_of(world);
}
Outcome roster_change(const std::function<std::string(std::string)>& change) {
  World world;
  world.set_roster(change(roster_yaml()));
  return authority_of(world);
}

struct TokenScene {
  World world;
  trust::Authority authority = world.authority();
  trust::JudgedDecisions judgement = world.judge(approvals(world));
  trust::TokenFacts facts = trust::token_facts(authority, world.verified(authority), world.bindings(authority),
                                               judgement, {5, crypto::sha256("head")});
  model::Token token = trust::make_token(facts, "issuer", std::string(32, 'c'), k_now, Seconds(300));

  Outcome verify(const model::Envelope& envelope) const {
    return thrown([&] { trust::verify_token(authority, envelope, facts, k_now); });
  }
};

Outcome token_changed(const std::function<void(model::Token&)>& change) {
  TokenScene scene;
  change(scene.token);
  return scene.verify(trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer").seed)));
}
Outcome token_signed_by(std::string_view key) {
  const TokenScene scene;
  return scene.verify(trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key(key).seed)));
}
Outcome envelope_changed(const std::function<void(model::Envelope&)>& change) {
  const TokenScene scene;
  model::Envelope envelope = trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer").seed));
  change(envelope);
  return scene.verify(envelope);
}
Outcome envelope_text(const std::function<std::string(std::string)>& change) {
  const TokenScene scene;
  const std::string text =
      model::emit_envelope(trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer").seed)));
  return thrown([&] { scene.verify(model::parse_envelope(change(text))); });
}

Outcome request_changed(const std::function<std::string(std::string)>& change, std::string_view signer = "alice") {
  World world;
  world.request = change(world.request);
  world.request_signer = signer;
  const trust::Authority authority = world.authority();
  return thrown([&] { world.verified(authority); });
}

Outcome matched(const std::function<void(World&)>& change) {
  World world;
  change(world);
  const trust::Match match = world.match(world.authority());
  Outcome out{{}, match.matched()};
  for (const Refusal& refusal : match.refusals) out.codes.insert(refusal.code);
  return out;
}

Outcome file_of(std::string_view bytes) {
  return thrown([&] { trust::require_file({"backfill.sql", crypto::sha256(bytes)}, bytes, 1000); });
}

struct Attack {
  int row;
  const char* name;
  ErrorCode expected;
  std::function<Outcome()> run;
};

const std::vector<Attack> k_request_attacks{
    {1, "flip one SQL byte after approval", ErrorCode::trust_file_digest,
     [] {
       const std::string edited = replaced(k_sql, "'new'", "'old'");
       return thrown([&] { trust::require_file({"backfill.sql", crypto::sha256(k_sql)}, edited, 1000); });
     }},
    {1, "name other SQL in the request after approval", ErrorCode::trust_stale,
     [] {
       return stale_after([](World& world) {
         world.request =
             replaced(world.request, crypto::sha256(k_sql).text(), crypto::sha256("DROP TABLE orders;\n").text());
       });
     }},
    {2, "change only white space of the request", ErrorCode::trust_stale,
     [] { return stale_after([](World& world) { world.request += "\n"; }); }},
    {5, "claim to be bob, sign as alice", ErrorCode::trust_requester_mismatch,
     [] {
       return request_changed(
           [](std::string yaml) { return replaced(std::move(yaml), "requester: alice", "requester: bob"); });
     }},
    {5, "request changed behind its signature", ErrorCode::sshsig_bad_signature,
     [] {
       const World world;
       const trust::Authority authority = world.authority();
       trust::SignedRequest document = world.signed_request();
       document.bytes = replaced(document.bytes, "production", "staging");
       return thrown([&] { trust::verify_request(authority, document, world.now); });
     }},
    {5, "request signed by a key nobody knows", ErrorCode::trust_unknown_key,
     [] { return request_changed([](std::string yaml) { return yaml; }, "mallory"); }},
    {38, "request signed by a machine", ErrorCode::trust_wrong_usage,
     [] { return request_changed([](std::string yaml) { return yaml; }, "reviewer"); }},
    {38, "request signed by a key for approvals only", ErrorCode::trust_wrong_usage,
     [] { return request_changed([](std::string yaml) { return yaml; }, "alice2"); }},
    {10, "bidirectional characters in SQL", ErrorCode::trust_file_characters,
     [] { return file_of("SELECT '\xE2\x80\xAE';\n"); }},
    {16, "LFS pointer instead of SQL", ErrorCode::trust_file_lfs_pointer,
     [] { return file_of("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"); }},
    {93, "file above the limit", ErrorCode::trust_file_too_large, [] { return file_of(std::string(1001, '-')); }},
    {25, "request of another repository", ErrorCode::trust_wrong_repository,
     [] { return request_changed([](std::string yaml) { return replaced(std::move(yaml), k_repo, k_other_repo); }); }},
    {6, "environment twice", ErrorCode::yaml_duplicate_key,
     [] { return request_changed([](std::string yaml) { return yaml + "environment: staging\n"; }); }},
    {57, "field nobody knows", ErrorCode::field_unknown,
     [] { return request_changed([](std::string yaml) { return yaml + "host: evil.example\n"; }); }},
    {13, "path out of the folder", ErrorCode::field_value,
     [] {
       return request_changed(
           [](std::string yaml) { return replaced(std::move(yaml), "path: backfill.sql", "path: ../backfill.sql"); });
     }},
    {79, "clock ahead: the request has expired", ErrorCode::trust_request_expired,
     [] {
       World world;
       world.now = Timestamp::parse("2026-12-05T00:00:00Z");
       const trust::Authority authority = world.authority();
       return thrown([&] { world.verified(authority); });
     }},
    {108, "request that lives for a year", ErrorCode::trust_request_life,
     [] {
       return request_changed([](std::string yaml) {
         return replaced(std::move(yaml), "expires_at: 2026-12-04", "expires_at: 2027-11-04");
       });
     }},
    {99, "dml carries a privilege statement", ErrorCode::trust_no_workflow,
     [] {
       return matched([](World& world) {
         world.review.statements.push_back({"backfill.sql", {0, 1}, StatementClass::privilege, false});
       });
     }},
    {98, "no statement at all", ErrorCode::trust_no_statements,
     [] { return matched([](World& world) { world.review.statements.clear(); }); }},
    {68, "risk unknown does not go unapproved", ErrorCode::trust_no_approvers,
     [] {
       return matched([](World& world) {
         world.request = replaced(replaced(world.request, "kind: change", "kind: query"), "environment: production",
                                  "environment: staging");
         const auto at = world.request.find("    rollback:");
         world.request.erase(at, world.request.find('\n', at) + 1 - at);
         world.review.statements = {{"backfill.sql", {0, 1}, StatementClass::read, true}};
         world.review.risk = model::Risk::unknown;
       });
     }},
    {59, "database that policy does not list", ErrorCode::trust_unknown_database,
     [] {
       return request_changed(
           [](std::string yaml) { return replaced(std::move(yaml), "database: shop", "database: bank"); });
     }},
    {98, "requester outside the workflow's groups", ErrorCode::trust_requester_group,
     [] {
       return matched([](World& world) {
         world.request = replaced(replaced(world.request, "requester: alice", "requester: erin"), "authors: [alice]",
                                  "authors: [erin]");
       });
     }},
};

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

class TrustAttack : public ::testing::TestWithParam<Attack> {};

TEST_P(TrustAttack, Fails) {
  const Outcome outcome = GetParam().run();
  EXPECT_FALSE(outcome.got_through);
  std::string found;
  for (const ErrorCode code : outcome.codes) found += std::string(error_info(code).name) + " ";
  EXPECT_TRUE(outcome.codes.count(GetParam().expected))
      << "row " << GetParam().row << ", " << GetParam().name << ": expected " << error_info(GetParam().expected).name
      << ", found " << found;
}

std::string attack_name(const ::testing::TestParamInfo<Attack>& info) {
  std::string name = fmt::format("row{}_{}_{}", info.param.row, info.index, info.param.name);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Requests, TrustAttack, ::testing::ValuesIn(k_request_attacks), attack_name);
INSTANTIATE_TEST_SUITE_P(Decisions, TrustAttack, ::testing::ValuesIn(k_decision_attacks), attack_name);
INSTANTIATE_TEST_SUITE_P(Documents, TrustAttack, ::testing::ValuesIn(k_document_attacks), attack_name);
INSTANTIATE_TEST_SUITE_P(Tokens, TrustAttack, ::testing::ValuesIn(k_token_attacks), attack_name);

/// Without this every row above would pass on a verifier that refuses everything.
TEST(TrustAttacks, HonestWorldPasses) {
  const TokenScene scene;
  EXPECT_TRUE(scene.judgement.satisfied);
  EXPECT_TRUE(scene.judgement.missing.empty());
  EXPECT_EQ(scene.judgement.approvals.size(), 4u);
  EXPECT_TRUE(
      scene.verify(trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer").seed))).got_through);
}

TEST(TrustAttacks, Row50UnsignedPolicyIsIgnoredAndTheOldOneHolds) {
  World world;
  world.policies.push_back(
      signed_document("policy", replaced(policy_yaml(2, link(policy_yaml())), "need: 2", "need: 1"), {"rita"}));
  const trust::Authority authority = world.authority();
  EXPECT_EQ(authority.policy().version, 1);
  ASSERT_FALSE(authority.notes().empty());
  EXPECT_EQ(authority.notes().front().code, ErrorCode::trust_threshold);
}

TEST(TrustAttacks, Row110SuspensionsNeverTouchSigningOfPolicy) {
  World world;
  world.suspend("people: [rita, rob, rose]");
  EXPECT_EQ(world.authority().policy().version, 1);
}

TEST(TrustAttacks, Row40DecisionSeenInTheLogStillCountsWhenItsRefIsGone) {
  const World world;
  const trust::DecisionInput no = honest(world, "bob", DecisionKind::reject, '3');
  std::vector<trust::DecisionInput> from_refs = approvals(world);
  EXPECT_TRUE(world.judge(from_refs).satisfied);
  from_refs.push_back(no);  // what the log holds is judged together with what the refs hold
  EXPECT_EQ(world.judge(from_refs).rejected_by, std::vector<std::string>{"bob"});
}

TEST(TrustAttacks, Row60EveryFlippedTokenByteIsRefused) {
  const TokenScene scene;
  const std::string line = model::encode_envelope_line(
      trust::sign_token(scene.token, crypto::MachineKey::from_seed(make_key("issuer").seed)));
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::string flipped = line;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    const Outcome outcome = thrown([&] {
      const Outcome inner = scene.verify(model::decode_envelope_line(flipped));
      if (!inner.got_through) throw Error(*inner.codes.begin(), "refused");
    });
    EXPECT_FALSE(outcome.got_through) << "byte " << i;
  }
}

/// The outside vectors are about text that is no decision, so even the good one only proves a name; none may ever
/// count.
TEST(TrustAttacks, Rows28To36CommitVectorsNeverCount) {
  const auto folder = vectors_dir() / "generated/git-commits";
  DBW_NEEDS_FOLDER(folder);
  World world;
  const std::vector<std::string> allowed = split(slurp(folder / "allowed_signers"), '\n');
  std::string roster = roster_yaml();
  for (const auto& [name, line] : {std::pair{"carol", allowed.at(0)}, {"bob", allowed.at(1)}}) {
    const std::vector<std::string> words = split(line, ' ');
    roster = replaced(replaced(roster, key_line(name), words.at(1) + " " + words.at(2)),
                      fmt::format("{}@example.org", name), words.at(0));
  }
  world.set_roster(roster);
  std::map<std::string, ErrorCode> codes;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".commit") continue;
    const trust::JudgedDecisions result = world.judge({{"carol", slurp(entry.path())}});
    ASSERT_EQ(result.decisions.size(), 1u);
    EXPECT_FALSE(result.decisions[0].authentic) << entry.path();
    ASSERT_FALSE(result.decisions[0].refusals.empty()) << entry.path();
    codes[entry.path().stem()] = result.decisions[0].refusals.front().code;
  }
  EXPECT_EQ(codes.size(), 22u);
  EXPECT_EQ(codes.at("ok"), ErrorCode::decision_grammar);
  EXPECT_EQ(codes.at("signed_by_bob_claims_alice"), ErrorCode::decision_grammar);
  EXPECT_EQ(codes.at("tampered_message"), ErrorCode::sshsig_bad_signature);
  EXPECT_EQ(codes.at("tampered_tree"), ErrorCode::sshsig_bad_signature);
  EXPECT_EQ(codes.at("namespace_file"), ErrorCode::sshsig_namespace);
  EXPECT_EQ(codes.at("armor_rewrapped"), ErrorCode::sshsig_not_canonical);
  EXPECT_EQ(codes.at("sshsig_reserved_nonempty"), ErrorCode::sshsig_not_canonical);
  EXPECT_EQ(codes.at("unsigned"), ErrorCode::commit_unsigned);
  EXPECT_EQ(codes.at("signature_in_message_body"), ErrorCode::commit_unsigned);
}

}  // namespace
}  // namespace dbw::test
