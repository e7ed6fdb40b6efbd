#pragma once

#include "model/trace.hpp"
#include "trust/authority.hpp"

namespace dbw::trust {

/// What an Authority holds.
struct AuthorityState {
  model::Pin pin;
  model::Root root;
  model::Roster roster;
  model::Policy policy;
  TrustMarks marks;
  SignedDocument root_document, roster_document, policy_document;
  bool policy_expired = false;
  bool supposed = false;
  std::vector<model::Suspension> suspensions;
  std::vector<SignedDocument> suspension_documents;  ///< parallel to suspensions
  std::set<std::string> suspended_people, suspended_machines;
  std::set<KeyId> suspended_keys;
  std::map<KeyId, KeyOwner> keys;  ///< points into roster
  std::vector<Refusal> notes;
  model::Trace trace;
};

}  // namespace dbw::trust
