#pragma once

#include <string>
#include <vector>

#include "model/decision.hpp"
#include "workflow/change_repository.hpp"

namespace dbw::workflow {

/// Why a decision is stale, in words: which file, field or document differs from what was signed. `bytes` and `request`
/// are the request as it is now. The earlier state is looked for among the newest commits of the request's branch; that
/// it is gone is said. Nothing rests on this: what counts is decided by trust, from digests.
std::vector<std::string> what_changed(const git::Repository& objects, const View& view, const model::Decision& decision,
                                      const model::Request& request, std::string_view bytes,
                                      const trust::Authority& authority, const trust::Bindings& bindings);

/// The differences between two states of one request: "SQL changed: fix.sql", "changed: title, expires_at".
std::vector<std::string> request_differences(const model::Request& before, const model::Request& now);

}  // namespace dbw::workflow
