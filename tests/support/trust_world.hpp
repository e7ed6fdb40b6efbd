#pragma once

#include <sodium.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "codec/commit.hpp"
#include "crypto/hash.hpp"
#include "crypto/keys.hpp"
#include "crypto/sshsig.hpp"
#include "trust/decisions.hpp"
#include "trust/tokens.hpp"

/// A change repository in memory with real keys, for tests that attack it. Header only: the support library does not
/// link trust.
namespace dbw::test {

inline std::string wire_number(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>((n >> 16) & 0xFFu), static_cast<char>((n >> 8) & 0xFFu),
          static_cast<char>(n & 0xFFu)};
}
inline std::string wire(std::string_view bytes) {
  return wire_number(static_cast<std::uint32_t>(bytes.size())) + std::string(bytes);
}

inline std::string sha512(std::string_view bytes) {
  std::string out(crypto_hash_sha512_BYTES, '\0');
  crypto_hash_sha512(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
  return out;
}

/// A person's or machine's key, made from its name: the same in every run.
struct TestKey {
  std::string seed;
  crypto::PublicKey key;
  std::string sign(std::string_view message) const { return crypto::MachineKey::from_seed(seed).sign(message); }
};

inline TestKey make_key(std::string_view name) {
  const std::string seed = crypto::sha256(name).raw();
  return {seed, crypto::MachineKey::from_seed(seed).public_key()};
}

/// A security key: the same arithmetic in FIDO's frame.
inline TestKey make_security_key(std::string_view name) {
  TestKey key = make_key(name);
  const std::string blob = wire("sk-ssh-ed25519@openssh.com") + wire(key.key.raw) + wire("ssh:");
  key.key = crypto::parse_public_key("sk-ssh-ed25519@openssh.com " + to_base64(blob));
  return key;
}

/// What `ssh-keygen -Y sign` writes. `flags` are those of security keys: 1 touched, 4 PIN verified.
inline std::string sign_ssh(const TestKey& key, std::string_view name_space, std::string_view message,
                            std::uint8_t flags = 1) {
  const std::string frame = wire(name_space) + wire("") + wire("sha512");
  const std::string inner = "SSHSIG" + frame + wire(sha512(message));
  std::string signature = wire(key.key.type);
  if (key.key.is_security_key()) {
    const std::string tail = static_cast<char>(flags) + wire_number(7);
    signature += wire(key.sign(crypto::sha256(key.key.application).raw() + tail + crypto::sha256(inner).raw())) + tail;
  } else {
    signature += wire(key.sign(inner));
  }
  const std::string body = to_base64("SSHSIG" + wire_number(1) + wire(key.key.blob) + frame + wire(signature));
  std::string out = "-----BEGIN SSH SIGNATURE-----\n";
  for (std::size_t at = 0; at < body.size(); at += 70) out += body.substr(at, 70) + "\n";
  return out + "-----END SSH SIGNATURE-----\n";
}

/// Replaces the one occurrence of `from`; a test that changes nothing must fail.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos || text.find(from, at + 1) != std::string::npos)
    throw std::logic_error("not exactly once: " + std::string(from));
  return text.replace(at, from.size(), to);
}

inline constexpr std::string_view k_repo = "4f1c0a6b2d3e4f5061728394a5b6c7d8";
inline constexpr std::string_view k_other_repo = "00112233445566778899aabbccddeeff";
inline const Timestamp k_now = Timestamp::parse("2026-11-20T12:00:00Z");

/// Keys by name: people as "bob", their second keys as "bob2", machines by machine name. "solo-sk" is alice's security
/// key.
inline TestKey key_of(std::string_view name) {
  return name.size() > 3 && name.substr(name.size() - 3) == "-sk" ? make_security_key(name) : make_key(name);
}

inline std::string key_line(std::string_view name) { return key_of(name).key.text(); }

