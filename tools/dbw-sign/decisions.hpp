#pragma once

#include <string>

#include "cli/command.hpp"
#include "workflow/decide.hpp"

namespace dbw::tool {

struct DecisionOptions {
  std::string request, comment, target, out;
  bool yes = false;
  bool offline = false;
};

/// Shows what is about to be signed, asks (unless --yes), signs and publishes.
ExitStatus decide(const cli::Context& context, model::DecisionKind kind, const DecisionOptions& options);
/// The same for a workspace that is open already; false where the answer was no. `out`: a parcel is written there, and
/// nothing is pushed.
bool sign_shown(const cli::Context& context, workflow::Workspace& workspace, const workflow::DecisionDraft& draft,
                bool yes, const std::string& out = {});

}  // namespace dbw::tool
