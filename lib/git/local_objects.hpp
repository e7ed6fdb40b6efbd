#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "git/repository.hpp"

/// Private to lib/git: a plain bare repository on this machine, without a process. Either the whole of what was asked
/// for is done afterwards, or git's program has to do it, because the other repository is not as plain as our own, or
/// something is large, odd or not there.
namespace dbw::git {

/// Writes to `path` what `commit` adds to `parent`, its only parent and the tip of a reference there. Not where hooks
/// would run, or where there are so many loose objects that git would pack them after a push. No reference changes, and
/// until one does nobody sees these objects. False: git's program has to do it.
bool send_objects(const Repository& ours, const std::filesystem::path& path, const ObjectId& commit,
                  const ObjectId& parent);

/// Writes to our repository what these commits add to each other and to the tips of its references. Not where git's
/// fsck might have something to say of a commit or a folder. False: git's program has to do it.
bool take_objects(const Repository& ours, const std::filesystem::path& path, const std::vector<ObjectId>& commits);

/// Moves a reference there from one commit to another, durably. False: it shows something else, or somebody is writing
/// it. nullopt: git's program has to do it.
std::optional<bool> move_reference(const std::filesystem::path& path, const std::string& ref, const ObjectId& from,
                                   const ObjectId& to);

}  // namespace dbw::git
