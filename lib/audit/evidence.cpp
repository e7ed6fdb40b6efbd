#include "audit/bodies.hpp"

#include "audit/layout.hpp"
#include "base/error.hpp"
#include "codec/json.hpp"
#include "codec/reader.hpp"

namespace dbw::audit {
namespace {

using codec::Reader;
using codec::Value;
using Read = std::function<std::string(const Digest& digest)>;

Value add_document(Blobs& blobs, const SignedDocument& document) {
  Value signatures;
  for (const auto& [person, armour] : document.signatures) signatures.set(person, add_blob(blobs, armour).text());
  Value value;
  value.set("file", add_blob(blobs, document.bytes).text());
  value.set("signatures", std::move(signatures));
  return value;
}

Value add_documents(Blobs& blobs, const std::vector<SignedDocument>& documents) {
  Value::List items;
  for (const SignedDocument& document : documents) items.push_back(add_document(blobs, document));
  return items;
}

Digest add_manifest(Blobs& blobs, Value manifest) {
  manifest.set("v", std::int64_t{1});
  return add_blob(blobs, codec::emit_json(manifest));
}

/// Parses a manifest with `read`; whatever is wrong with its form is one error.
template <typename Read>
void parse_manifest(std::string_view json, const char* what, Read&& read) {
  try {
    const Value document = codec::parse_json(json, what, k_evidence_bytes_max);
    Reader reader(document, what);
    reader.integer("v", 1, 1);
    read(reader);
    reader.finish();
  } catch (const Error& error) {
    throw Error(ErrorCode::audit_body, error.message());
  }
}

std::map<std::string, Digest> digests_of(Reader& reader, const char* field) {
  std::optional<Reader> map = reader.map(field);
  if (!map) throw reader.error(ErrorCode::field_missing, field, "expected a map of digests");
  std::map<std::string, Digest> out;
  for (const auto& [key, text] : map->text_entries()) out.emplace(key, Digest::parse(text));
  map->finish();
  return out;
}

DocumentDigests read_document(Reader& reader) {
  DocumentDigests out{reader.digest("file"), digests_of(reader, "signatures")};
  reader.finish();
  return out;
}

DocumentDigests read_named_document(Reader& reader, const char* field) {
  std::optional<Reader> map = reader.map(field);
  if (!map) throw reader.error(ErrorCode::field_missing, field, "expected a document");
  return read_document(*map);
}

void append_document(std::vector<Digest>& out, const DocumentDigests& document) {
  out.push_back(document.file);
  for (const auto& [person, digest] : document.signatures) out.push_back(digest);
}

void append_trust(std::vector<Digest>& out, const Digest& manifest, const Read& read) {
  const TrustDigests trust = parse_trust_manifest(read(manifest));
  for (const DocumentDigests& root : trust.roots) append_document(out, root);
  append_document(out, trust.roster);
  append_document(out, trust.policy);
  for (const DocumentDigests& suspension : trust.suspensions) append_document(out, suspension);
}

void append_intent(std::vector<Digest>& out, const EvidenceDigests& evidence) {
  out.insert(out.end(), {evidence.request, evidence.signature, evidence.verdict, evidence.terms, evidence.files,
                         evidence.decisions, evidence.trust});
  if (evidence.token) out.push_back(*evidence.token);
  if (evidence.openings) out.push_back(*evidence.openings);
}

SignedDocument load_document(const DocumentDigests& digests, const Read& read) {
  SignedDocument out{read(digests.file), {}};
  for (const auto& [person, digest] : digests.signatures) out.signatures.emplace(person, read(digest));
  return out;
}

}  // namespace

Digest add_trust_documents(Blobs& blobs, const TrustDocuments& documents) {
  Value manifest;
  manifest.set("policy", add_document(blobs, documents.policy));
  manifest.set("roots", add_documents(blobs, documents.roots));
  manifest.set("roster", add_document(blobs, documents.roster));
  manifest.set("suspensions", add_documents(blobs, documents.suspensions));
  return add_manifest(blobs, std::move(manifest));
}

EvidenceDigests add_run_evidence(Blobs& blobs, const RunEvidence& evidence) {
  EvidenceDigests out;
  out.request = add_blob(blobs, evidence.request);
  out.signature = add_blob(blobs, evidence.signature);
  out.verdict = add_blob(blobs, evidence.verdict);
  out.terms = add_blob(blobs, evidence.terms);
  Value files;
  for (const auto& [path, bytes] : evidence.files) files.set(path, add_blob(blobs, bytes).text());
  Value files_manifest;
  files_manifest.set("files", std::move(files));
  out.files = add_manifest(blobs, std::move(files_manifest));
  Value::List decisions;
  for (const DecisionEvidence& decision : evidence.decisions) {
    Value item;
    item.set("commit", add_blob(blobs, decision.commit).text());
    item.set("person", decision.person);
    decisions.push_back(std::move(item));
  }
  Value decisions_manifest;
  decisions_manifest.set("decisions", std::move(decisions));
  out.decisions = add_manifest(blobs, std::move(decisions_manifest));
  if (evidence.token) out.token = add_blob(blobs, *evidence.token);
  out.trust = add_trust_documents(blobs, evidence.trust);
  if (!evidence.openings.empty()) out.openings = add_blob(blobs, emit_openings(evidence.openings));
  return out;
}

TrustDigests parse_trust_manifest(std::string_view json) {
  TrustDigests out;
  parse_manifest(json, "trust manifest", [&out](Reader& reader) {
    out.policy = read_named_document(reader, "policy");
    reader.list_if("roots", [&](Reader& item) { out.roots.push_back(read_document(item)); });
    out.roster = read_named_document(reader, "roster");
    reader.list_if("suspensions", [&](Reader& item) { out.suspensions.push_back(read_document(item)); });
  });
  return out;
}

std::map<std::string, Digest> parse_files_manifest(std::string_view json) {
  std::map<std::string, Digest> out;
  parse_manifest(json, "files manifest", [&out](Reader& reader) { out = digests_of(reader, "files"); });
  return out;
}

std::vector<DecisionDigest> parse_decisions_manifest(std::string_view json) {
  std::vector<DecisionDigest> out;
  parse_manifest(json, "decisions manifest", [&out](Reader& reader) {
    reader.list_if("decisions", [&](Reader& item) {
      out.push_back({item.name("person"), item.digest("commit")});
      item.finish();
    });
  });
  return out;
}

std::vector<Digest> named_evidence(const model::AuditEntry& entry) {
  std::vector<Digest> out;
  if (entry.type == "genesis") {
    out.push_back(parse_genesis_body(entry.body).trust);
  } else if (entry.type == "trust") {
    out.push_back(parse_trust_body(entry.body).trust);
  } else if (entry.type == "rotate") {
    out.push_back(parse_rotate_body(entry.body).trust);
  } else if (entry.type == "decision") {
    out.push_back(parse_decision_body(entry.body).commit);
  } else if (entry.type == "intent") {
    append_intent(out, parse_intent_body(entry.body).evidence);
  } else if (entry.type == "result") {
    if (const std::optional<Digest> openings = parse_result_body(entry.body).openings) out.push_back(*openings);
  } else if (entry.type == "deny") {
    if (const std::optional<Digest> trace = parse_deny_body(entry.body).trace) out.push_back(*trace);
  } else if (entry.type == "adopt") {
    parse_adopt_body(entry.body);
  } else if (entry.type == "snapshot") {
    parse_snapshot_body(entry.body);
  }
  return out;
}

std::vector<Digest> all_evidence(const model::AuditEntry& entry, const Read& read) {
  std::vector<Digest> out = named_evidence(entry);
  if (entry.type == "intent") {
    const EvidenceDigests digests = parse_intent_body(entry.body).evidence;
    for (const auto& [path, digest] : parse_files_manifest(read(digests.files))) out.push_back(digest);
    for (const DecisionDigest& decision : parse_decisions_manifest(read(digests.decisions)))
      out.push_back(decision.commit);
    append_trust(out, digests.trust, read);
  } else if (entry.type == "genesis" || entry.type == "trust" || entry.type == "rotate") {
    append_trust(out, Digest(out.front()), read);
  }
  return out;
}

TrustDocuments read_trust_documents(const Digest& manifest, const Read& read) {
  const TrustDigests digests = parse_trust_manifest(read(manifest));
  TrustDocuments out;
  for (const DocumentDigests& root : digests.roots) out.roots.push_back(load_document(root, read));
  out.roster = load_document(digests.roster, read);
  out.policy = load_document(digests.policy, read);
  for (const DocumentDigests& suspension : digests.suspensions)
    out.suspensions.push_back(load_document(suspension, read));
  return out;
}

RunEvidence read_run_evidence(const EvidenceDigests& digests, const Read& read) {
  RunEvidence out;
  out.request = read(digests.request);
  out.signature = read(digests.signature);
  out.verdict = read(digests.verdict);
  out.terms = read(digests.terms);
  for (const auto& [path, digest] : parse_files_manifest(read(digests.files))) out.files.emplace(path, read(digest));
  for (const DecisionDigest& decision : parse_decisions_manifest(read(digests.decisions)))
    out.decisions.push_back({decision.person, read(decision.commit)});
  if (digests.token) out.token = read(*digests.token);
  out.trust = read_trust_documents(digests.trust, read);
  if (digests.openings) out.openings = parse_openings(read(*digests.openings));
  return out;
}

}  // namespace dbw::audit
