#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "git/transport.hpp"

namespace dbw::workflow {

/// "refs/heads/dbw/results/<id>" of the change repository: one commit without history, so that deleting the ref is
/// enough to be rid of it. On a fleet "refs/heads/dbw/results/<id>/<member>".
std::string results_ref(const RequestId& id, const std::string& member);

/// How a file that is sealed for people ends, and the one that opens its commitment in the log.
inline constexpr std::string_view k_sealed_end = ".age";
inline constexpr std::string_view k_sealed_opening_end = ".opening.json.age";

/// Sealed results on the executor's disk that are not handed over yet: `<state>/sealed/<request>/<run>/`. What is in it
/// waits; what was published is removed from it.
class SealedOutbox {
 public:
  explicit SealedOutbox(const std::filesystem::path& state) : m_folder(state / "sealed") {}

  struct Waiting {
    RequestId request;
    std::string run;
  };
  /// In order of their names.
  std::vector<Waiting> waiting() const;
  /// Where a run's files go.
  std::filesystem::path folder(const RequestId& request, const std::string& run) const;
  /// Makes the files the content of the request's results ref, whatever that held, and removes them here. Throws
  /// Error{push_refused, push_raced} and what Git throws.
  void publish(const Waiting& result, const std::string& member, const git::Remote& remote, const std::string& machine,
               Timestamp now) const;
  void discard(const Waiting& result) const;

 private:
  std::filesystem::path m_folder;
};

}  // namespace dbw::workflow
