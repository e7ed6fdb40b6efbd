#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "codec/value.hpp"
#include "workflow/host_config.hpp"
#include "workflow/workspace.hpp"

namespace dbw::workflow {

/// What the executor's second review would say by the published schema snapshot as it is now.
struct SnapshotOutlook {
  Place place;                        ///< of a fleet the member that goes first
  std::optional<Timestamp> taken_at;  ///< absent: no snapshot that counts; the refusals say why
  std::vector<Refusal> refusals;
};

/// For people who have not the executor's log: signature, target and age are verified, whether it is the newest is not.
/// nullopt where policy asks for no second review, or the first one refuses. Fetches the snapshots.
std::optional<SnapshotOutlook> snapshot_outlook(Workspace& workspace, const model::Request& request,
                                                const Digest& request_sha256,
                                                const std::map<std::string, std::string>& files,
                                                const Content& content);

std::string describe_outlook(const SnapshotOutlook& outlook);
codec::Value outlook_value(const SnapshotOutlook& outlook);

}  // namespace dbw::workflow
