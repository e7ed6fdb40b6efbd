#pragma once

#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "crypto/keys.hpp"
#include "model/audit_entry.hpp"

namespace dbw::audit {

/// One line of a log without its newline: `entry-json TAB keyid TAB base64(signature)`.
struct Line {
  std::string json;  ///< canonical JSON of the entry: the signed bytes
  KeyId key_id;
  std::string signature;  ///< 64 bytes
  model::AuditEntry entry;
  Digest leaf;  ///< leaf_hash of the whole line
};

/// Signs Ed25519 over PAE("dbw/audit-entry/v1", entry-json). Throws Error{audit_line_too_large}.
std::string make_line(const model::AuditEntry& entry, const crypto::MachineSigner& key);
/// Strict: at most k_audit_line_bytes_max bytes, no LF, two TABs, canonical entry, key id, 64 signature bytes in
/// canonical base64. The signature is not checked. Throws Error{audit_line_malformed, audit_line_too_large}.
Line parse_line(std::string_view line);
/// True where the line was signed by that key (and names it).
bool verify_line(const Line& line, const crypto::PublicKey& key);

/// `prev` of line 0: H("dbw/audit-genesis/v1", origin, root digest text).
Digest genesis_prev(std::string_view origin, const Digest& root_sha256);
/// "<repo_id>/<executor>".
std::string origin_of(std::string_view repo_id, std::string_view executor);

}  // namespace dbw::audit
