#include "trust/signers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "crypto/sshsig.hpp"

namespace dbw::trust {
namespace {

void require_signature(const model::Root& root, const std::string& person, std::string_view kind,
                       std::string_view bytes, std::string_view armour) {
  const crypto::SshSignature signature = crypto::parse_sshsig(armour);
  const auto keys = root.people.find(person);
  if (keys == root.people.end()) throw Error(ErrorCode::trust_unknown_person, "the root lists no keys for this person");
  const auto key = std::find_if(keys->second.begin(), keys->second.end(),
                                [&](const crypto::PublicKey& k) { return k.id == signature.key.id; });
  if (key == keys->second.end()) {
    throw Error(ErrorCode::trust_bad_signature,
                fmt::format("it is by key {}, which the root does not list for this person", signature.key.id.text()));
  }
  crypto::require_sshsig(signature, *key, model::name_space_of(kind), bytes);
}

std::string list_or_nobody(const std::vector<std::string>& names) {
  return names.empty() ? "nobody" : join(names, ", ");
}

}  // namespace

Signers count_signers(const model::Root& root, const model::RootRole& role, std::string_view kind,
                      const SignedDocument& document) {
  Signers out;
  for (const auto& [person, armour] : document.signatures) {
    const std::string who = printable(person);
    if (std::find(role.people.begin(), role.people.end(), person) == role.people.end()) {
      out.notes.push_back({ErrorCode::trust_unknown_signer,
                           fmt::format("{}: {} signed it but has no part in the {} role", document.name, who, kind)});
      continue;
    }
    try {
      require_signature(root, person, kind, document.bytes, armour);
      out.people.insert(person);
    } catch (const Error& error) {
      out.notes.push_back({ErrorCode::trust_bad_signature, fmt::format("{}: the signature of {} does not count: {}",
                                                                       document.name, who, error.message())});
    }
  }
  return out;
}

Refusal threshold_refusal(const SignedDocument& document, std::string_view role_name, const model::RootRole& role,
                          const Signers& signers) {
  std::vector<std::string> open;
  std::copy_if(role.people.begin(), role.people.end(), std::back_inserter(open),
               [&](const std::string& person) { return signers.people.count(person) == 0; });
  return {ErrorCode::trust_threshold,
          fmt::format("{}: {} of {} signatures of the {} role; signed by {}; still able to sign: {}", document.name,
                      signers.people.size(), role.threshold, role_name,
                      list_or_nobody({signers.people.begin(), signers.people.end()}), list_or_nobody(open))};
}

}  // namespace dbw::trust
