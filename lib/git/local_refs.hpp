#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "git/repository.hpp"

/// Private to lib/git: what a repository on this machine shows, without a process.
namespace dbw::git {

/// The references below `prefixes` as `git ls-remote --refs` would list them, unsorted. nullopt: git's program must be
/// asked, because `path` is no bare repository as plain as our own or something in it is not plain.
std::optional<std::vector<Ref>> read_local_refs(const std::filesystem::path& path,
                                                const std::vector<std::string>& prefixes);

}  // namespace dbw::git
