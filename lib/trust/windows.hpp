#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/trust_documents.hpp"

namespace dbw::trust {

/// True where the clocks of a window's zone show a time of it (start included, end not), or there are no windows. An
/// hour that clocks show twice is open twice, one that they skip not at all.
bool in_window(const std::vector<model::Window>& windows, Timestamp now);
/// The next moment that in_window holds: `now` itself where it does.
Timestamp next_window(const std::vector<model::Window>& windows, Timestamp now);
/// The longest time without an open window between two moments that are at least a week apart, each end counted as
/// open; zero where there are no windows.
Seconds longest_gap(const std::vector<model::Window>& windows, Timestamp from, Timestamp until);

/// The same over the policy's life, because a change to or from daylight time moves windows apart.
Seconds longest_gap(const model::Policy& policy, const model::Workflow& workflow);

/// The freeze that holds the workflow up now; nullptr where none does. Its windows are another question.
const model::Freeze* freeze_of(const model::Policy& policy, const model::Workflow& workflow,
                               std::string_view environment, Timestamp now);
/// The first moment from `now` on at which the workflow's windows are open and no freeze of this policy holds it up.
Timestamp next_opening(const model::Policy& policy, const model::Workflow& workflow, std::string_view environment,
                       Timestamp now);

}  // namespace dbw::trust
