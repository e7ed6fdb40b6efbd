#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/appender.hpp"
#include "model/request.hpp"
#include "workflow/submit.hpp"

namespace dbw::workflow {

/// What the log says of a run that stopped half-way.
struct StoppedRun {
  std::string run, step;
  std::string member;           ///< of a fleet; else empty
  std::string outcome;          ///< of its newest result; empty: none yet
  std::int64_t statements = 0;  ///< completed, as that result says
  model::Request request;       ///< from the evidence of its intent
};

/// A request in this state runs no more, whatever happens.
bool can_never_run(RequestState state);
/// A batch that is whole so far, and whose request goes on by itself for as long as it may.
bool stopped_between_pieces(const StoppedRun& stopped);

/// `intent`: the line that began it.
StoppedRun read_stopped_run(const audit::Line& intent, const std::function<std::string(const Digest&)>& evidence);

/// Why `resume` does not go on with exactly what is left of that run's request: other SQL, other steps, an outcome that
/// cannot be resumed.
std::vector<Refusal> resume_mismatches(const model::Request& resume, const StoppedRun& stopped);

/// The wish for a request that goes on with the newest run of `id` that stopped half-way, or was interrupted where `id`
/// can never run again. `from`: the first statement to run; where it is not given, the log has to know that the
/// statement it stopped at was refused. `member`: on which member of a fleet it stopped; may be empty where only one
/// did. Throws Error{resume_mismatch}.
RequestWish resume_wish(Workspace& workspace, const RequestId& id, std::optional<std::int64_t> from,
                        const std::string& member = {});

}  // namespace dbw::workflow
