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

struct IssueOptions {
  std::filesystem::path bundle = {};        ///< absolute; from this file, and for break-glass requests only
  std::vector<std::string> ci_tokens = {};  ///< JSON Web Tokens, where policy demands a CI identity of the issuer
  TraceSink trace = {};
};

/// The issuer verifies everything itself and signs a token for each approved request: for `ids`, or where empty for all
/// that are due. A token lives `ttl`, or the workflow's token_ttl where that is shorter. Holds no database credential.
/// Throws what trust, Git and the log throw.
Issue issue_tokens(const HostConfig& config, const std::vector<RequestId>& ids, Seconds ttl, Timestamp now,
                   const IssueOptions& options = {});

}  // namespace dbw::workflow
