#pragma once

#include <string>
#include <vector>

#include "model/parcel.hpp"
#include "workflow/decide.hpp"
#include "workflow/submit.hpp"

namespace dbw::workflow {

/// For those who may read the change repository but not push to it (a fork, a closed network): what they signed as a
/// file, and somebody with the right to push who puts it where it belongs.

/// The draft with its signature. Throws Error{request_unknown}.
model::Parcel parcel_of_draft(const Workspace& workspace, const RequestId& id);
/// Signs the decision as sign_decision does and pushes nothing.
model::Parcel parcel_of_decision(Workspace& workspace, const DecisionDraft& draft, Digest& payload);

/// One ref that a parcel fills.
struct Placed {
  std::string ref, what;
  bool news = true;  ///< false: the remote has it already
};

/// What becomes of an import: nothing, pushes, or refs of the own mirror until the next fetch (the remote is out of
/// reach).
enum class Publish { no, push, keep };

/// Verifies everything that the parcels carry as the executor would, one on top of the other, and puts each
/// thing on its ref: a request on its branch, a decision on the ref of the person who signed it. Where one thing would
/// not count nothing is pushed, and the reason is the one that the executor would give: Error{trust_..., commit_...,
/// review_blocked, ...}; Error{request_not_yours} where the id belongs to somebody else's request; Error{push_raced}
/// where something was made on top of another state than the remote's.
std::vector<Placed> import_parcels(Workspace& workspace, const std::vector<model::Parcel>& parcels, Publish publish);

}  // namespace dbw::workflow