inline std::string root_yaml(int version = 1, std::string_view prev = {},
                             std::string_view holders = "rita, rob, rose") {
  std::string out = fmt::format("dbw: root/v1\nrepo_id: {}\nversion: {}\n", k_repo, version);
  if (!prev.empty()) out += fmt::format("prev: \"{}\"\n", prev);
  out += "issued_at: 2026-11-01T00:00:00Z\nexpires_at: 2027-11-01T00:00:00Z\npeople:\n";
  for (const std::string& name : split(holders, ',')) {
    const std::string person(trim(name));
    out += fmt::format("  {}: {{keys: [\"{}\", \"{}\"]}}\n", person, key_line(person), key_line(person + "2"));
  }
  out += fmt::format("  sam: {{keys: [\"{}\"]}}\n", key_line("sam"));
  out += fmt::format("roles:\n  root: {{threshold: 2, people: [{0}]}}\n  policy: {{threshold: 2, people: [{0}]}}\n",
                     holders);
  out += fmt::format("  roster: {{threshold: 1, people: [{}]}}\n  suspend: {{threshold: 1, people: [sam]}}\n", holders);
  return out;
}

inline std::string person_yaml(std::string_view name, std::string_view groups, std::string_view keys = {}) {
  const std::string list =
      keys.empty() ? fmt::format("{{key: \"{}\", uses: [request, approve]}}", key_line(name)) : std::string(keys);
  return fmt::format("  {0}:\n    keys:\n      - {1}\n    emails: [{0}@example.org]\n    groups: [{2}]\n", name, list,
                     groups);
}

inline std::string roster_yaml(int version = 1, std::string_view prev = {}) {
  std::string out = fmt::format("dbw: roster/v1\nrepo_id: {}\nversion: {}\n", k_repo, version);
  if (!prev.empty()) out += fmt::format("prev: \"{}\"\n", prev);
  out += "root_version: 1\nissued_at: 2026-11-01T00:00:00Z\nexpires_at: 2027-03-01T00:00:00Z\npeople:\n";
  out += person_yaml("alice", "dev",
                     fmt::format("{{key: \"{}\", uses: [request, approve]}}\n      - {{key: \"{}\", uses: "
                                 "[approve]}}\n      - {{key: \"{}\", uses: [approve]}}",
                                 key_line("alice"), key_line("alice2"), key_line("alice-sk")));
  out += person_yaml("bob", "dba, team-leads, dev");
  out += person_yaml("carol", "dba");
  out += person_yaml("dana", "dba, oncall-lead",
                     fmt::format("{{key: \"{}\", uses: [approve], pin: required}}", key_line("dana-sk")));
  out += person_yaml("dave", "team-leads");
  out += person_yaml("erin", "security");
  out += person_yaml("olga", "oncall", fmt::format("{{key: \"{}\", uses: [request]}}", key_line("olga")));
  out += fmt::format("machines:\n  exec-prod: {{use: execute, key: \"{}\", environments: [production]}}\n",
                     key_line("exec-prod"));
  out +=
      fmt::format("  exec-staging: {{use: execute, key: \"{}\", environments: [staging]}}\n", key_line("exec-staging"));
  out += fmt::format("  issuer: {{use: token, key: \"{}\", environments: [production]}}\n", key_line("issuer"));
  out += fmt::format("  reviewer: {{use: review, key: \"{}\", environments: [production]}}\n", key_line("reviewer"));
  return out;
}

