#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "review/review.hpp"

/// What `dbw-review fix` proposes: the same change as SQL that its own rules no longer object to. A proposal is a
/// text edit of the file, and steps behind it where a statement needs another transaction, or none.
namespace dbw::review {

/// One of the files that a fixed file is cut into; they run in their order, each when the one before is committed.
struct FixStep {
  std::string path;           ///< of the first: the file's own
  std::string sql;            ///< all of it
  bool transactional = true;  ///< as File::transactional
  std::optional<model::Batch> batch = std::nullopt;
};

struct FixedFile {
  std::string path;
  std::vector<FixStep> steps;  ///< at least one
};

/// A finding that stays, and why; an empty reason: no fix of the rule is mechanical.
struct Unfixed {
  model::Finding finding;
  std::string reason;
};

struct FixProposal {
  std::vector<FixedFile> files;         ///< those that change, in the input's order
  std::vector<model::Finding> fixed;    ///< of the input, no longer found in `files`
  std::vector<Unfixed> unfixed;         ///< the other ones that nobody waived
  std::vector<std::string> conditions;  ///< what must hold for a step to work, a sentence each
};

/// Proposes only what was parsed and reviewed again: by the same rules, in the change's context, each finding that a
/// fix is for is gone, and none of level warning or above has come that was not there before. Waived findings are left
/// alone. Throws as review_sql does.
FixProposal propose_fixes(const ReviewInput& input);

/// "db/0042_orders.sql", 2 -> "db/0042_orders.step02.sql": sorts behind the file, and before its neighbours.
std::string step_path(std::string_view path, std::size_t number);

}  // namespace dbw::review
