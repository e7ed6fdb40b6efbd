#pragma once

#include <string>
#include <vector>

#include "model/token.hpp"
#include "workflow/assess.hpp"
#include "workflow/host_config.hpp"
#include "workflow/trace_sink.hpp"

namespace dbw::workflow {

struct IssuedToken {
  RequestId request;
  std::string line;  ///< base64url, one line
  Timestamp expires_at;
};
struct Issue {
  std::vector<IssuedToken> tokens;
  std::vector<std::pair<RequestId, std::vector<Refusal>>> refused;  ///< asked for by id, and why not
};

/// The issuer verifies everything itself and signs a token for each approved request: for `ids`, or where empty for all
/// that are due. A token lives `ttl`, or the workflow's token_ttl where that is shorter. Holds no database credential.
/// Throws what trust, Git and the log throw.
/// `bundle` (absolute; may be empty): from this file instead of the change repository, and for break-glass requests
/// only.
Issue issue_tokens(const HostConfig& config, const std::vector<RequestId>& ids, Seconds ttl, Timestamp now,
                   const std::filesystem::path& bundle = {}, const TraceSink& trace = {});

}  // namespace dbw::workflow
