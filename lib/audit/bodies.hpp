#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/appender.hpp"
#include "audit/commitment.hpp"
#include "codec/value.hpp"
#include "crypto/keys.hpp"
#include "model/request.hpp"
#include "model/snapshot.hpp"
#include "model/token.hpp"

/// The bodies of entries and the evidence they name (docs/format/audit-log.md). Builders put the blobs into a `Blobs`
/// and only their digests into the body; rows and texts never stand in a line.
namespace dbw::audit {

/// A trust document as it was read: the YAML bytes and each person's armoured signature.
struct SignedDocument {
  std::string bytes;
  std::map<std::string, std::string> signatures;
};
/// Everything that an authority was built from.
struct TrustDocuments {
  std::vector<SignedDocument> roots;  ///< from the pin's version (or version 1) up to the one in force
  SignedDocument roster;
  SignedDocument policy;
  std::vector<SignedDocument> suspensions;  ///< one signature each
};
/// A decision's raw commit, and whose ref it was found on.
struct DecisionEvidence {
  std::string person;
  std::string commit;
};
/// Everything that one execution relied on.
struct RunEvidence {
  std::string request;                       ///< request.yaml
  std::string signature;                     ///< request.yaml.sig
  std::map<std::string, std::string> files;  ///< path in the request's folder -> bytes
  std::string verdict;                       ///< canonical JSON
  std::string terms;                         ///< canonical JSON
  std::vector<DecisionEvidence> decisions;   ///< every decision that was looked at, rejections and revocations included
  std::optional<std::string> token;          ///< the DSSE envelope's JSON
  TrustDocuments trust;
  std::vector<Opening> openings;  ///< may be empty
};
/// The digests that an intent's body names.
struct EvidenceDigests {
  Digest request, signature, verdict, terms;
  Digest files;      ///< blob {"files":{path:digest},"v":1}
  Digest decisions;  ///< blob {"decisions":[{"commit":digest,"person":name}],"v":1}
  std::optional<Digest> token;
  Digest trust;  ///< blob {"policy":D,"roots":[D],"roster":D,"suspensions":[D],"v":1}, D =
                 ///< {"file":digest,"signatures":{person:digest}}
  std::optional<Digest> openings;
};

/// Adds all blobs; returns what the body says.
EvidenceDigests add_run_evidence(Blobs& blobs, const RunEvidence& evidence);
/// Adds the documents, their signatures and the manifest; returns the manifest's digest.
Digest add_trust_documents(Blobs& blobs, const TrustDocuments& documents);
/// What the manifests name. The parsers throw Error{audit_body}.
struct DocumentDigests {
  Digest file;
  std::map<std::string, Digest> signatures;
};
struct TrustDigests {
  std::vector<DocumentDigests> roots;
  DocumentDigests roster, policy;
  std::vector<DocumentDigests> suspensions;
};
TrustDigests parse_trust_manifest(std::string_view json);
std::map<std::string, Digest> parse_files_manifest(std::string_view json);
struct DecisionDigest {
  std::string person;
  Digest commit;
};
std::vector<DecisionDigest> parse_decisions_manifest(std::string_view json);

/// The first line of a log.
struct GenesisBody {
  Digest root_sha256;  ///< the pin's root file
  std::int64_t root_version = 1;
  std::string key;  ///< the executor's public key, text()
  Digest trust;
};
codec::Value emit_body(const GenesisBody& body);
GenesisBody parse_genesis_body(const codec::Value& body);

/// The trust documents in force changed (or are named for the first time).
struct TrustBody {
  model::VersionedDigest root, roster, policy;
  Digest trust;
};
codec::Value emit_body(const TrustBody& body);
TrustBody parse_trust_body(const codec::Value& body);

/// The first line that a new key signs.
struct RotateBody {
  std::string key;  ///< the new public key, text()
  Digest trust;     ///< documents whose roster names it
};
codec::Value emit_body(const RotateBody& body);
RotateBody parse_rotate_body(const codec::Value& body);

/// A decision at first sight; it cannot vanish afterwards.
struct DecisionBody {
  Digest payload_sha256;  ///< identity: the commit without gpgsig
  Digest commit;          ///< evidence blob: the raw commit
  std::string kind;       ///< approve reject revoke post-review
  std::string approver;
};
codec::Value emit_body(const DecisionBody& body);
DecisionBody parse_decision_body(const codec::Value& body);

/// The CI job that asked, as its host vouched for it. Its token is not kept: who has it could use it elsewhere.
struct CiRecord {
  std::string identity;  ///< name in the policy
  std::string issuer, jti;
  std::map<std::string, std::string> facts;  ///< claims: repository, commit, job, runner, actor
};

/// Published before anything is sent to the database.
struct IntentBody {
  EvidenceDigests evidence;
  std::string kind, mode, target, jti;  ///< jti empty: no token was needed
  std::vector<std::string> steps;
  std::int64_t statements = 0;
  std::optional<Digest> sql;        ///< commitment to the SQL of all steps in order, path "sql"
  std::string executor_host;        ///< may be empty
  std::string member = {};          ///< of a fleet; else empty
  std::optional<CiRecord> ci = {};  ///< where the environment demands a CI identity
};
codec::Value emit_body(const IntentBody& body);
IntentBody parse_intent_body(const codec::Value& body);

/// What became of an intent.
struct ResultBody {
  std::string outcome;  ///< executed rolled_back dry_run failed partially_executed unknown not_started lost interrupted
  std::int64_t intent_seq = 0;
  std::int64_t statements = 0;  ///< that were completed
  std::int64_t rows = 0;        ///< changed or returned
  std::int64_t duration_ms = 0;
  std::string sqlstate;                      ///< may be empty
  bool recovered = false;                    ///< found out by reconciliation
  std::string truncated;                     ///< why a read ended early: rows, bytes, time; may be empty
  std::optional<Digest> result_sha256;       ///< commitment to the result file, path "result"
  std::optional<Digest> message;             ///< commitment to the database's message, path "error.message"
  std::optional<Digest> openings;            ///< evidence blob
  std::optional<Digest> sealed_sha256 = {};  ///< of the sealed file, where the result was sealed for people
  std::string member = {};                   ///< that of the intent
};
codec::Value emit_body(const ResultBody& body);
ResultBody parse_result_body(const codec::Value& body);

struct DenyBody {
  std::string error;                 ///< "DBW-E0612"
  std::string message;               ///< printable, at most 512 bytes
  std::optional<Digest> trace = {};  ///< evidence blob: every check of the verdict, docs/trace.md
  std::string member = {};           ///< of a fleet, where the refusal is about its database; else empty
};
codec::Value emit_body(const DenyBody& body);
DenyBody parse_deny_body(const codec::Value& body);

/// A clone or restored database was taken over.
struct AdoptBody {
  std::string target, previous_target;  ///< previous may be empty
  std::string reason;
};
codec::Value emit_body(const AdoptBody& body);
AdoptBody parse_adopt_body(const codec::Value& body);

/// A schema snapshot was published in the change repository. Of one target only the newest counts.
struct SnapshotBody {
  std::string target;
  std::string member = {};  ///< of a fleet; else empty
  model::SnapshotRecord snapshot;
};
codec::Value emit_body(const SnapshotBody& body);
SnapshotBody parse_snapshot_body(const codec::Value& body);

/// Digests of evidence blobs that an entry's body names directly, manifests included. Types without evidence name none.
/// Throws Error{audit_body} for a body of a known type in another shape.
std::vector<Digest> named_evidence(const model::AuditEntry& entry);
/// The same and everything that the manifests name. `read` gives a manifest's bytes. Throws Error{audit_body} and what
/// `read` throws.
std::vector<Digest> all_evidence(const model::AuditEntry& entry,
                                 const std::function<std::string(const Digest& digest)>& read);

/// Puts the blobs of a run's evidence together again; throws what `read` throws and Error{audit_body}.
TrustDocuments read_trust_documents(const Digest& manifest,
                                    const std::function<std::string(const Digest& digest)>& read);
RunEvidence read_run_evidence(const EvidenceDigests& digests,
                              const std::function<std::string(const Digest& digest)>& read);

}  // namespace dbw::audit
