#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "review/fix_rewrite.hpp"

namespace dbw::review {

inline constexpr std::string_view k_lock_timeout_rule = "require-lock-timeout";

/// All that is tried for one statement, or the lock timeouts of one file.
struct Candidate {
  std::size_t file = 0;
  std::optional<std::size_t> statement;  ///< nullopt: the file's lock timeouts
  Rewrite rewrite;
  std::vector<const model::Finding*> findings;  ///< that it is for
};

struct Candidates {
  std::vector<Candidate> list;
  std::map<const model::Finding*, std::string> reasons;  ///< why a finding stays; empty: its rule has no fix
};
/// What could be tried against the findings of a review of `input`, which must outlive it.
Candidates find_candidates(const ReviewInput& input, const std::vector<model::Finding>& findings);

}  // namespace dbw::review
