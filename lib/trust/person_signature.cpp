#include "trust/person_signature.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace dbw::trust {

PersonSignature require_person_signature(const Authority& authority, std::string_view armour,
                                         std::string_view name_space, std::string_view bytes) {
  const crypto::SshSignature signature = crypto::parse_sshsig(armour);
  const auto owner = authority.find_key(signature.key.id);
  if (!owner)
    throw Error(ErrorCode::trust_unknown_key,
                fmt::format("key {} is not on roster {}", signature.key.id.text(), authority.roster().version));
  if (owner->person == nullptr) {
    throw Error(ErrorCode::trust_wrong_usage,
                fmt::format("key {} is the {} key of machine {}; machines neither request nor approve",
                            signature.key.id.text(), owner->machine->use, owner->machine->name));
  }
  crypto::require_sshsig(signature, owner->key->key, name_space, bytes);
  return {owner->person, owner->key, signature.verified_user()};
}

std::vector<Refusal> check_signer(const Authority& authority, const PersonSignature& signature, std::string_view use) {
  std::vector<Refusal> out;
  const std::string& name = signature.person->name;
  const std::string& key = signature.key->key.id.text();
  if (signature.key->uses.count(std::string(use)) == 0) {
    out.push_back(
        {ErrorCode::trust_wrong_usage, fmt::format("key {} of {} has no use {} in the roster", key, name, use)});
  }
  if (!authority.policy().admits(signature.key->key)) {
    out.push_back({ErrorCode::key_type_not_admitted,
                   fmt::format("policy {} does not list {} under key_algorithms, so key {} of {} does not count",
                               authority.policy().version, signature.key->key.algorithm(), key, name)});
  }
  if (!signature.person->active) out.push_back({ErrorCode::trust_inactive_person, fmt::format("{} has left", name)});
  if (authority.person_suspended(*signature.person))
    out.push_back({ErrorCode::trust_suspended, fmt::format("{} is suspended", name)});
  if (authority.key_suspended(signature.key->key.id))
    out.push_back({ErrorCode::trust_suspended, fmt::format("key {} of {} is suspended", key, name)});
  if (signature.key->pin_required && !signature.verified_user) {
    out.push_back({ErrorCode::trust_pin_required, fmt::format("the roster demands a PIN for key {} of {}", key, name)});
  }
  return out;
}

bool can_approve(const Authority& authority, const model::Person& person) {
  return person.active && !authority.person_suspended(person) &&
         std::any_of(person.keys.begin(), person.keys.end(), [&](const model::PersonKey& key) {
           return key.uses.count("approve") != 0 && authority.policy().admits(key.key) &&
                  !authority.key_suspended(key.key.id);
         });
}

}  // namespace dbw::trust
