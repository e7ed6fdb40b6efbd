#include "audit/line.hpp"

#include "audit/merkle.hpp"
#include "base/error.hpp"
#include "crypto/hash.hpp"

namespace dbw::audit {
namespace {

constexpr std::string_view k_label = "dbw/audit-entry/v1";
constexpr std::size_t k_signature_bytes = 64;

std::string signed_bytes(std::string_view json) { return pae({k_label, json}); }

Error malformed(const std::string& what) { return {ErrorCode::audit_line_malformed, what}; }

void require_size(std::size_t size) {
  if (size > k_audit_line_bytes_max)
    throw Error(ErrorCode::audit_line_too_large, "the line has " + std::to_string(size) + " bytes, at most " +
                                                     std::to_string(k_audit_line_bytes_max) + " are allowed");
}

}  // namespace

std::string make_line(const model::AuditEntry& entry, const crypto::MachineSigner& key) {
  const std::string json = model::emit_audit_entry(entry);
  std::string line = json + '\t' + key.public_key().id.text() + '\t' + to_base64(key.sign(signed_bytes(json)));
  require_size(line.size());
  return line;
}

Line parse_line(std::string_view line) {
  require_size(line.size());
  const std::size_t first = line.find('\t');
  const std::size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
  if (second == std::string_view::npos || line.find('\t', second + 1) != std::string_view::npos ||
      line.find('\n') != std::string_view::npos)
    throw malformed("expected entry, key id and signature with one tab between them");
  Line out;
  out.json = line.substr(0, first);
  try {
    out.key_id = KeyId(line.substr(first + 1, second - first - 1));
    out.signature = from_base64(line.substr(second + 1));
    out.entry = model::parse_audit_entry(out.json);
  } catch (const Error& error) {
    throw malformed(error.message());
  }
  if (out.signature.size() != k_signature_bytes)
    throw malformed("the signature has " + std::to_string(out.signature.size()) + " bytes, expected 64");
  out.leaf = leaf_hash(line);
  return out;
}

bool verify_line(const Line& line, const crypto::PublicKey& key) {
  return line.key_id == key.id && crypto::verify_ed25519(key.raw, signed_bytes(line.json), line.signature);
}

Digest genesis_prev(std::string_view origin, const Digest& root_sha256) {
  return crypto::tuple_hash("dbw/audit-genesis/v1", {origin, root_sha256.text()});
}

std::string origin_of(std::string_view repo_id, std::string_view executor) {
  std::string origin(repo_id);
  origin += '/';
  origin += executor;
  return origin;
}

}  // namespace dbw::audit
