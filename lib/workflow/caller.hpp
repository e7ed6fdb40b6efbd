#pragma once

#include <map>
#include <string>

#include "workflow/host_config.hpp"

namespace dbw::workflow {

/// The user who asked for a run must not be able to read what only the executor may: its key and its credential files.
/// Behind sudo that user is SUDO_UID; a CI job that calls the executor directly is the executor's user, which is the
/// same mistake. `environment` is the one before it was reduced. Throws Error{caller_can_read_secrets}.
void require_caller_cannot_read(const ExecutorConfig& config, const std::map<std::string, std::string>& environment);

}  // namespace dbw::workflow
