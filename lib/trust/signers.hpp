#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/trust_documents.hpp"
#include "trust/signed_document.hpp"

namespace dbw::trust {

/// Whose signatures on a document count for a role, and why the others do not.
struct Signers {
  std::set<std::string> people;
  std::vector<Refusal> notes;
};
/// Each person of the role counts once, however many keys they have; a signature counts only under the name of its
/// key's owner.
Signers count_signers(const model::Root& root, const model::RootRole& role, std::string_view kind,
                      const SignedDocument& document);

inline bool reaches(const model::RootRole& role, const Signers& signers) {
  return signers.people.size() >= static_cast<std::size_t>(role.threshold);
}
/// trust_threshold: who signed, how many are needed, who may still sign.
Refusal threshold_refusal(const SignedDocument& document, std::string_view role_name, const model::RootRole& role,
                          const Signers& signers);

}  // namespace dbw::trust
