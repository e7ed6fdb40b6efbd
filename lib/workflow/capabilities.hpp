#pragma once

#include <functional>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "workflow/assess.hpp"
#include "workflow/host_config.hpp"

/// exec.yaml's capabilities: what a host does at most, whatever policy says. Places beyond them are not connected to
/// (configured_target); the rest is here.
namespace dbw::workflow {

/// Why the host does not do this: the place, a class of statement, or row changes that nothing could hold to
/// max_changed_rows. Error{capability_exceeded}.
std::vector<Refusal> capability_refusals(const ExecutorConfig& config, const Assessment& assessment);

/// Makes timeouts and bounds of a plan no larger than the host allows; `say` hears of each that it made smaller.
void bound_plan(const Capabilities& capabilities, plan::Plan& plan, const std::function<void(const std::string&)>& say);

/// For people.
std::string capabilities_text(const Capabilities& capabilities);

}  // namespace dbw::workflow
