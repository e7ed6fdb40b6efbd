#include "workflow/change_repository.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "workflow/suspensions.hpp"

namespace dbw::workflow {
namespace {

constexpr std::string_view k_decision_mark = "dbw-approval/";
const std::string k_suspensions_folder = ".dbw/suspensions";

/// Documents `<folder>/<name>.yaml` with `<name>.yaml.sigs/<person>.sig` beside them.
std::vector<trust::SignedDocument> read_documents(const git::Repository& objects, const git::ObjectId& tree,
                                                  const std::string& folder) {
  std::vector<trust::SignedDocument> documents;
  const auto place = objects.find(tree, folder);
  if (!place || place->kind != git::EntryKind::folder) return documents;
  for (const git::TreeEntry& entry : objects.read_tree(place->id)) {
    if (entry.kind != git::EntryKind::file || !entry.name.ends_with(".yaml")) continue;
    const std::string path = folder + "/" + entry.name;
    trust::SignedDocument document{path, objects.read_file(tree, path, k_yaml_bytes_max).value_or(""), {}};
    const auto signatures = objects.find(tree, path + ".sigs");
    if (signatures && signatures->kind == git::EntryKind::folder) {
      for (const git::TreeEntry& each : objects.read_tree(signatures->id)) {
        if (!each.name.ends_with(".sig")) continue;
        const std::string person = each.name.substr(0, each.name.size() - 4);
        document.signatures[person] =
            objects.read_file(tree, path + ".sigs/" + each.name, k_signature_bytes_max).value_or("");
      }
    }
    documents.push_back(std::move(document));
  }
  return documents;
}

/// Adds what a request folder of `tree` holds; false where it holds no request.
bool read_folder(const git::Repository& objects, const git::ObjectId& tree, StoredRequest& request) {
  const std::string folder = request_folder(request.id) + "/";
  const auto bytes = objects.read_file(tree, folder + "request.yaml", k_yaml_bytes_max);
  if (!bytes) return false;
  request.bytes = *bytes;
  request.signature = objects.read_file(tree, folder + "request.yaml.sig", k_signature_bytes_max).value_or("");
  request.tree = tree;
  return true;
}

void read_cancellation(const git::Repository& objects, const git::ObjectId& tree, StoredRequest& request) {
  const std::string folder = request_folder(request.id) + "/";
  const auto bytes = objects.read_file(tree, folder + "cancel.yaml", k_yaml_bytes_max);
  if (!bytes) return;
  request.cancellation = *bytes;
  request.cancellation_signature =
      objects.read_file(tree, folder + "cancel.yaml.sig", k_signature_bytes_max).value_or("");
}

bool is_decision(std::string_view commit) {
  const auto blank = commit.find("\n\n");
  return blank != std::string_view::npos && commit.substr(blank + 2).starts_with(k_decision_mark);
}

/// Refuses a commit below (or on top of) somebody's decisions that the team never had: it may hide a revocation.
void require_known_base(const git::Repository& objects, const View& view, const std::string& person,
                        const git::ObjectId& at) {
  if (objects.is_ancestor(at, view.trust_commit)) return;
  throw Error(
      ErrorCode::decision_ref_foreign,
      fmt::format("the decisions of {} rest on the commit {}, which is neither theirs nor on the trusted branch",
                  printable(person), at.hex));
}

/// The id of "refs/heads/dbw/requests/<id>"; nothing where the rest is no request id (somebody else's ref is not ours
/// to judge).
std::optional<RequestId> id_of(std::string_view text) {
  try {
    return RequestId(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::string request_ref(const RequestId& id) { return std::string(k_requests_prefix) + id.text(); }
std::string approval_ref(const RequestId& id, std::string_view person) {
  return fmt::format("{}{}/{}", k_approvals_prefix, id.text(), person);
}

ChangeRepository::ChangeRepository(const std::filesystem::path& mirror, git::Remote remote, std::string trust_ref)
    : m_repository(git::Repository::init(mirror)),
      m_transport(m_repository, std::move(remote)),
      m_trust_ref(std::move(trust_ref)) {}

void ChangeRepository::fetch() {
  try {
    m_transport.fetch({m_trust_ref, std::string(k_requests_prefix), std::string(k_approvals_prefix),
                       std::string(k_suspensions_prefix)});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::git_bad_object) throw;
    fetch_one_by_one();
  }
}

void ChangeRepository::fetch_one_by_one() {
  m_transport.fetch({m_trust_ref});
  std::set<std::string> wanted;
  const auto prefixes = {k_requests_prefix, k_approvals_prefix, k_suspensions_prefix};
  for (const git::Ref& ref : m_transport.list({prefixes.begin(), prefixes.end()})) wanted.insert(ref.name);
  for (const std::string_view prefix : prefixes) {
    for (const git::Ref& ref : m_repository.refs(prefix)) wanted.insert(ref.name);
  }
  for (const std::string& name : wanted) {
    try {
      m_transport.fetch({name});
    } catch (const Error& error) {
      // A damaged branch concerns its own request only; what it held before must not stand in for it.
      if (error.code() != ErrorCode::git_bad_object) throw;
      if (m_repository.resolve(name)) m_repository.delete_ref(name);
    }
  }
}

View ChangeRepository::view() const {
  const auto trust = m_repository.resolve(m_trust_ref);
  if (!trust) {
    throw Error(ErrorCode::trust_ref_missing, fmt::format("{} has no {}", m_transport.remote().url, m_trust_ref),
                "Push the change repository that dbw-request init made, or correct trust_ref in the pin.");
  }
  View view;
  view.trust_commit = *trust;
  view.trust_tree = m_repository.tree_of(*trust);
  for (const git::Ref& ref : m_repository.refs(k_suspensions_prefix)) view.suspensions.push_back(ref.target);
  for (const git::Ref& ref : m_repository.refs(k_requests_prefix)) {
    const auto id = id_of(ref.name.substr(k_requests_prefix.size()));
    if (!id) continue;
    view.requests[*id].branch = ref.target;
    view.open.insert(*id);
    view.may_supersede.insert(*id);
  }
  for (const git::Ref& ref : m_repository.refs(k_approvals_prefix)) {
    const std::vector<std::string> parts = split(std::string_view(ref.name).substr(k_approvals_prefix.size()), '/');
    if (parts.size() != 2 || !is_name(parts[1])) continue;
    if (const auto id = id_of(parts[0])) view.requests[*id].decisions.emplace_back(parts[1], ref.target);
  }
  return view;
}

trust::TrustInput read_trust(const git::Repository& objects, const View& view) {
  const git::ObjectId& tree = view.trust_tree;
  trust::TrustInput input{.roots = read_documents(objects, tree, ".dbw/root"),
                          .rosters = read_documents(objects, tree, ".dbw/roster"),
                          .policies = read_documents(objects, tree, ".dbw/policy"),
                          .suspensions = read_documents(objects, tree, k_suspensions_folder)};
  for (const git::ObjectId& head : view.suspensions) {
    try {
      add_suspensions(input.suspensions, read_documents(objects, objects.tree_of(head), k_suspensions_folder));
    } catch (const Error& error) {
      if (error.status() == ExitStatus::environment) throw;
      // Whoever may push there must not be able to stop everything. Without bytes it is no document, and is noted.
      input.suspensions.push_back({fmt::format("{}: {}", head.hex, error.message()), "", {}});
    }
  }
  return input;
}

std::optional<StoredRequest> read_request(const git::Repository& objects, const View& view, const RequestId& id) {
  StoredRequest request;
  request.id = id;
  request.merged = read_folder(objects, view.trust_tree, request);
  if (request.merged) read_cancellation(objects, view.trust_tree, request);
  const auto refs = view.requests.find(id);
  if (refs != view.requests.end() && refs->second.branch) {
    const git::ObjectId tree = objects.tree_of(*refs->second.branch);
    if (!request.merged && !read_folder(objects, tree, request)) return std::nullopt;
    if (request.cancellation.empty()) read_cancellation(objects, tree, request);
  } else if (!request.merged) {
    return std::nullopt;
  }
  return request;
}

void note_superseded(const git::Repository& objects, const trust::Authority& authority, View& view) {
  // What is not authentic, or withdrawn, supersedes nothing; assess says why.
  const auto authentic = [&](const RequestId& id) -> std::optional<model::Request> {
    try {
      const auto stored = read_request(objects, view, id);
      if (!stored || !stored->cancellation.empty()) return std::nullopt;
      return trust::authenticate_request(authority, {request_folder(id), stored->bytes, stored->signature})->request;
    } catch (const Error&) {
      return std::nullopt;
    }
  };
  for (const RequestId& id : view.may_supersede) {
    const auto newer = authentic(id);
    if (!newer || newer->id != id || !newer->supersedes) continue;
    const auto older = authentic(*newer->supersedes);
    if (older && older->requester == newer->requester) view.superseded_by.emplace(*newer->supersedes, id);
  }
}

std::string read_request_file(const git::Repository& objects, const StoredRequest& request, std::string_view path,
                              std::size_t bytes_max) {
  const std::string whole = fmt::format("{}/{}", request_folder(request.id), path);
  const auto bytes = objects.read_file(request.tree, whole, bytes_max);
  if (!bytes)
    throw Error(ErrorCode::request_file_missing, fmt::format("{} is not in the repository", printable(whole)));
  return *bytes;
}

std::vector<trust::DecisionInput> read_decisions(const git::Repository& objects, const View& view,
                                                 const RequestRefs& refs) {
  std::vector<trust::DecisionInput> decisions;
  for (const auto& [person, head] : refs.decisions) {
    std::optional<git::ObjectId> at = head;
    while (at) {
      std::string commit = objects.read_commit(*at, k_commit_bytes_max);
      if (!is_decision(commit)) {
        require_known_base(objects, view, person, *at);
        break;
      }
      if (decisions.size() == k_decisions_max) {
        throw Error(ErrorCode::trust_too_many_decisions,
                    fmt::format("more than {} decisions on one request", k_decisions_max));
      }
      decisions.push_back({person, std::move(commit)});
      at = objects.parent_of(*at);
    }
  }
  return decisions;
}

}  // namespace dbw::workflow
