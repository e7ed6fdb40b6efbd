#include "workflow/publish.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "base/error.hpp"
#include "crypto/hash.hpp"

namespace dbw::workflow {

void back_off(int attempt) {
  constexpr int step_milliseconds = 25;
  constexpr int steps_max = 12;
  const auto share = static_cast<unsigned char>(crypto::random_bytes(1).front());
  std::this_thread::sleep_for(
      std::chrono::milliseconds(std::min(attempt, steps_max) * step_milliseconds * share / 255));
}

git::ObjectId write_plain_commit(git::Repository& objects, const git::ObjectId& tree, const git::ObjectId& parent,
                                 const codec::CommitIdentity& who, std::string_view message) {
  return objects.write_commit(codec::commit_payload(tree.hex, parent.hex, who, message));
}

git::ObjectId write_machine_commit(git::Repository& objects, const git::ObjectId& tree,
                                   const std::optional<git::ObjectId>& parent, const std::string& machine, Timestamp at,
                                   std::string_view message) {
  const std::string who = fmt::format("{} <{}@dbw.invalid> {} +0000", machine, machine, at.seconds);
  return objects.write_commit(fmt::format("tree {}\n{}author {}\ncommitter {}\n\n{}\n", tree.hex,
                                          parent ? "parent " + parent->hex + "\n" : "", who, who, message));
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
