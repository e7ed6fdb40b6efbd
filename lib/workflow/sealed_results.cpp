#include "workflow/sealed_results.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "workflow/publish.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder, absent)) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

/// What the ref shows; empty where it is absent.
git::ObjectId shown_at(git::Transport& remote, const std::string& ref) {
  for (const git::Ref& each : remote.list({ref})) {
    if (each.name == ref) return each.target;
  }
  return {};
}

}  // namespace

std::string results_ref(const RequestId& id, const std::string& member) {
  return "refs/heads/dbw/results/" + id.text() + (member.empty() ? "" : "/" + member);
}

std::vector<SealedOutbox::Waiting> SealedOutbox::waiting() const {
  std::vector<Waiting> out;
  for (const fs::path& request : sorted_entries(m_folder)) {
    for (const fs::path& run : sorted_entries(request))
      out.push_back({RequestId(request.filename().string()), run.filename().string()});
  }
  return out;
}

fs::path SealedOutbox::folder(const RequestId& request, const std::string& run) const {
  return m_folder / request.text() / run;
}

void SealedOutbox::publish(const Waiting& result, const std::string& member, const git::Remote& remote,
                           const std::string& machine, Timestamp now) const {
  std::vector<git::TreeChange> files;
  for (const fs::path& file : sorted_entries(folder(result.request, result.run))) {
    // Anything else is what a crash left half-written.
    if (file.extension() == k_sealed_end) files.push_back({file.filename().string(), std::nullopt, file});
  }
  // It failed before there was anything to hand over; what an earlier run did stays.
  if (files.empty()) return discard(result);
  const std::string ref = results_ref(result.request, member);
  // A repository for this one push: nothing of the result stays in the executor's mirror when its ref is deleted.
  const TemporaryFolder scratch("dbw-seal");
  git::Repository objects = git::Repository::init(scratch.path() / "push.git");
  git::Transport transport(objects, remote);
  const git::ObjectId tree = objects.write_tree({}, files);
  const git::ObjectId commit = write_machine_commit(objects, tree, std::nullopt, machine, now,
                                                    fmt::format("Sealed result of {}", result.request.text()));
  require_pushed(transport.push({ref, commit, shown_at(transport, ref)}), ref);
  discard(result);
}

void SealedOutbox::discard(const Waiting& result) const {
  const fs::path place = folder(result.request, result.run);
  std::error_code failed, not_empty;
  fs::remove_all(place, failed);
  if (failed)
    throw Error(ErrorCode::file_unwritable, fmt::format("cannot remove {}: {}", place.string(), failed.message()));
  fs::remove(m_folder / result.request.text(), not_empty);
}

}  // namespace dbw::workflow
