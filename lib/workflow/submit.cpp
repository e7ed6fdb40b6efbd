#include "workflow/submit.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/commit.hpp"
#include "crypto/hash.hpp"
#include "workflow/publish.hpp"

namespace dbw::workflow {
namespace {

constexpr std::string_view k_drafts_prefix = "refs/dbw/drafts/";

std::string draft_ref(const RequestId& id) { return std::string(k_drafts_prefix) + id.text(); }

RequestId new_id(Timestamp now) {
  const std::string day = now.text();
  return RequestId(
      fmt::format("REQ-{}{}{}-{}", day.substr(0, 4), day.substr(5, 2), day.substr(8, 2), crypto::random_base32(4)));
}

/// "Fix Orders.SQL" -> "fix-orders.sql": request paths are [a-z0-9][a-z0-9._-]*.
std::string safe_name(std::string_view name) {
  const auto slash = name.rfind('/');
  std::string out;
  for (const char c : to_lower(name.substr(slash == std::string_view::npos ? 0 : slash + 1))) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (!out.empty() && (c == '.' || c == '_' || c == '-'));
    if (good) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  return out.empty() ? "change.sql" : out;
}

std::string unique_name(std::string name, const std::map<std::string, std::string>& taken) {
  const std::string wanted = name;
  for (int n = 2; taken.contains(name); ++n) name = fmt::format("{}-{}", n, wanted);
  return name;
}

model::FileReference add_file(Draft& draft, const std::string& name, const std::string& bytes) {
  const std::string path = unique_name(name, draft.files);
  draft.files[path] = bytes;
  return {path, crypto::sha256(bytes)};
}

std::string rollback_name(const std::string& sql_name) {
  return sql_name.ends_with(".sql") ? sql_name.substr(0, sql_name.size() - 4) + ".down.sql" : sql_name + ".down.sql";
}

model::RequestStep make_step(Draft& draft, const StepWish& wish, std::size_t number) {
  model::RequestStep step;
  step.id = wish.id.empty() ? fmt::format("s{}", number) : wish.id;
  step.sql = add_file(draft, safe_name(wish.file_name), wish.sql);
  if (wish.rollback) step.rollback = add_file(draft, rollback_name(step.sql.path), *wish.rollback);
  step.transactional = wish.transactional;
  step.statement_timeout = wish.statement_timeout;
  step.lock_timeout = wish.lock_timeout;
  step.rows_min = wish.rows_min;
  step.rows_max = wish.rows_max;
  step.batch = wish.batch;
  step.lock_retries = wish.lock_retries;
  return step;
}

git::ObjectId write_request(Workspace& workspace, const RequestId& id, const std::vector<git::TreeChange>& changes,
                            const git::ObjectId& base, std::string_view subject) {
  git::Repository& objects = workspace.repository().objects();
  const git::ObjectId tree = objects.write_tree(objects.tree_of(base), changes);
  return write_plain_commit(objects, tree, base,
                            {workspace.profile().person, workspace.email(), workspace.now().seconds, "+0000"},
                            fmt::format("{} {}\n", subject, id.text()));
}

}  // namespace

Draft draft_request(const Workspace& workspace, const RequestWish& wish) {
  Draft draft;
  model::Request& request = draft.request;
  request.repo_id = workspace.authority().pin().repo_id;
  request.id = wish.id.value_or(new_id(workspace.now()));
  request.kind = wish.kind;
  request.mode = wish.mode;
  request.database = wish.database;
  request.environment = wish.environment;
  request.members = wish.members;
  request.requester = workspace.person().name;
  request.authors = wish.authors;
  if (std::find(request.authors.begin(), request.authors.end(), request.requester) == request.authors.end()) {
    request.authors.insert(request.authors.begin(), request.requester);
  }
  request.title = wish.title;
  request.reason = wish.reason;
  request.ticket = wish.ticket;
  request.created_at = workspace.now();
  request.expires_at = workspace.now() + wish.life;
  request.results = wish.results;
  request.supersedes = wish.supersedes;
  request.reverts = wish.reverts;
  request.migration = wish.migration;
  request.resumes = wish.resumes;
  request.nonce = crypto::random_hex(16);
  for (const StepWish& step : wish.steps) request.steps.push_back(make_step(draft, step, request.steps.size() + 1));
  draft.bytes = model::render_request(request);
  // What we sign must be what everybody else will read.
  draft.request = model::parse_request(draft.bytes, "request.yaml");
  const auto bytes_max = static_cast<std::size_t>(workspace.authority().policy().limits.sql_bytes);
  for (const model::FileReference& file : model::files_of(draft.request))
    trust::require_file(file, draft.files.at(file.path), bytes_max);
  draft.content =
      judge_content(workspace.authority(), draft.request, crypto::sha256(draft.bytes), draft.files, workspace.now());
  return draft;
}

RequestWish wish_of(const Assessment& assessment) {
  const model::Request& request = (*assessment.request)->request;
  RequestWish wish{.id = request.id,
                   .kind = request.kind,
                   .mode = request.mode,
                   .database = request.database,
                   .environment = request.environment,
                   .title = request.title,
                   .reason = request.reason,
                   .ticket = request.ticket,
                   .members = request.members,
                   .authors = request.authors,
                   .life = request.expires_at - request.created_at,
                   .steps = {},
                   .results = request.results,
                   .supersedes = request.supersedes,
                   .reverts = request.reverts,
                   .migration = request.migration,
                   .resumes = request.resumes};
  for (const model::RequestStep& step : request.steps) {
    StepWish each{.id = step.id,
                  .file_name = step.sql.path,
                  .sql = assessment.files.at(step.sql.path),
                  .rollback = std::nullopt,
                  .transactional = step.transactional,
                  .statement_timeout = step.statement_timeout,
                  .lock_timeout = step.lock_timeout,
                  .rows_min = step.rows_min,
                  .rows_max = step.rows_max,
                  .batch = step.batch,
                  .lock_retries = step.lock_retries};
    if (step.rollback) each.rollback = assessment.files.at(step.rollback->path);
    wish.steps.push_back(std::move(each));
  }
  return wish;
}

git::ObjectId save_draft(Workspace& workspace, const Draft& draft) {
  const std::string folder = request_folder(draft.request.id) + "/";
  const std::string armour = workspace.signer()->sign(model::name_space_of("request"), draft.bytes);
  trust::verify_request(workspace.authority(), {folder + "request.yaml", draft.bytes, armour}, workspace.now());
  std::vector<git::TreeChange> changes = {{folder + "request.yaml", draft.bytes},
                                          {folder + "request.yaml.sig", armour}};
  for (const auto& [path, bytes] : draft.files) changes.push_back({folder + path, bytes});
  // An update goes on top of what was pushed, so that the branch is never rewritten.
  const auto pushed = workspace.repository().objects().resolve(request_ref(draft.request.id));
  const git::ObjectId commit =
      write_request(workspace, draft.request.id, changes, pushed.value_or(workspace.view().trust_commit),
                    pushed ? "Update" : "Request");
  workspace.repository().objects().set_ref(draft_ref(draft.request.id), commit);
  return commit;
}

void push_draft(Workspace& workspace, const RequestId& id) {
  git::Repository& objects = workspace.repository().objects();
  const auto commit = objects.resolve(draft_ref(id));
  if (!commit) throw Error(ErrorCode::request_unknown, fmt::format("there is no draft {}", id.text()));
  require_pushed(workspace.repository().transport().push(
                     {request_ref(id), *commit, objects.resolve(request_ref(id)).value_or(git::ObjectId{})}),
                 request_ref(id));
  objects.delete_ref(draft_ref(id));
  workspace.refresh();
}

std::vector<RequestId> drafts(const Workspace& workspace) {
  std::vector<RequestId> ids;
  for (const git::Ref& ref : workspace.repository().objects().refs(k_drafts_prefix)) {
    ids.emplace_back(std::string_view(ref.name).substr(k_drafts_prefix.size()));
  }
  return ids;
}

std::optional<Assessment> assess_draft(const Workspace& workspace, const RequestId& id) {
  const git::Repository& objects = workspace.repository().objects();
  const auto commit = objects.resolve(draft_ref(id));
  if (!commit) return std::nullopt;
  View view = workspace.view();
  view.requests[id].branch = *commit;
  auto assessment = assess(objects, view, workspace.authority(), id, workspace.now());
  if (assessment && assessment->state == RequestState::awaiting_approval) {
    assessment->state = RequestState::draft;
    assessment->trace.state = state_name(assessment->state);
  }
  return assessment;
}

model::Trace trace_of(const Workspace& workspace, const Draft& draft) {
  model::Trace trace = workspace.authority().trace();
  trace.at = workspace.now();
  trace.request = draft.request.id.text();
  trace.state = "unsigned";
  trace.request_sha256 = crypto::sha256(draft.bytes);
  trace.verdict_sha256 = draft.content.bindings.verdict_sha256;
  trace.terms_sha256 = draft.content.bindings.terms_sha256;
  trace.append(draft.content.trace);
  return trace;
}

void cancel_request(Workspace& workspace, const RequestId& id, std::string_view reason) {
  const auto assessment = workspace.assess(id);
  if (!assessment || !assessment->request)
    throw Error(ErrorCode::request_unknown, fmt::format("there is no request {}", id.text()));
  if ((*assessment->request)->request.requester != workspace.person().name) {
    throw Error(ErrorCode::request_not_yours,
                fmt::format("{} is {}'s request", id.text(), (*assessment->request)->request.requester),
                "An approver rejects with dbw-sign reject.");
  }
  const std::string folder = request_folder(id) + "/";
  const std::string bytes =
      model::render_cancellation({workspace.authority().pin().repo_id, id, (*assessment->request)->sha256,
                                  workspace.person().name, workspace.now(), std::string(reason)});
  const std::string armour = workspace.signer()->sign(model::name_space_of("cancellation"), bytes);
  const auto branch = workspace.repository().objects().resolve(request_ref(id));
  const git::ObjectId commit =
      write_request(workspace, id, {{folder + "cancel.yaml", bytes}, {folder + "cancel.yaml.sig", armour}},
                    branch.value_or(workspace.view().trust_commit), "Withdraw");
  require_pushed(workspace.repository().transport().push({request_ref(id), commit, branch.value_or(git::ObjectId{})}),
                 request_ref(id));
  workspace.refresh();
}

}  // namespace dbw::workflow
