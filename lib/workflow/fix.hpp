#pragma once

#include <string>
#include <vector>

#include "review/fix.hpp"
#include "workflow/plain_review.hpp"

namespace dbw::workflow {

struct PlainFix {
  std::string diff;  ///< for `patch -p1` and `git apply` in the current folder; empty: nothing to propose
  std::vector<model::Finding> fixed;
  std::vector<review::Unfixed> unfixed;
  std::vector<std::string> conditions;  ///< review::FixProposal::conditions
  report::SqlFiles files;               ///< as they are, for positions
  model::Severity fail_on = model::Severity::error;
  std::vector<std::string> notes;

  /// A finding of `fail_on` or worse stays.
  bool fails() const;
};

/// Proposes fixes for plain files, as review_plain reviews them; writes nothing. Throws as review_plain,
/// Error{bad_usage} for standard input, for a changed file that a patch cannot name (outside the current folder,
/// control characters, quotes, backslashes) and where a new step's file exists already.
PlainFix fix_plain(const PlainOptions& options, Timestamp now);

}  // namespace dbw::workflow
