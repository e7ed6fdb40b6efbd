#pragma once

#include <filesystem>

#include "git/repository.hpp"

/// Private to lib/git: a push to a repository on this machine, as far as it needs no process.
namespace dbw::git {

/// Writes into the bare repository at `path` what `commit` adds to `parent`, its only parent and the tip of a reference
/// there. No reference changes: until one does, nobody sees these objects. False: git's program must push, because the
/// repository is not as plain as our own, has hooks, or so many loose objects that git would pack them after a push.
bool send_objects(const Repository& ours, const std::filesystem::path& path, const ObjectId& commit,
                  const ObjectId& parent);

}  // namespace dbw::git
