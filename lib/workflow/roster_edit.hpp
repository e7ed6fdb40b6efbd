#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/age.hpp"
#include "crypto/keys.hpp"

namespace dbw::workflow {

/// Keys to change in a roster.
struct RosterEdits {
  std::vector<std::pair<std::string, crypto::PublicKey>> add_keys = {};      ///< person, key
  std::set<std::string> uses{"request", "approve"};                          ///< of the added keys
  std::vector<std::pair<std::string, KeyId>> remove_keys = {};               ///< person, key
  std::vector<std::pair<std::string, crypto::PublicKey>> machine_keys = {};  ///< machine, its new key
  std::vector<std::pair<std::string, crypto::AgeRecipient>> seal_keys = {};  ///< person, their (new) seal key
  bool empty() const { return add_keys.empty() && remove_keys.empty() && machine_keys.empty() && seal_keys.empty(); }
};

/// The roster's text with those keys and nothing else changed: comments and layout stay. Checked against the parsed
/// result, so a layout that it does not understand is Error{authority_malformed}, never another change. Throws
/// Error{trust_unknown_person, trust_unknown_machine, authority_no_such_key}.
std::string edit_roster(const std::string& yaml, const RosterEdits& edits, std::string_view source);

}  // namespace dbw::workflow
