#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "trust/warnings.hpp"
#include "workflow/executor.hpp"

namespace dbw::workflow {

/// One thing that was looked at; good where there is no refusal.
struct Diagnosis {
  std::string check, detail;
  std::optional<Refusal> refusal;
  std::vector<trust::Warning> warnings = {};  ///< good, and still to be done something about
};

/// Everything that a run needs, one check after the other; a failing one does not hide those that do not depend on it.
/// `allow_root`: as the command line says.
std::vector<Diagnosis> examine_host(const std::filesystem::path& config_file, ExecutorOptions options, bool allow_root,
                                    const std::map<std::string, std::string>& environment, const Clock& clock);

}  // namespace dbw::workflow
