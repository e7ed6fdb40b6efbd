#include "workflow/parcels.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "codec/commit.hpp"
#include "crypto/hash.hpp"
#include "workflow/publish.hpp"

namespace dbw::workflow {
namespace {

constexpr std::string_view k_request_file = "request.yaml";
constexpr std::string_view k_signature_file = "request.yaml.sig";

model::Parcel empty_parcel(const Workspace& workspace, const RequestId& id) {
  return {.repo_id = workspace.authority().pin().repo_id, .request = id, .files = {}, .decisions = {}};
}

/// Takes the parts of one parcel in, each judged with those before it in place. Nothing leaves the mirror.
class Import {
 public:
  Import(Workspace& workspace, View& view, const model::Parcel& parcel)
      : m_workspace(workspace),
        m_objects(workspace.repository().objects()),
        m_parcel(parcel),
        m_id(parcel.request),
        m_view(view) {}

  void request() {
    const auto known = read_request(m_objects, m_view, m_id);
    if (known && known->bytes == file(k_request_file) && known->signature == file(k_signature_file)) {
      placed.push_back({request_ref(m_id), "request " + m_id.text(), false});
      return;
    }
    const auto branch = m_view.requests.contains(m_id) ? m_view.requests.at(m_id).branch : std::nullopt;
    const git::ObjectId base = branch.value_or(m_view.trust_commit);
    std::vector<git::TreeChange> changes;
    for (const model::Parcel::File& each : m_parcel.files)
      changes.push_back({fmt::format("{}/{}", request_folder(m_id), each.path), each.bytes});
    const std::optional<Assessment> before = known ? assess_now() : std::nullopt;
    const git::ObjectId commit =
        write_plain_commit(m_objects, m_objects.write_tree(m_objects.tree_of(base), changes), base,
                           {m_workspace.profile().person, m_workspace.email(), m_workspace.now().seconds, "+0000"},
                           fmt::format("{} {}\n", branch ? "Update" : "Request", m_id.text()));
    m_view.requests[m_id].branch = commit;
    const Assessment assessment = require_request();
    require_sound(assessment);
    if (before) require_continues(*before, assessment);
    const model::Request& made = (*assessment.request)->request;
    placed.push_back({request_ref(m_id), fmt::format("request by {}: {}", made.requester, printable(made.title))});
    pushes.push_back({request_ref(m_id), commit, branch.value_or(git::ObjectId{})});
  }

  void decision(const model::Parcel::DecisionCommit& input) {
    const codec::SignedCommit commit = codec::parse_signed_commit(input.commit);
    const git::ObjectId tree = m_objects.write_tree({}, {{std::string(k_decision_file), commit.message}});
    if (tree.hex != commit.tree)
      throw Error(ErrorCode::commit_grammar, "the decision's tree is not its message as one file");
    const Assessment assessment = require_request();
    const Digest payload = crypto::sha256(commit.payload);
    const trust::JudgedDecision judged = judge(assessment, input, payload);
    const std::string ref = approval_ref(m_id, input.person);
    std::string what =
        fmt::format("{} by {} {}", model::decision_name(judged.decision->kind), input.person, payload.text());
    if (is_known(assessment, input)) {
      placed.push_back({ref, std::move(what), false});
      return;
    }
    const auto head = head_of(input.person);
    require_parent(commit, head);
    const git::ObjectId id = m_objects.write_commit(input.commit);
    set_head(input.person, id);
    placed.push_back({ref, std::move(what)});
    pushes.push_back({ref, id, head.value_or(git::ObjectId{})});
  }

  std::vector<Placed> placed;
  std::vector<git::PushRequest> pushes;

 private:
  std::string file(std::string_view path) const {
    const auto found = std::find_if(m_parcel.files.begin(), m_parcel.files.end(),
                                    [&](const model::Parcel::File& each) { return each.path == path; });
    return found == m_parcel.files.end() ? std::string() : found->bytes;
  }

  std::optional<Assessment> assess_now() const {
    return assess(m_objects, m_view, m_workspace.authority(), m_id, m_workspace.now());
  }

  /// Authentic, with its files, as everybody else will see it once this is pushed.
  Assessment require_request() const {
    auto assessment = assess_now();
    if (!assessment) throw Error(ErrorCode::request_unknown, fmt::format("there is no request {}", m_id.text()));
    if (!assessment->request || assessment->files.empty()) throw Error(assessment->refusals.front());
    return std::move(*assessment);
  }

  void require_sound(const Assessment& assessment) const {
    trust::require_current(*assessment.request, m_workspace.now());
    if (!assessment.content->refusals.empty()) throw Error(assessment.content->refusals.front());
    for (const model::Parcel::File& each : m_parcel.files) {
      if (each.path == k_request_file || each.path == k_signature_file || assessment.files.contains(each.path))
        continue;
      throw Error(ErrorCode::field_value,
                  fmt::format("the parcel holds {}, which the request does not name", each.path),
                  "Remove the file from the parcel, or make the parcel anew.");
    }
  }

  /// An id stays with its requester, and a request does not go back in time.
  void require_continues(const Assessment& before, const Assessment& now) const {
    if (before.stored.merged) {
      throw Error(ErrorCode::push_raced, fmt::format("{} is merged with other content", m_id.text()),
                  "Propose a new request that supersedes it.");
    }
    if (!before.request) throw Error(before.refusals.front());
    const model::Request& old = (*before.request)->request;
    const model::Request& made = (*now.request)->request;
    if (old.requester != made.requester)
      throw Error(ErrorCode::request_not_yours, fmt::format("{} is {}'s request", m_id.text(), old.requester));
    if (made.created_at < old.created_at) {
      throw Error(ErrorCode::push_raced,
                  fmt::format("{} was changed since: the parcel is of {}, the remote has it of {}", m_id.text(),
                              made.created_at.text(), old.created_at.text()),
                  "Make the parcel anew.");
    }
  }

