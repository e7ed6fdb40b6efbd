#include "audit/bodies.hpp"

#include "base/error.hpp"
#include "codec/reader.hpp"

namespace dbw::audit {
namespace {

using codec::Reader;
using codec::Value;

constexpr std::int64_t k_integer_max = (std::int64_t{1} << 53) - 1;

void set_if(Value& body, const char* key, const std::string& text) {
  if (!text.empty()) body.set(key, text);
}
void set_if(Value& body, const char* key, const std::optional<Digest>& digest) {
  if (digest) body.set(key, digest->text());
}

/// Reads a body with `read`; whatever is wrong with its form is one error.
template <typename Body>
Body parse(const Value& body, const char* type, void (*read)(Reader&, Body&)) {
  try {
    Reader reader(body, type);
    Body out;
    read(reader, out);
    reader.finish();
    return out;
  } catch (const Error& error) {
    throw Error(ErrorCode::audit_body, error.message());
  }
}

Value versioned(const model::VersionedDigest& document) {
  Value value;
  value.set("sha256", document.sha256.text());
  value.set("version", document.version);
  return value;
}

model::VersionedDigest read_versioned(Reader& reader, const char* field) {
  std::optional<Reader> map = reader.map(field);
  if (!map) throw reader.error(ErrorCode::field_missing, field, "expected version and digest");
  model::VersionedDigest out{map->integer("version", 1, k_integer_max), map->digest("sha256")};
  map->finish();
  return out;
}

Value emit_evidence(const EvidenceDigests& evidence) {
  Value value;
  value.set("decisions", evidence.decisions.text());
  value.set("files", evidence.files.text());
  set_if(value, "openings", evidence.openings);
  value.set("request", evidence.request.text());
  value.set("signature", evidence.signature.text());
  value.set("terms", evidence.terms.text());
  set_if(value, "token", evidence.token);
  value.set("trust", evidence.trust.text());
  value.set("verdict", evidence.verdict.text());
  return value;
}

EvidenceDigests read_evidence(Reader& reader) {
  EvidenceDigests out;
  out.decisions = reader.digest("decisions");
  out.files = reader.digest("files");
  out.openings = reader.digest_if("openings");
  out.request = reader.digest("request");
  out.signature = reader.digest("signature");
  out.terms = reader.digest("terms");
  out.token = reader.digest_if("token");
  out.trust = reader.digest("trust");
  out.verdict = reader.digest("verdict");
  reader.finish();
  return out;
}

Value emit_ci(const CiRecord& ci) {
  Value facts{Value::Map{}};
  for (const auto& [claim, text] : ci.facts) facts.set(claim, text);
  return Value::Map{{"claims", facts}, {"identity", ci.identity}, {"issuer", ci.issuer}, {"jti", ci.jti}};
}

CiRecord read_ci(Reader& reader) {
  CiRecord out;
  if (auto facts = reader.map("claims")) {
    for (const auto& [claim, text] : facts->text_entries()) out.facts[claim] = text;
    facts->finish();
  }
  out.identity = reader.name("identity");
  out.issuer = reader.text("issuer");
  out.jti = reader.text("jti");
  reader.finish();
  return out;
}

}  // namespace

codec::Value emit_body(const GenesisBody& body) {
  Value value;
  value.set("key", body.key);
  value.set("root", versioned({body.root_version, body.root_sha256}));
  value.set("trust", body.trust.text());
  return value;
}

GenesisBody parse_genesis_body(const codec::Value& body) {
  return parse<GenesisBody>(body, "genesis body", [](Reader& reader, GenesisBody& out) {
    out.key = reader.text("key");
    const model::VersionedDigest root = read_versioned(reader, "root");
    out.root_version = root.version;
    out.root_sha256 = root.sha256;
    out.trust = reader.digest("trust");
  });
}

codec::Value emit_body(const TrustBody& body) {
  Value value;
  value.set("policy", versioned(body.policy));
  value.set("root", versioned(body.root));
  value.set("roster", versioned(body.roster));
  value.set("trust", body.trust.text());
  return value;
}

TrustBody parse_trust_body(const codec::Value& body) {
  return parse<TrustBody>(body, "trust body", [](Reader& reader, TrustBody& out) {
    out.policy = read_versioned(reader, "policy");
    out.root = read_versioned(reader, "root");
    out.roster = read_versioned(reader, "roster");
    out.trust = reader.digest("trust");
  });
}

codec::Value emit_body(const RotateBody& body) {
  Value value;
  value.set("key", body.key);
  value.set("trust", body.trust.text());
  return value;
}

RotateBody parse_rotate_body(const codec::Value& body) {
  return parse<RotateBody>(body, "rotate body", [](Reader& reader, RotateBody& out) {
    out.key = reader.text("key");
    out.trust = reader.digest("trust");
  });
}

codec::Value emit_body(const DecisionBody& body) {
  Value value;
  value.set("approver", body.approver);
  value.set("commit", body.commit.text());
  value.set("kind", body.kind);
  value.set("payload", body.payload_sha256.text());
  return value;
}

DecisionBody parse_decision_body(const codec::Value& body) {
  return parse<DecisionBody>(body, "decision body", [](Reader& reader, DecisionBody& out) {
    out.approver = reader.name("approver");
    out.commit = reader.digest("commit");
    out.kind = reader.one_of("kind", {"approve", "reject", "revoke", "post-review"});
    out.payload_sha256 = reader.digest("payload");
  });
}

codec::Value emit_body(const IntentBody& body) {
  Value value;
  if (body.ci) value.set("ci", emit_ci(*body.ci));
  value.set("evidence", emit_evidence(body.evidence));
  set_if(value, "executor_host", body.executor_host);
  set_if(value, "jti", body.jti);
  value.set("kind", body.kind);
  set_if(value, "member", body.member);
  value.set("mode", body.mode);
  set_if(value, "sql", body.sql);
  value.set("statements", body.statements);
  Value::List steps;
  for (const std::string& step : body.steps) steps.emplace_back(step);
  value.set("steps", std::move(steps));
  value.set("target", body.target);
  return value;
}

IntentBody parse_intent_body(const codec::Value& body) {
  return parse<IntentBody>(body, "intent body", [](Reader& reader, IntentBody& out) {
    if (std::optional<Reader> ci = reader.map("ci")) out.ci = read_ci(*ci);
    std::optional<Reader> evidence = reader.map("evidence");
    if (!evidence) throw reader.error(ErrorCode::field_missing, "evidence", "expected the digests of the evidence");
    out.evidence = read_evidence(*evidence);
    out.executor_host = reader.text_if("executor_host").value_or("");
    out.jti = reader.text_if("jti").value_or("");
    out.kind = reader.one_of("kind", {"change", "query", "migration", "grant", "resume"});
    out.member = reader.name_if("member").value_or("");
    out.mode = reader.one_of("mode", {"apply", "dry_run", "break_glass"});
    out.sql = reader.digest_if("sql");
    out.statements = reader.integer("statements", 0, k_integer_max);
    out.steps = reader.texts("steps");
    out.target = reader.text("target");
  });
}

codec::Value emit_body(const ResultBody& body) {
  Value value;
  value.set("duration_ms", body.duration_ms);
  value.set("intent_seq", body.intent_seq);
  set_if(value, "member", body.member);
  set_if(value, "message", body.message);
  set_if(value, "openings", body.openings);
  value.set("outcome", body.outcome);
  if (body.recovered) value.set("recovered", true);
  set_if(value, "result_sha256", body.result_sha256);
  value.set("rows", body.rows);
  set_if(value, "sealed_sha256", body.sealed_sha256);
  set_if(value, "sqlstate", body.sqlstate);
  value.set("statements", body.statements);
  set_if(value, "truncated", body.truncated);
  return value;
}

ResultBody parse_result_body(const codec::Value& body) {
  return parse<ResultBody>(body, "result body", [](Reader& reader, ResultBody& out) {
    out.duration_ms = reader.integer("duration_ms", 0, k_integer_max);
    out.intent_seq = reader.integer("intent_seq", 0, k_integer_max);
    out.member = reader.name_if("member").value_or("");
    out.message = reader.digest_if("message");
    out.openings = reader.digest_if("openings");
    out.outcome = reader.one_of("outcome", {"executed", "rolled_back", "dry_run", "failed", "partially_executed",
                                            "unknown", "not_started", "lost", "interrupted"});
    out.recovered = reader.boolean_or("recovered", false);
    out.result_sha256 = reader.digest_if("result_sha256");
    out.rows = reader.integer("rows", 0, k_integer_max);
    out.sealed_sha256 = reader.digest_if("sealed_sha256");
    out.sqlstate = reader.text_if("sqlstate").value_or("");
    out.statements = reader.integer("statements", 0, k_integer_max);
    out.truncated = reader.one_of_if("truncated", {"rows", "bytes", "time"}).value_or("");
  });
}

codec::Value emit_body(const DenyBody& body) {
  Value value;
  value.set("error", body.error);
  set_if(value, "member", body.member);
  value.set("message", body.message);
  set_if(value, "trace", body.trace);
  return value;
}

DenyBody parse_deny_body(const codec::Value& body) {
  return parse<DenyBody>(body, "deny body", [](Reader& reader, DenyBody& out) {
    out.error = reader.text("error");
    out.member = reader.name_if("member").value_or("");
    out.message = reader.text("message");
    out.trace = reader.digest_if("trace");
  });
}

codec::Value emit_body(const AdoptBody& body) {
  Value value;
  set_if(value, "previous_target", body.previous_target);
  value.set("reason", body.reason);
  value.set("target", body.target);
  return value;
}

AdoptBody parse_adopt_body(const codec::Value& body) {
  return parse<AdoptBody>(body, "adopt body", [](Reader& reader, AdoptBody& out) {
    out.previous_target = reader.text_if("previous_target").value_or("");
    out.reason = reader.text("reason");
    out.target = reader.text("target");
  });
}

codec::Value emit_body(const SnapshotBody& body) {
  Value value;
  set_if(value, "member", body.member);
  value.set("sequence", body.snapshot.sequence);
  value.set("sha256", body.snapshot.sha256.text());
  value.set("taken_at", body.snapshot.taken_at.text());
  value.set("target", body.target);
  return value;
}

SnapshotBody parse_snapshot_body(const codec::Value& body) {
  return parse<SnapshotBody>(body, "snapshot body", [](Reader& reader, SnapshotBody& out) {
    out.member = reader.name_if("member").value_or("");
    out.snapshot.sequence = reader.integer("sequence", 0, k_integer_max);
    out.snapshot.sha256 = reader.digest("sha256");
    out.snapshot.taken_at = reader.time("taken_at");
    out.target = reader.name("target");
  });
}

}  // namespace dbw::audit
