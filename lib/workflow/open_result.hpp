#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/bodies.hpp"
#include "crypto/age.hpp"
#include "workflow/workspace.hpp"

namespace dbw::workflow {

/// The sealed result of one request, as its ref shows it.
struct SealedResult {
  std::string name;                         ///< of what is inside: "s1.csv", "s1.message.txt"
  std::string bytes;                        ///< sealed
  std::string opening;                      ///< sealed; of the log's commitment; empty where it is absent
  std::optional<audit::ResultBody> logged;  ///< what the executor's log says; absent: nobody asked it
};

/// `member`: of a fleet, each of whose members has a result of its own; else empty. Fetches the result that the newest
/// line of the executor's log names, and no other. `unverified`: whatever the ref holds, without asking the log.
/// Nothing of it stays in the mirror. Throws Error{result_absent, result_differs, result_unlogged}, and what Git and
/// the log throw.
SealedResult fetch_result(Workspace& workspace, const RequestId& id, const std::string& member,
                          bool unverified = false);

/// What is inside, once all of it is found to be whole and, where the log was asked, what the log committed to. Throws
/// Error{age_..., result_differs}.
std::string open_result(const SealedResult& result, const std::vector<crypto::AgeIdentity>& keys);

/// Deletes the request's results ref. Throws Error{result_absent, push_refused, push_raced}.
void shred_result(Workspace& workspace, const RequestId& id, const std::string& member);

}  // namespace dbw::workflow
