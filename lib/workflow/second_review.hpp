#pragma once

#include <vector>

#include "workflow/assess.hpp"

namespace dbw::workflow {

/// Whether policy asks for a second review of it. Never of break-glass, which may run while the change repository is
/// out of reach; people look at it afterwards.
bool wants_second_review(const trust::Authority& authority, const model::Request& request);

/// Why a review with a schema snapshot forbids what the one without it allowed, which people approved: a higher risk,
/// steps that were not required, findings that block (Refusal{snapshot_risk, snapshot_steps, snapshot_blocked}). Both
/// of one request and one moment. What the snapshot shows to be harmless changes nothing.
std::vector<Refusal> raised_refusals(const Content& approved, const Content& again);

}  // namespace dbw::workflow
