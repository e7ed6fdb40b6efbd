#pragma once

#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "crypto/sshsig.hpp"
#include "trust/authority.hpp"

namespace dbw::trust {

/// A person's good signature. Pointers live as long as the Authority.
struct PersonSignature {
  const model::Person* person = nullptr;
  const model::PersonKey* key = nullptr;
  bool verified_user = false;
};

/// Who signed these bytes, by the roster's key entry. Throws Error{trust_unknown_key, trust_wrong_usage (a machine's
/// key), sshsig_...}.
PersonSignature require_person_signature(const Authority& authority, std::string_view armour,
                                         std::string_view name_space, std::string_view bytes);
/// What forbids this signer to use this key so: trust_wrong_usage, key_type_not_admitted, trust_inactive_person,
/// trust_suspended, trust_pin_required.
std::vector<Refusal> check_signer(const Authority& authority, const PersonSignature& signature, std::string_view use);
/// True where the person is there, not suspended, and has a key whose approvals count.
bool can_approve(const Authority& authority, const model::Person& person);

}  // namespace dbw::trust