inline std::string policy_yaml(int version = 1, std::string_view prev = {}) {
  std::string out = fmt::format("dbw: policy/v1\nrepo_id: {}\nversion: {}\n", k_repo, version);
  if (!prev.empty()) out += fmt::format("prev: \"{}\"\n", prev);
  return out + R"(root_version: 1
issued_at: 2026-11-20T08:00:00Z
expires_at: 2027-02-18T08:00:00Z
databases:
  shop:
    engine: postgresql
    server_version: "15"
    environments:
      production: {executor: exec-prod, target: "9b1d9b1d9b1d9b1d9b1d9b1d9b1d9b1d", token: required}
      staging: {executor: exec-staging, target: "77aa77aa77aa77aa77aa77aa77aa77aa", token: none}
workflows:
  - name: prod-write
    match: {environment: production, database: "*", classes: [dml, ddl]}
    requesters: [dev]
    merge: required
    require: {reason: true, ticket: true, rollback: true}
    steps:
      - {id: owner, groups: [team-leads], need: 1}
      - {id: dba, groups: [dba], need: 2}
    raise:
      - {when: {risk: [high, critical]}, add: [{id: security, groups: [security], need: 1}]}
    approval_ttl: 7d
  - name: prod-read
    match: {environment: production, kind: query, classes: [read]}
    steps: [{id: peer, groups: [dev], need: 1}]
  - name: staging-read
    match: {environment: staging, kind: query, classes: [read]}
    auto_approve: {max_risk: low}
  - name: break-glass
    match: {environment: production, mode: break_glass, classes: [read, dml, ddl]}
    requesters: [oncall]
    require: {reason: true}
    steps: [{id: oncall-lead, groups: [oncall-lead], need: 1}]
    approval_ttl: 1h
freshness: {log_max_age: 1h, witnesses: 0}
review:
  severities: {"*": {ban-drop-table: block}, production: {create-index-not-concurrent: block}}
limits: {sql_bytes: 1048576, statement_timeout: 30s, lock_timeout: 3s, max_rows: 10000, result_bytes: 10485760}
)";
}

inline trust::SignedDocument signed_document(std::string_view kind, std::string bytes,
                                             const std::vector<std::string>& signers) {
  trust::SignedDocument out{fmt::format(".dbw/{}", kind), std::move(bytes), {}};
  for (const std::string& signer : signers)
    out.signatures[signer] = sign_ssh(key_of(signer), model::name_space_of(kind), out.bytes);
  return out;
}

inline std::string suspension_yaml(std::string_view what, char digit = 'a') {
  return fmt::format(
      "dbw: suspension/v1\nrepo_id: {}\nby: sam\nnonce: {}\ncreated_at: 2026-11-20T11:00:00Z\n{}\nreason: laptop "
      "lost\n",
      k_repo, std::string(32, digit), what);
}

inline const std::string k_sql = "UPDATE orders SET status = 'new' WHERE status IS NULL;\n";
inline const std::string k_down = "UPDATE orders SET status = NULL WHERE status = 'new';\n";

inline std::string request_yaml(std::string_view id = "REQ-20261120-K7QF") {
  return fmt::format(R"(dbw: request/v1
repo_id: {}
id: {}
kind: change
mode: apply
database: shop
environment: production
requester: alice
authors: [alice]
title: Backfill order status
reason: INC-4711 left orders without a status
ticket: INC-4711
created_at: 2026-11-20T10:15:00Z
expires_at: 2026-12-04T10:15:00Z
steps:
  - id: s1
    sql: {{path: backfill.sql, sha256: "{}"}}
    rollback: {{path: backfill.down.sql, sha256: "{}"}}
    expect: {{rows_min: 1, rows_max: 5000}}
nonce: 0123456789abcdef0123456789abcdef
)",
                     k_repo, id, crypto::sha256(k_sql).text(), crypto::sha256(k_down).text());
}

/// The whole repository; change a member, then ask again.
struct World {
  std::vector<trust::SignedDocument> roots{signed_document("root", root_yaml(), {"rita", "rob"})};
  std::vector<trust::SignedDocument> rosters{signed_document("roster", roster_yaml(), {"rita"})};
  std::vector<trust::SignedDocument> policies{signed_document("policy", policy_yaml(), {"rita", "rob"})};
  std::vector<trust::SignedDocument> suspensions;
  trust::TrustMarks marks;
  model::Pin pin{std::string(k_repo), 1, crypto::sha256(root_yaml()), 1, "refs/heads/main", {}};
  Timestamp now = k_now;
  std::string request = request_yaml();
  std::string request_signer = "alice";
  model::Review review = harmless_review();

