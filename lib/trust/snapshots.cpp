#include "trust/snapshots.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"
#include "trust/verifier.hpp"

namespace dbw::trust {
namespace {

/// Whatever is no envelope is nobody's word: to tell what it is instead helps nobody.
model::Envelope read_snapshot_file(std::string_view file) {
  try {
    return model::parse_snapshot_file(file);
  } catch (const Error& error) {
    throw Error(ErrorCode::snapshot_signature, "it is no snapshot: " + error.message());
  }
}

void require_executor_signed(const Authority& authority, const model::Envelope& envelope, const SnapshotFacts& facts) {
  const std::string& name = authority.environment(facts.database, facts.environment).executor;
  const model::Machine* executor = authority.find_machine(name);
  if (executor == nullptr || executor->use != "execute" || executor->key.id.text() != envelope.key_id) {
    throw Error(ErrorCode::snapshot_signature,
                fmt::format("key {} is not that of the executor {}", printable(envelope.key_id), name));
  }
  if (authority.machine_suspended(name) || authority.key_suspended(executor->key.id))
    throw Error(ErrorCode::trust_suspended, fmt::format("machine {} is suspended", name));
  if (!crypto::verify_ed25519(executor->key.raw, crypto::dsse_pae(envelope.payload_type, envelope.payload),
                              envelope.signature))
    throw Error(ErrorCode::snapshot_signature, fmt::format("the signature is not by the key of {}", name));
}

void require_newest(const model::Snapshot& snapshot, const Digest& sha256, const model::SnapshotRecord* newest) {
  if (newest != nullptr && newest->sha256 == sha256) return;
  const std::string known = newest == nullptr
                                ? "knows none"
                                : fmt::format("knows {}, taken at {}", newest->sequence, newest->taken_at.text());
  throw Error(ErrorCode::snapshot_not_newest, fmt::format("it is number {}, taken at {}; the log {}", snapshot.log_size,
                                                          snapshot.taken_at.text(), known));
}

}  // namespace

Verified<model::Snapshot> verify_snapshot(const Authority& authority, std::string_view file, const SnapshotFacts& facts,
                                          Timestamp now) {
  const model::Envelope envelope = read_snapshot_file(file);
  require_executor_signed(authority, envelope, facts);
  model::Snapshot snapshot = model::parse_snapshot_payload(envelope.payload);
  if (snapshot.database != facts.database || snapshot.environment != facts.environment ||
      snapshot.target != facts.target) {
    throw Error(ErrorCode::snapshot_other_target,
                fmt::format("it is of {} in {} (target {}), not of {} in {} (target {})", snapshot.database,
                            snapshot.environment, snapshot.target, facts.database, facts.environment, facts.target));
  }
  require_newest(snapshot, crypto::sha256(file), facts.newest);
  if (now - snapshot.taken_at > facts.max_age) {
    throw Error(ErrorCode::snapshot_too_old,
                fmt::format("it was taken at {}, policy allows {}, now it is {}", snapshot.taken_at.text(),
                            format_duration(facts.max_age), now.text()));
  }
  return Verifier::vouch(std::move(snapshot));
}

}  // namespace dbw::trust
