#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "workflow/workspace.hpp"

namespace dbw::workflow {

/// Writes everything that the executor needs for one request as a git bundle: the trusted branch, the request's branch
/// and the decisions on it, as this person's mirror has them. Returns the refs in it. Throws Error{request_unknown},
/// and why the request is not authentic.
std::vector<std::string> write_request_bundle(const Workspace& workspace, const RequestId& id,
                                              const std::filesystem::path& file);

}  // namespace dbw::workflow
