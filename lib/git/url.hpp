#pragma once

#include <string>

#include "git/transport.hpp"

/// Private to lib/git: which remotes we are willing to hand to the git program. Pure.
namespace dbw::git {

enum class Protocol { file, ssh, http, https };

/// The name in git's `protocol.<name>.allow`.
std::string name_of(Protocol protocol);

/// Looks at every field of `remote` that ends in an argument, a variable or ssh's command line; throws
/// Error{git_bad_url}.
Protocol require_remote(const Remote& remote);

}  // namespace dbw::git