  static model::Review harmless_review() {
    model::Review out;
    out.statements.push_back({"backfill.sql", {0, k_sql.size()}, StatementClass::dml, false});
    out.risk = model::Risk::medium;
    return out;
  }

  void set_roster(std::string yaml) { rosters = {signed_document("roster", std::move(yaml), {"rita"})}; }
  void set_policy(std::string yaml) { policies = {signed_document("policy", std::move(yaml), {"rita", "rob"})}; }
  void suspend(std::string_view what, char digit = 'a') {
    suspensions.push_back(signed_document("suspension", suspension_yaml(what, digit), {"sam"}));
  }

  trust::Authority authority() const {
    return trust::verify_authority(pin, {roots, rosters, policies, suspensions}, marks, now);
  }
  trust::SignedRequest signed_request() const {
    return {"request.yaml", request, sign_ssh(key_of(request_signer), "dbw-request-v1", request)};
  }
  trust::VerifiedRequest verified(const trust::Authority& a) const {
    return trust::verify_request(a, signed_request(), now);
  }
  trust::MatchInput match_input() const {
    return trust::match_input(model::parse_request(request, "request.yaml"), review, now);
  }
  trust::Match match(const trust::Authority& a) const { return trust::match_workflow(a, match_input()); }

  trust::Bindings bindings(const trust::Authority& a) const {
    const trust::Match m = match(a);
    const model::Request r = model::parse_request(request, "request.yaml");
    const model::Verdict verdict{r.id,  crypto::sha256(request), {r.steps[0].sql}, m.workflow.name, m.binding_steps,
                                 review};
    return {crypto::sha256(model::emit_verdict(verdict)), crypto::sha256(trust::emit_terms(a, m, match_input()))};
  }

  /// A decision as `person`'s own tool would write it.
  model::Decision decision(std::string_view person, model::DecisionKind kind = model::DecisionKind::approve,
                           char nonce = '1') const {
    const trust::Authority a = authority();
    // Drafted as a rejection, which is never refused, so that an attacker can say what the tool would not let him say.
    model::Decision out = trust::draft_decision(a, verified(a), match(a), bindings(a), model::DecisionKind::reject,
                                                person, std::string(32, nonce), now);
    out.kind = kind;
    return out;
  }

  trust::JudgedDecisions judge(const std::vector<trust::DecisionInput>& inputs) const {
    const trust::Authority a = authority();
    return trust::judge_decisions(a, verified(a), match(a), bindings(a), inputs, now);
  }
};

inline codec::CommitIdentity identity_of(std::string_view person) {
  return {std::string(person), fmt::format("{}@example.org", person), k_now.seconds, "+0000"};
}

/// A commit signed by the key called `key`.
inline std::string signed_commit(std::string_view key, const codec::CommitIdentity& who, std::string_view message,
                                 std::uint8_t flags = 5, std::string_view name_space = "git") {
  const std::string payload = codec::commit_payload(std::string(40, '1'), std::string(40, '2'), who, message);
  return codec::insert_signature(payload, sign_ssh(key_of(key), name_space, payload, flags));
}

/// An honest decision on the person's own ref; dana's only key is a security key.
inline trust::DecisionInput honest(const World& world, std::string_view person,
                                   model::DecisionKind kind = model::DecisionKind::approve, char nonce = '1') {
  const std::string key = person == "dana" ? "dana-sk" : std::string(person);
  return {std::string(person),
          signed_commit(key, identity_of(person), model::render_decision(world.decision(person, kind, nonce)))};
}

inline trust::DecisionInput revoke(const World& world, std::string_view person, const trust::DecisionInput& target,
                                   char nonce = '9') {
  model::Decision decision = world.decision(person, model::DecisionKind::revoke, nonce);
  decision.target = crypto::sha256(codec::parse_signed_commit(target.commit).payload);
  return {std::string(person), signed_commit(person == "dana" ? "dana-sk" : std::string(person), identity_of(person),
                                             model::render_decision(decision))};
}

}  // namespace dbw::test
