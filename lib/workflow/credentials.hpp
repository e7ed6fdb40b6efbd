#pragma once

#include <map>
#include <string>

#include "crypto/secret.hpp"
#include "workflow/host_config.hpp"

namespace dbw::workflow {

/// Where passwords may come from in this process.
struct CredentialSources {
  bool dev = false;                                ///< --dev: environment variables are allowed
  std::map<std::string, std::string> environment;  ///< as it was before the process reduced it
};

/// The password of a login; empty where it has none. Nothing of it reaches a message. Throws Error{file_...,
/// credential_failed, credential_needs_dev}.
crypto::SecretBytes load_credential(const Credential& credential, const CredentialSources& sources);

}  // namespace dbw::workflow
