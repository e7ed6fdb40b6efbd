#pragma once

#include <string>
#include <vector>

#include "trust/authority.hpp"

namespace dbw::trust {

/// What an allowed_signers file can be asked for: request, approve (commits), root, roster, policy, suspension.
const std::vector<std::string>& allowed_signer_kinds();

/// An OpenSSH allowed_signers file (ssh-keygen(1)) from the documents in force: principals are names of the roster or
/// root, namespaces what the key may sign. Keys that do not count (person left, suspended, kind not admitted) stand in
/// comments only, and so does what such a file cannot say. `kinds` are of allowed_signer_kinds; empty: all.
std::string allowed_signers(const Authority& authority, const std::vector<std::string>& kinds);

}  // namespace dbw::trust
