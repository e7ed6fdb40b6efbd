#pragma once

#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "workflow/snapshot_outlook.hpp"
#include "workflow/submit.hpp"

namespace dbw::tool {

/// What review finds in a draft, which workflow matches, and who can approve; trace and outlook where they are given.
void print_preflight(const cli::Context& context, const workflow::Workspace& workspace, const workflow::Draft& draft,
                     std::string_view state, const model::Trace* trace = nullptr,
                     const workflow::SnapshotOutlook* outlook = nullptr);

/// What lint warns of in this workflow and in the documents in force, as messages. Nothing where no workflow matched.
void warn_about(const cli::Context& context, const trust::Authority& authority, const std::string& workflow);

/// Follows a request until it is executed, refused for good, or `at_most` is over (0: no limit). Prints each change of
/// state.
ExitStatus wait_for(const cli::Context& context, const RequestId& id, Seconds at_most);

}  // namespace dbw::tool
