#pragma once

#include <filesystem>
#include <vector>

#include "git/repository.hpp"

/// Private to lib/git: moves objects between our repository and a plain bare one on this machine, without a process.
/// Either the whole of what was asked for is there afterwards, or git's program has to do it: false, because the other
/// repository is not as plain as our own, or something is large, odd or not there. No reference changes, and until one
/// does nobody sees these objects.
namespace dbw::git {

/// Writes to `path` what `commit` adds to `parent`, its only parent and the tip of a reference there. Not where hooks
/// would run, or where there are so many loose objects that git would pack them after a push.
bool send_objects(const Repository& ours, const std::filesystem::path& path, const ObjectId& commit,
                  const ObjectId& parent);

/// Writes to our repository what these commits add to each other and to the tips of its references. Not where git's
/// fsck might have something to say of a commit or a folder.
bool take_objects(const Repository& ours, const std::filesystem::path& path, const std::vector<ObjectId>& commits);

}  // namespace dbw::git
