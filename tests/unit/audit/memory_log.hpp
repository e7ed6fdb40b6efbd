#pragma once

#include <map>
#include <string>
#include <vector>

#include "audit/appender.hpp"
#include "audit/bodies.hpp"
#include "audit/verifier.hpp"
#include "crypto/hash.hpp"

/// A log whose branch is a map of files, for tests.
namespace dbw::test {

inline const std::string k_origin = "00112233445566778899aabbccddeeff/prod-eu-1";

inline crypto::MachineKey machine_key(char seed) { return crypto::MachineKey::from_seed(std::string(32, seed)); }

inline audit::TrustDocuments trust_documents(const std::string& roster = "roster 1") {
  return {{{"root 1", {{"alice", "root signature"}}}},
          {roster, {{"alice", "roster signature"}}},
          {"policy 1", {{"bob", "policy signature"}}},
          {}};
}

class MemoryLog {
 public:
  std::map<std::string, std::string> files;

  audit::PathReader reader() const {
    return [this](std::string_view path) -> std::optional<std::string> {
      const auto found = files.find(std::string(path));
      return found == files.end() ? std::nullopt : std::optional(found->second);
    };
  }

  void apply(const audit::AppendPlan& plan) {
    for (const audit::FileChange& change : plan.changes) {
      if (change.bytes)
        files[change.path] = *change.bytes;
      else
        files.erase(change.path);
    }
  }

  audit::AppendPlan append(std::vector<model::AuditEntry> entries, const audit::Blobs& blobs,
                           const crypto::MachineKey& key, const std::vector<crypto::PublicKey>& known = {}) {
    std::vector<crypto::PublicKey> keys = known;
    keys.push_back(key.public_key());
    const audit::LogHead head =
        files.empty() ? audit::empty_head(k_origin) : audit::read_head(reader(), k_origin, keys);
    audit::AppendPlan plan = audit::plan_append(head, reader(), std::move(entries), blobs, key);
    apply(plan);
    return plan;
  }
};

inline model::AuditEntry entry(const std::string& type, codec::Value body, std::int64_t second = 0) {
  model::AuditEntry out;
  out.at = Timestamp{1'763'633'700 + second};
  out.type = type;
  out.body = std::move(body);
  out.tool_name = "dbw-exec";
  out.tool_version = "0.1.0";
  return out;
}

inline const Digest k_root = crypto::sha256("root 1");

inline model::AuditEntry genesis(audit::Blobs& blobs, const crypto::MachineKey& key) {
  audit::GenesisBody body{k_root, 1, key.public_key().text(), audit::add_trust_documents(blobs, trust_documents())};
  return entry("genesis", audit::emit_body(body));
}

inline model::AuditEntry deny(int number, std::int64_t second = 0) {
  return entry("deny", audit::emit_body(audit::DenyBody{"DBW-E0612", "number " + std::to_string(number)}), second);
}

/// A log of `size` lines: genesis and denials.
inline MemoryLog log_of(std::uint64_t size, const crypto::MachineKey& key) {
  MemoryLog log;
  audit::Blobs blobs;
  std::vector<model::AuditEntry> entries{genesis(blobs, key)};
  for (std::uint64_t i = 1; i < size; ++i) entries.push_back(deny(static_cast<int>(i), static_cast<std::int64_t>(i)));
  log.append(std::move(entries), blobs, key);
  return log;
}

inline audit::VerifyOptions options_for(const crypto::MachineKey& key) {
  audit::VerifyOptions options;
  options.origin = k_origin;
  options.root_sha256 = k_root;
  options.threads = 2;
  options.keys_of = [key = key.public_key()](const model::AuditEntry&, const audit::EvidenceReader&) {
    return std::vector<crypto::PublicKey>{key};
  };
  return options;
}

inline std::vector<ErrorCode> codes_of(const audit::VerifyReport& report) {
  std::vector<ErrorCode> codes;
  for (const audit::Finding& finding : report.findings) codes.push_back(finding.reason.code);
  return codes;
}

template <typename Action>
ErrorCode code_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "expected an Error";
  return ErrorCode::bad_usage;
}

}  // namespace dbw::test
