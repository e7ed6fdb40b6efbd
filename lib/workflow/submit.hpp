#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/workspace.hpp"

namespace dbw::workflow {

/// One step as an engineer gives it: SQL text and where it came from.
struct StepWish {
  std::string id = {};    ///< empty: s1, s2 ...
  std::string file_name;  ///< becomes the path below the request's folder, made safe
  std::string sql;
  std::optional<std::string> rollback;  ///< text of the rollback
  bool transactional = true;
  std::optional<Seconds> statement_timeout, lock_timeout;
  std::optional<std::int64_t> rows_min, rows_max;
  std::optional<model::Batch> batch;
  std::int64_t lock_retries = 0;
};

struct RequestWish {
  std::optional<RequestId> id;  ///< absent: REQ-<date>-<random>
  model::RequestKind kind = model::RequestKind::change;
  model::RequestMode mode = model::RequestMode::apply;
  std::string database, environment, title, reason, ticket;
  std::vector<std::string> members = {};  ///< of the environment's fleet; empty: all of them
  std::vector<std::string> authors;       ///< besides the requester
  Seconds life{14 * 86400};
  std::vector<StepWish> steps;
  std::optional<model::ResultsWish> results;
  std::optional<RequestId> supersedes, reverts;
  std::optional<model::Migration> migration;
  std::optional<model::Resumption> resumes;
};

/// A request that is complete but not signed.
struct Draft {
  model::Request request;
  std::string bytes;  ///< request.yaml
  std::map<std::string, std::string> files;
  Content content;  ///< the preflight
};

/// Fills ids, digests and times, and judges the content as everybody else will. Writes nothing.
Draft draft_request(const Workspace& workspace, const RequestWish& wish);
/// The trace of the preflight: state "unsigned", nothing checked that needs a signature or a decision.
model::Trace trace_of(const Workspace& workspace, const Draft& draft);
/// The wish that an existing request came from, so that `update` changes only what is new.
RequestWish wish_of(const Assessment& assessment);

/// Signs and keeps the request in the mirror as a draft (refs/dbw/drafts/<id>), on top of the trusted branch.
git::ObjectId save_draft(Workspace& workspace, const Draft& draft);
/// Publishes the draft as dbw/requests/<id>. Throws Error{push_refused, push_raced}.
void push_draft(Workspace& workspace, const RequestId& id);
/// Ids of drafts that were not pushed yet.
std::vector<RequestId> drafts(const Workspace& workspace);
/// The stored draft, as if it were pushed; nullopt where there is none.
std::optional<Assessment> assess_draft(const Workspace& workspace, const RequestId& id);

/// The requester withdraws a request of theirs; pushed to its branch. Throws Error{request_unknown, request_not_yours}.
void cancel_request(Workspace& workspace, const RequestId& id, std::string_view reason);

}  // namespace dbw::workflow
