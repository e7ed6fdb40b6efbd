#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/request.hpp"
#include "model/trust_documents.hpp"
#include "workflow/log_index.hpp"

/// Fleets: environments of many databases that are alike, on each of which a request runs. Which of them a runner
/// takes, in which order, and when it has to stop.
namespace dbw::workflow {

/// What one of several runners takes. The canary members belong to no shard of several: they run before any of them.
struct Shard {
  std::size_t number = 1, count = 1;
  bool canary = false;  ///< the canary members, and nothing else
};
/// "2/8". Throws Error{bad_usage}.
Shard parse_shard(std::string_view text);

/// The members on which a request runs, the canary first, the others in the order of their names: all that the
/// environment has where `wanted` is empty. Of a single database: {""}.
std::vector<std::string> members_of(const model::EnvironmentEntry& environment, const std::vector<std::string>& wanted);
/// Whether the runner of that shard takes the member. What is no fleet belongs to the first shard.
bool takes(const Shard& shard, const model::EnvironmentEntry& environment, const std::string& member);

/// Outcomes that count against the budget: failed, partially_executed, unknown, lost.
bool is_failure(const std::string& outcome);

/// How far a request has come on its members, by the log.
struct FleetState {
  std::set<std::string> done;
  std::set<std::string> failed;   ///< failed, stopped half-way, unknown or lost
  std::set<std::string> stopped;  ///< those of them that run again by no means
};
FleetState fleet_state(const std::vector<std::string>& members, const LoggedRequest& logged,
                       const model::Request& request, const Digest& request_sha256);

/// What a person who retries has looked at: nothing counts as failed any more, and nobody waits for a canary that
/// stopped, which may have been put right in another way.
void look_past_failures(FleetState& state);

/// Why a member that is neither done nor failed is left alone: Refusal{fleet_stopped, fleet_waits}.
std::optional<Refusal> fleet_refusal(const model::EnvironmentEntry& environment,
                                     const std::vector<std::string>& members, const FleetState& state,
                                     const std::string& member);

}  // namespace dbw::workflow
