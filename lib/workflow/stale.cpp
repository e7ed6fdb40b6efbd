#include "workflow/stale.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace dbw::workflow {
namespace {

/// How many updates of a request are looked through for the one that was signed.
constexpr int k_updates_max = 64;

struct NamedFile {
  std::string_view kind;
  Digest sha256;
};

std::map<std::string, NamedFile> named_files(const model::Request& request) {
  std::map<std::string, NamedFile> files;
  for (const model::RequestStep& step : request.steps) {
    files[step.sql.path] = {"SQL", step.sql.sha256};
    if (step.rollback) files[step.rollback->path] = {"rollback", step.rollback->sha256};
  }
  return files;
}

void compare_files(const model::Request& before, const model::Request& now, std::vector<std::string>& out) {
  const std::map<std::string, NamedFile> old_files = named_files(before), new_files = named_files(now);
  for (const auto& [path, file] : new_files) {
    const auto old = old_files.find(path);
    if (old == old_files.end()) {
      out.push_back(fmt::format("{} added: {}", file.kind, path));
    } else if (old->second.sha256 != file.sha256) {
      out.push_back(fmt::format("{} changed: {}", file.kind, path));
    }
  }
  for (const auto& [path, file] : old_files) {
    if (!new_files.contains(path)) out.push_back(fmt::format("{} removed: {}", file.kind, path));
  }
}

bool same_step(const model::RequestStep& a, const model::RequestStep& b) {
  return a.id == b.id && a.sql.path == b.sql.path && a.transactional == b.transactional &&
         a.statement_timeout == b.statement_timeout && a.lock_timeout == b.lock_timeout && a.rows_min == b.rows_min &&
         a.rows_max == b.rows_max && a.batch == b.batch && a.lock_retries == b.lock_retries;
}

bool same_results(const std::optional<model::ResultsWish>& a, const std::optional<model::ResultsWish>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->to == b->to && a->format == b->format && a->max_rows == b->max_rows && a->max_bytes == b->max_bytes;
}

/// The state of the request with that digest, from its branch.
std::optional<model::Request> find_state(const git::Repository& objects, const View& view, const RequestId& id,
                                         const Digest& wanted) {
  const auto refs = view.requests.find(id);
  if (refs == view.requests.end()) return std::nullopt;
  std::optional<git::ObjectId> at = refs->second.branch;
  const std::string path = request_folder(id) + "/request.yaml";
  for (int number = 0; at && number < k_updates_max; ++number) {
    const auto bytes = objects.read_file(objects.tree_of(*at), path, k_yaml_bytes_max);
    if (!bytes) return std::nullopt;
    if (crypto::sha256(*bytes) == wanted) return model::parse_request(*bytes, path);
    at = objects.parent_of(*at);
  }
  return std::nullopt;
}

std::vector<std::string> content_changes(const git::Repository& objects, const View& view,
                                         const model::Decision& decision, const model::Request& request) {
  std::optional<model::Request> before;
  try {
    before = find_state(objects, view, request.id, decision.request_sha256);
  } catch (const Error&) {
    before = std::nullopt;  // an unreadable past is a past that we cannot compare with
  }
  if (!before) return {"the request or its SQL changed; the state that was signed is not on its branch any more"};
  return request_differences(*before, request);
}

}  // namespace

std::vector<std::string> request_differences(const model::Request& before, const model::Request& now) {
  std::vector<std::string> out, fields;
  compare_files(before, now, out);
  const auto field = [&](const char* name, bool same) {
    if (!same) fields.emplace_back(name);
  };
  field("kind", before.kind == now.kind);
  field("mode", before.mode == now.mode);
  field("database", before.database == now.database);
  field("environment", before.environment == now.environment);
  field("members", before.members == now.members);
  field("requester", before.requester == now.requester);
  field("authors", before.authors == now.authors);
  field("title", before.title == now.title);
  field("reason", before.reason == now.reason);
  field("ticket", before.ticket == now.ticket);
  // Every update begins a new life; only another length is news.
  field("expires_at", before.expires_at - before.created_at == now.expires_at - now.created_at);
  field("steps", std::equal(before.steps.begin(), before.steps.end(), now.steps.begin(), now.steps.end(), same_step));
  field("results", same_results(before.results, now.results));
  field("supersedes", before.supersedes == now.supersedes);
  field("reverts", before.reverts == now.reverts);
  field("migration", before.migration == now.migration);
  field("resumes", before.resumes == now.resumes);
  if (!fields.empty()) out.push_back("changed: " + join(fields, ", "));
  if (out.empty()) out.emplace_back("signed anew, with the same content");
  return out;
}

std::vector<std::string> what_changed(const git::Repository& objects, const View& view, const model::Decision& decision,
                                      const model::Request& request, std::string_view bytes,
                                      const trust::Authority& authority, const trust::Bindings& bindings) {
  std::vector<std::string> out;
  const bool same_request = decision.request_sha256 == crypto::sha256(bytes);
  if (!same_request) out = content_changes(objects, view, decision, request);
  // The verdict names the request's digest: it says something of its own only where that is the same.
  if (same_request && decision.verdict_sha256 != bindings.verdict_sha256)
    out.emplace_back("verdict changed: the same SQL is judged by other rules, severities, waivers or another workflow");
  if (decision.terms_sha256 != bindings.terms_sha256) {
    out.push_back(
        fmt::format("terms changed: {} another workflow, groups, database entry, limits, severities or waivers",
                    same_request ? fmt::format(".dbw/policy/{}.yaml or .dbw/roster/{}.yaml gives it",
                                               authority.policy().version, authority.roster().version)
                                 : "to what it is now apply"));
  }
  return out;
}

}  // namespace dbw::workflow
