#include "workflow/published_snapshot.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "workflow/publish.hpp"

namespace dbw::workflow {
namespace {

/// The tree with that file new, and without what no executor puts there: a name that differs by case would spoil ours.
git::ObjectId tree_with(git::Repository& objects, const git::ObjectId& head, const std::string& path,
                        const std::string& bytes) {
  std::vector<git::TreeChange> changes{{path, bytes}};
  if (head.empty()) return objects.write_tree({}, changes);
  const git::ObjectId base = objects.tree_of(head);
  for (const git::TreeEntry& entry : objects.read_tree(base)) {
    const bool may_stay = entry.kind == git::EntryKind::file && entry.name == to_lower(entry.name);
    if (!may_stay && entry.name != path) changes.push_back({entry.name, std::nullopt});
  }
  return objects.write_tree(base, changes);
}

}  // namespace

std::string snapshot_path(const Place& place) {
  return fmt::format("{}.{}{}{}.json", place.database, place.environment, place.member.empty() ? "" : ".",
                     place.member);
}

void publish_snapshot_file(ChangeRepository& change, const Place& place, const std::string& bytes,
                           const std::string& machine, Timestamp now) {
  const std::string path = snapshot_path(place);
  const std::string ref(k_schema_ref);
  git::Repository& objects = change.objects();
  git::PushResult result{git::PushOutcome::moved, {}};
  for (int attempt = 0; attempt < k_machine_push_attempts && result.outcome == git::PushOutcome::moved; ++attempt) {
    if (attempt != 0) back_off(attempt);
    change.transport().fetch({ref});
    const git::ObjectId head = objects.resolve(ref).value_or(git::ObjectId{});
    const git::ObjectId tree = tree_with(objects, head, path, bytes);
    const git::ObjectId commit = write_machine_commit(objects, tree, std::nullopt, machine, now, "Schema: " + path);
    result = change.transport().push({ref, commit, head});
  }
  require_pushed(result, ref);
}

std::optional<std::string> read_published_snapshot(const git::Repository& objects, const Place& place) {
  const std::optional<git::ObjectId> head = objects.resolve(k_schema_ref);
  if (!head) return std::nullopt;
  try {
    return objects.read_file(objects.tree_of(*head), snapshot_path(place), k_snapshot_envelope_bytes_max);
  } catch (const Error& error) {
    if (error.status() == ExitStatus::environment || error.status() == ExitStatus::bug) throw;
    throw Error(ErrorCode::snapshot_signature, "no executor wrote it so: " + error.message());
  }
}

std::string require_published_snapshot(const git::Repository& objects, const Place& place) {
  std::optional<std::string> file = read_published_snapshot(objects, place);
  if (file) return std::move(*file);
  throw Error(ErrorCode::snapshot_absent,
              fmt::format("{} has no {}, and policy asks for one", k_schema_ref, snapshot_path(place)));
}

}  // namespace dbw::workflow
