#pragma once

#include <vector>

#include "trust/authority.hpp"
#include "trust/candidates.hpp"

namespace dbw::trust {

/// The last root of the chain that begins at the pin; expiry is not looked at.
struct RootChain {
  model::Root root;
  Digest digest;
  const SignedDocument* source;
};
/// Throws Error{trust_pin_missing, trust_prev_mismatch, trust_equivocation, trust_version_gap, trust_rollback,
/// trust_root_steps, lint codes}.
RootChain follow_roots(const model::Pin& pin, const std::vector<SignedDocument>& documents,
                       const model::VersionedDigest& mark, std::vector<Refusal>& notes);

}  // namespace dbw::trust
