#include "workflow/merged_requests.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "codec/json.hpp"
#include "codec/reader.hpp"
#include "model/request.hpp"

namespace dbw::workflow {
namespace {

constexpr std::size_t k_cache_bytes_max = 64 * 1024 * 1024;
constexpr Seconds k_life_max{std::int64_t{k_request_days_max} * 86400};
/// A request is made on one day and named by its date in another time zone.
constexpr Seconds k_day{86400};
/// Where ids without a date lie.
constexpr std::string_view k_undated = "0000/00";

using Folders = std::map<std::string, git::ObjectId>;

Folders folders_of(const git::Repository& objects, const git::ObjectId& tree) {
  Folders folders;
  if (tree.empty()) return folders;
  for (const git::TreeEntry& entry : objects.read_tree(tree)) {
    if (entry.kind == git::EntryKind::folder) folders[entry.name] = entry.id;
  }
  return folders;
}

/// What differs between two trees: name -> before and now, an empty id where absent.
std::map<std::string, std::pair<git::ObjectId, git::ObjectId>> differences(const Folders& before, const Folders& now) {
  std::map<std::string, std::pair<git::ObjectId, git::ObjectId>> changed;
  for (const auto& [name, id] : now) changed[name].second = id;
  for (const auto& [name, id] : before) changed[name].first = id;
  std::erase_if(changed, [](const auto& each) { return each.second.first == each.second.second; });
  return changed;
}

/// Our own mirror may have lost the old tree (rewritten history, gc); then everything counts as new.
bool is_readable(const git::Repository& objects, const git::ObjectId& tree) {
  try {
    objects.read_tree(tree);
    return true;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::git_object_missing) throw;
    return false;
  }
}

/// Something else may lie in the folders; it is nobody's request.
std::optional<RequestId> id_in(const std::string& month, const std::string& name) {
  try {
    const RequestId id(name);
    if (request_folder(id) == fmt::format("requests/{}/{}", month, name)) return id;
  } catch (const Error&) {
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

void MergedRequests::load(Timestamp now) {
  std::error_code ignored;
  if (!std::filesystem::exists(m_file, ignored)) return;
  try {
    const std::string source = m_file.string();
    const codec::Value document = codec::parse_json(read_file(m_file, k_cache_bytes_max), source, k_cache_bytes_max);
    codec::Reader reader(document, source);
    const std::string tree = reader.hex("tree", 20);
    const Timestamp at = reader.time("at");
    std::map<RequestId, Merged> merged;
    reader.list_if("open", [&](codec::Reader& each) {
      Merged& entry = merged[RequestId(each.text("id"))];
      entry.ends = each.time("ends");
      if (const auto older = each.text_if("supersedes")) entry.supersedes = RequestId(*older);
      each.finish();
    });
    reader.finish();
    // What a clock that ran ahead called expired has to be looked at again.
    if (at > now + Seconds(k_clock_skew_seconds)) return;
    m_tree = {tree};
    m_merged = std::move(merged);
  } catch (const Error& error) {
    if (error.status() != ExitStatus::malformed) throw;  // a damaged cache is rebuilt
  }
}

void MergedRequests::save(Timestamp now) const {
  codec::Value::List open;
  for (const auto& [id, merged] : m_merged) {
    codec::Value entry;
    entry.set("id", id.text()).set("ends", merged.ends.text());
    if (merged.supersedes) entry.set("supersedes", merged.supersedes->text());
    open.push_back(entry);
  }
  codec::Value value;
  write_file_atomic(m_file, codec::emit_json(value.set("tree", m_tree.hex).set("at", now.text()).set("open", open)),
                    0600);
}

void MergedRequests::take(const git::Repository& objects, const RequestId& id, const git::ObjectId& folder) {
  m_merged.erase(id);
  if (folder.empty()) return;
  try {
    const auto bytes = objects.read_file(folder, "request.yaml", k_yaml_bytes_max);
    if (!bytes) return;
    const model::Request request = model::parse_request(*bytes, request_folder(id) + "/request.yaml");
    m_merged[id] = {std::min(request.expires_at, request.created_at + k_life_max), request.supersedes};
  } catch (const Error& error) {
    // What is no request now is none as long as these bytes lie there; anything else is a repository that fails us.
    if (error.status() == ExitStatus::environment || error.status() == ExitStatus::bug) throw;
  }
}

void MergedRequests::compare(const git::Repository& objects, const git::ObjectId& now_tree, Timestamp now) {
  if (!m_tree.empty() && !is_readable(objects, m_tree)) m_tree = {};
  if (m_tree.empty()) m_merged.clear();
  const std::string oldest = (now - k_life_max - k_day).text().substr(0, 7);  // "2026-08"
  const auto folders = [&](const git::ObjectId& tree) { return folders_of(objects, tree); };
  for (const auto& [year, years] : differences(folders(m_tree), folders(now_tree))) {
    for (const auto& [month, months] : differences(folders(years.first), folders(years.second))) {
      const std::string place = fmt::format("{}/{}", year, month);
      if (place != k_undated && fmt::format("{}-{}", year, month) < oldest) continue;
      for (const auto& [name, ids] : differences(folders(months.first), folders(months.second))) {
        if (const auto id = id_in(place, name)) take(objects, *id, ids.second);
      }
    }
  }
  m_tree = now_tree;
}

void MergedRequests::forget_expired(const View& view, Timestamp now) {
  const auto is_over = [&](const RequestId& id) {
    const auto merged = m_merged.find(id);
    if (merged != m_merged.end()) return now > merged->second.ends + Seconds(k_clock_skew_seconds);
    return !view.requests.contains(id);
  };
  std::vector<RequestId> gone;
  for (const auto& [id, merged] : m_merged) {
    // Who replaced a request that could still run must be remembered as long as that one.
    if (is_over(id) && (!merged.supersedes || is_over(*merged.supersedes))) gone.push_back(id);
  }
  for (const RequestId& id : gone) m_merged.erase(id);
}

void MergedRequests::add_to(const git::Repository& objects, View& view, Timestamp now) {
  load(now);
  const auto requests = objects.find(view.trust_tree, "requests");
  const bool exists = requests && requests->kind == git::EntryKind::folder;
  const bool changed = exists && requests->id != m_tree;
  if (!exists) m_merged.clear();
  if (changed) compare(objects, requests->id, now);
  forget_expired(view, now);
  for (const auto& [id, merged] : m_merged) {
    view.requests.try_emplace(id);
    view.open.insert(id);
    if (merged.supersedes) view.may_supersede.insert(id);
  }
  if (changed) save(now);
}

View view_with_merged(const ChangeRepository& repository, Timestamp now) {
  View view = repository.view();
  MergedRequests(repository.objects().path().parent_path() / "merged.json").add_to(repository.objects(), view, now);
  return view;
}

}  // namespace dbw::workflow
