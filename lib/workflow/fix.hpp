#pragma once

#include <string>
#include <vector>

#include "review/fix.hpp"
#include "workflow/plain_review.hpp"

namespace dbw::workflow {

struct PlainFix {
  std::vector<review::FixedFile> changes;  ///< empty: nothing to propose
  std::string diff;                        ///< the same for `patch -p1` and `git apply` in the current folder
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

/// All of it as indented JSON: schemas/fix.schema.json.
std::string fix_json(const PlainFix& fix);
/// Writes the files, all or none of them (base/file_changes.hpp). Returns their paths, in the order of the steps.
/// Throws Error{fix_not_written}, also where a file is no longer what was reviewed.
std::vector<std::string> apply_fix(const PlainFix& fix);

}  // namespace dbw::workflow
