#pragma once

#include <string>
#include <string_view>

#include "model/snapshot.hpp"
#include "trust/authority.hpp"
#include "trust/verified.hpp"

namespace dbw::trust {

/// What a published schema snapshot must agree with.
struct SnapshotFacts {
  std::string database, environment, target;
  const model::SnapshotRecord* newest = nullptr;  ///< what the executor's log knows; null: of none
  Seconds max_age{0};
};

/// The file as it was published: signed by the executor that policy names for the environment, of this database and
/// target, the newest that the log knows, and not too old. Throws Error{snapshot_signature, snapshot_other_target,
/// snapshot_not_newest, snapshot_too_old, trust_suspended}, looked at in this order.
Verified<model::Snapshot> verify_snapshot(const Authority& authority, std::string_view file, const SnapshotFacts& facts,
                                          Timestamp now);

}  // namespace dbw::trust