  trust::JudgedDecision judge(const Assessment& assessment, const model::Parcel::DecisionCommit& input,
                              const Digest& payload) const {
    std::vector<trust::DecisionInput> inputs = assessment.decision_commits;
    if (!is_known(assessment, input)) inputs.push_back({input.person, input.commit});
    const trust::JudgedDecisions all =
        trust::judge_decisions(m_workspace.authority(), *assessment.request, assessment.content->match,
                               assessment.content->bindings, inputs, m_workspace.now());
    const auto found = std::find_if(all.decisions.begin(), all.decisions.end(),
                                    [&](const trust::JudgedDecision& each) { return each.payload == payload; });
    if (found == all.decisions.end()) throw Error(ErrorCode::internal_bug, "a decision was not judged");
    if (!found->refusals.empty()) throw Error(found->refusals.front());
    return *found;
  }

  static bool is_known(const Assessment& assessment, const model::Parcel::DecisionCommit& input) {
    return std::any_of(
        assessment.decision_commits.begin(), assessment.decision_commits.end(),
        [&](const trust::DecisionInput& each) { return each.person == input.person && each.commit == input.commit; });
  }

  std::optional<git::ObjectId> head_of(const std::string& person) const {
    const auto refs = m_view.requests.find(m_id);
    if (refs == m_view.requests.end()) return std::nullopt;
    for (const auto& [name, head] : refs->second.decisions) {
      if (name == person) return head;
    }
    return std::nullopt;
  }

  void set_head(const std::string& person, const git::ObjectId& id) {
    auto& decisions = m_view.requests[m_id].decisions;
    std::erase_if(decisions, [&](const auto& each) { return each.first == person; });
    decisions.emplace_back(person, id);
  }

  /// A ref only ever moves forward, and its first decision stands on the trusted branch.
  void require_parent(const codec::SignedCommit& commit, const std::optional<git::ObjectId>& head) const {
    if (head && commit.parent != head->hex) {
      throw Error(ErrorCode::push_raced,
                  fmt::format("the decision was made on top of {}, and the ref is now at {}", commit.parent, head->hex),
                  "Let its author fetch and sign once more.");
    }
    if (!head && !is_on_trusted_branch({commit.parent})) {
      throw Error(ErrorCode::decision_ref_foreign,
                  fmt::format("the decision rests on the commit {}, which is not on the trusted branch", commit.parent),
                  "Import the decisions that came before it first.");
    }
  }

  bool is_on_trusted_branch(const git::ObjectId& commit) const {
    try {
      return m_objects.is_ancestor(commit, m_view.trust_commit);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::git_object_missing) throw;
      return false;
    }
  }

  Workspace& m_workspace;
  git::Repository& m_objects;
  const model::Parcel& m_parcel;
  const RequestId& m_id;
  View& m_view;
};

}  // namespace

model::Parcel parcel_of_draft(const Workspace& workspace, const RequestId& id) {
  const auto assessment = assess_draft(workspace, id);
  if (!assessment || !assessment->request)
    throw Error(ErrorCode::request_unknown, fmt::format("there is no draft {}", id.text()));
  model::Parcel parcel = empty_parcel(workspace, id);
  std::map<std::string, std::string> files = assessment->files;
  files[std::string(k_request_file)] = assessment->stored.bytes;
  files[std::string(k_signature_file)] = assessment->stored.signature;
  for (auto& [path, bytes] : files) parcel.files.push_back({path, std::move(bytes)});
  return parcel;
}

model::Parcel parcel_of_decision(Workspace& workspace, const DecisionDraft& draft, Digest& payload) {
  const SignedDecision made = make_decision(workspace, draft);
  payload = made.payload;
  model::Parcel parcel = empty_parcel(workspace, draft.decision.request);
  parcel.decisions.push_back({workspace.person().name, made.commit});
  return parcel;
}

std::vector<Placed> import_parcels(Workspace& workspace, const std::vector<model::Parcel>& parcels, Publish publish) {
  const std::string& ours = workspace.authority().pin().repo_id;
  View view = workspace.view();
  std::vector<Placed> placed;
  std::vector<git::PushRequest> pushes;
  for (const model::Parcel& parcel : parcels) {
    if (parcel.repo_id != ours) {
      throw Error(ErrorCode::trust_wrong_repository,
                  fmt::format("the parcel is for repository {}, not {}", parcel.repo_id, ours));
    }
    Import import(workspace, view, parcel);
    if (!parcel.files.empty()) import.request();
    for (const model::Parcel::DecisionCommit& each : parcel.decisions) import.decision(each);
    placed.insert(placed.end(), import.placed.begin(), import.placed.end());
    pushes.insert(pushes.end(), import.pushes.begin(), import.pushes.end());
  }
  if (publish == Publish::keep) {
    for (const git::PushRequest& each : pushes) workspace.repository().objects().set_ref(each.ref, each.commit);
  }
  if (publish != Publish::push || pushes.empty()) return placed;
  for (const git::PushRequest& each : pushes) require_pushed(workspace.repository().transport().push(each), each.ref);
  workspace.refresh();
  return placed;
}

}  // namespace dbw::workflow
