#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/commit.hpp"
#include "git/repository.hpp"
#include "git/transport.hpp"

namespace dbw::workflow {

/// How often somebody who lost a race to push tries again.
inline constexpr int k_push_attempts = 8;
/// Machines, of which many may push at the same minute.
inline constexpr int k_machine_push_attempts = 32;
/// Losers of a race that all try again at once would mostly lose again; a random pause spreads them.
void back_off(int attempt);

/// An unsigned commit with one parent; what it holds is authenticated by other means.
git::ObjectId write_plain_commit(git::Repository& objects, const git::ObjectId& tree, const git::ObjectId& parent,
                                 const codec::CommitIdentity& who, std::string_view message);

/// The same by a machine, with or without a parent.
git::ObjectId write_machine_commit(git::Repository& objects, const git::ObjectId& tree,
                                   const std::optional<git::ObjectId>& parent, const std::string& machine, Timestamp at,
                                   std::string_view message);

/// Throws Error{push_refused, push_raced} unless the push is done.
void require_pushed(const git::PushResult& result, std::string_view ref);

}  // namespace dbw::workflow
