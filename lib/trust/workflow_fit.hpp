#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "model/request.hpp"
#include "model/trust_documents.hpp"

/// How workflows are compared; shared by matching and lint.
namespace dbw::trust {

/// Environment 4, database 2, classes 1, for what is written; kind and mode never weigh.
int specificity(const model::WorkflowMatch& match);
/// How closely a workflow is meant for requests of this kind: specificity first, then whether it names the kind itself.
int kind_rank(const model::WorkflowMatch& match, model::RequestKind kind);
bool admits_place(const model::WorkflowMatch& match, std::string_view database, std::string_view environment);
/// Absent: all but grant. `resumed`: of kind resume, the kind of what it goes on with.
bool admits_kind(const model::WorkflowMatch& match, model::RequestKind kind, model::RequestKind resumed);
/// Absent: apply and dry_run.
bool admits_mode(const model::WorkflowMatch& match, model::RequestMode mode);
bool admits_class(const model::WorkflowMatch& match, StatementClass statement_class);
/// Some request exists that both admit, at the same specificity.
bool ties(const model::WorkflowMatch& a, const model::WorkflowMatch& b);
/// The steps and those of `raised`, sorted by id; nullopt where one id has two meanings.
std::optional<std::vector<model::Step>> merge_steps(std::vector<model::Step> steps,
                                                    const std::vector<const model::RaiseRule*>& raised);

}  // namespace dbw::trust
