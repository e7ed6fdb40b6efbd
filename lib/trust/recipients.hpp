#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/request.hpp"
#include "trust/authority.hpp"

namespace dbw::trust {

/// Whom the result of a query is sealed for.
struct Recipients {
  std::vector<std::pair<std::string, crypto::AgeRecipient>> people;  ///< person and seal key, as the request names them
  std::vector<Refusal> refusals;                                     ///< why somebody cannot be sealed for
};

/// By the current roster: everybody in `results.to` must be on it, active, not suspended (nor all of their keys), and
/// have a seal key. Refusals are trust_unknown_person, trust_inactive_person, trust_suspended, trust_no_seal_key.
Recipients find_recipients(const Authority& authority, const model::Request& request);

}  // namespace dbw::trust
