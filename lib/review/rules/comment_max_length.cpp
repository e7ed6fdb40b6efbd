#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// A page of text. Longer than what any client shows, and what belongs into documents.
constexpr std::size_t k_comment_bytes_max = 2000;

void check_comment_max_length(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::comment || in.statement.comment_bytes <= k_comment_bytes_max) return;
  out.add(in.statement.range,
          "the comment has " + std::to_string(in.statement.comment_bytes) + " bytes, more than " +
              std::to_string(k_comment_bytes_max),
          in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_comment_max_length = {
    .info =
        {
            .id = "comment-max-length",
            .category = "hygiene",
            .engines = k_postgresql,
            .severity = model::Severity::info,
            .summary = "COMMENT ON with more than 2000 bytes.",
            .why = "Comments travel with every dump and every catalogue query of every client, and anybody who may "
                   "connect can read them: PostgreSQL checks no privilege on them.",
            .instead = "One or two sentences and the place of the long text.",
            .sources = "PostgreSQL manual, COMMENT, \"Notes\": no security mechanism for viewing comments.",
        },
    .on_statement = check_comment_max_length,
    .kinds = {StatementKind::comment},
};

}  // namespace dbw::review
