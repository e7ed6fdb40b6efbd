#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "git/repository.hpp"

namespace dbw::git {

/// Writes a git bundle: one file that holds those refs with everything they need, and that can be fetched from like a
/// remote (Remote::url is its absolute path). Throws Error{git_missing_program, git_bad_url, process_failed}.
void write_bundle(const Repository& repository, const std::filesystem::path& file,
                  const std::vector<std::string>& refs);

}  // namespace dbw::git
