#pragma once

#include <map>
#include <string>

namespace dbw::trust {

/// A trust document with the signatures found beside it. Nothing here is believed: the name serves messages only, and a
/// signature counts only where its key belongs to the person it is filed under.
struct SignedDocument {
  std::string name;  ///< path, for messages: ".dbw/policy/7.yaml"
  std::string bytes;
  std::map<std::string, std::string> signatures;  ///< person -> SSHSIG armour, of `<file>.sigs/<person>.sig`
};

/// A request or cancellation with its one detached signature.
struct SignedRequest {
  std::string name;  ///< path, for messages
  std::string bytes;
  std::string armour;  ///< of `request.yaml.sig`
};

}  // namespace dbw::trust
