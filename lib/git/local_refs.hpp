#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/repository.hpp"

/// Private to lib/git: what a repository on this machine shows, without a process.
namespace dbw::git {

bool starts_with_any(std::string_view name, const std::vector<std::string>& prefixes);

/// Throws unless everything that decides what is read and written below `path` is ours alone: the folders themselves,
/// and those of references down to `ref`, if any, are real folders, and no file or folder of them is a link, another
/// user's, or may be written by others.
void require_own(const std::filesystem::path& path, std::string_view ref = {});

/// The references below `prefixes` as `git ls-remote --refs` would list them, sorted. nullopt: git's program must be
/// asked, because `path` is no bare repository as plain as our own or something in it is not plain. Of those references
/// nothing is passed over: what cannot be read, or is not written as git writes it, is not plain.
std::optional<std::vector<Ref>> read_local_refs(const std::filesystem::path& path,
                                                const std::vector<std::string>& prefixes);

}  // namespace dbw::git
