#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/request.hpp"

namespace dbw::model {

enum class DecisionKind { approve, reject, revoke, post_review };
std::string_view decision_name(DecisionKind kind);

/// The message of a decision commit (DESIGN: fixed order, each line once, ASCII).
struct Decision {
  RequestId request;
  DecisionKind kind = DecisionKind::approve;
  std::string repo_id;
  std::string database;
  std::string environment;
  RequestMode mode = RequestMode::apply;
  Digest request_sha256;
  Digest verdict_sha256;
  Digest terms_sha256;
  std::vector<std::string> steps;  ///< sorted
  std::string approver;
  Timestamp not_after;
  std::string nonce;
  std::optional<Digest> target;  ///< revoke, post-review
  std::string comment;           ///< one line, printable ASCII, may be empty
};

/// Strict inverse of render_decision; renders again and compares bytes. Throws Error{decision_...}.
Decision parse_decision(std::string_view message);
std::string render_decision(const Decision& decision);

}  // namespace dbw::model
