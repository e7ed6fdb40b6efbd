#include "workflow/publish.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace dbw::workflow {

git::ObjectId write_plain_commit(git::Repository& objects, const git::ObjectId& tree, const git::ObjectId& parent,
                                 const codec::CommitIdentity& who, std::string_view message) {
  return objects.write_commit(codec::commit_payload(tree.hex, parent.hex, who, message));
}

void require_pushed(const git::PushResult& result, std::string_view ref) {
  switch (result.outcome) {
    case git::PushOutcome::done:
      return;
    case git::PushOutcome::moved:
      throw Error(ErrorCode::push_raced, fmt::format("{} was changed by somebody else meanwhile", ref),
                  "Run the command again.");
    case git::PushOutcome::refused:
      throw Error(ErrorCode::push_refused, fmt::format("the remote refused {}: {}", ref, result.message));
  }
}

}  // namespace dbw::workflow
