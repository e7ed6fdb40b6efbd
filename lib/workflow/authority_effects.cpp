#include "workflow/authority_effects.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "trust/difference.hpp"
#include "trust/lint.hpp"
#include "trust/matching.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

std::string read(const DocumentFile& file) { return read_file(file.path, k_yaml_bytes_max); }

DocumentFile pick(const fs::path& checkout, const DocumentFile& file, DocumentKind of, DocumentKind wanted) {
  return of == wanted ? file : document_files(checkout, wanted).back();
}

bool may_still_run(RequestState state) {
  return state == RequestState::submitted || state == RequestState::awaiting_approval ||
         state == RequestState::approved || state == RequestState::waiting_window;
}

/// Empty: nothing changes for this request. The terms hold everything that its review depends on, so the review of now
/// serves: where it would be another one, the terms are others too.
std::string why_stale(const trust::Authority& supposed, const Assessment& assessment, Timestamp now) {
  const trust::MatchInput input = trust::match_input((*assessment.request)->request, assessment.content->review, now);
  const trust::Match match = trust::match_workflow(supposed, input);
  if (!match.matched()) return match.refusals.front().message;
  const Digest terms = crypto::sha256(trust::emit_terms(supposed, match, input));
  if (terms == assessment.content->bindings.terms_sha256) return {};
  if (match.workflow.name != assessment.content->match.workflow.name)
    return fmt::format("falls under workflow {} instead of {}", match.workflow.name,
                       assessment.content->match.workflow.name);
  return fmt::format("the terms of workflow {} change", match.workflow.name);
}

}  // namespace

CheckoutDocuments newest_documents(const fs::path& checkout, const DocumentFile& file, DocumentKind kind) {
  const DocumentFile root = pick(checkout, file, kind, DocumentKind::root);
  const DocumentFile roster = pick(checkout, file, kind, DocumentKind::roster);
  const DocumentFile policy = pick(checkout, file, kind, DocumentKind::policy);
  return {model::parse_root(read(root), root.path.string()), model::parse_roster(read(roster), roster.path.string()),
          model::parse_policy(read(policy), policy.path.string())};
}

DraftLint lint_draft(const fs::path& checkout, const DocumentFile& file, DocumentKind kind, Timestamp now) {
  const CheckoutDocuments all = newest_documents(checkout, file, kind);
  DraftLint out;
  const auto append = [&](const std::vector<Refusal>& more) {
    out.errors.insert(out.errors.end(), more.begin(), more.end());
  };
  if (kind == DocumentKind::root) append(trust::lint_root(all.root));
  if (kind != DocumentKind::policy) append(trust::lint_roster(all.root, all.roster));
  if (kind != DocumentKind::root) append(trust::lint_policy(all.roster, all.policy));
  out.warnings = trust::lint_warnings(all.root, all.roster, all.policy, now);
  return out;
}

std::vector<std::string> describe_version(const fs::path& checkout, const DocumentFile& older,
                                          const DocumentFile& newer, DocumentKind kind) {
  std::vector<std::string> out = trust::describe_changes(document_name(kind), read(older), read(newer));
  if (kind == DocumentKind::root) return out;
  const CheckoutDocuments before = newest_documents(checkout, older, kind);
  const CheckoutDocuments after = newest_documents(checkout, newer, kind);
  for (std::string& line : trust::describe_powers(before.roster, before.policy, after.roster, after.policy))
    out.push_back(std::move(line));
  return out;
}

std::vector<StaleRequest> stale_requests(const Workspace& workspace, const model::Roster& roster,
                                         const model::Policy& policy) {
  const trust::Authority supposed = trust::suppose(workspace.authority(), &roster, &policy);
  std::vector<StaleRequest> out;
  for (const RequestId& id : workspace.open_requests()) {
    const auto assessment = workspace.assess(id);
    if (!assessment || !assessment->request || !may_still_run(assessment->state)) continue;
    const std::string why = why_stale(supposed, *assessment, workspace.now());
    if (!why.empty()) out.push_back({id, assessment->judged.approvals.size(), why});
  }
  return out;
}

DocumentFile renew_version(const fs::path& checkout, DocumentKind kind, Timestamp now, int days) {
  const std::vector<DocumentFile> before = document_files(checkout, kind);
  const DocumentFile next = next_version(checkout, kind, now, days);
  const bool fresh = next.version != before.back().version;
  const DocumentFile* older = fresh ? &before.back() : before.size() > 1 ? &before[before.size() - 2] : nullptr;
  if (older == nullptr) {
    throw Error(
        ErrorCode::authority_not_dates_only,
        fmt::format("{} is the first version and not signed yet: there is nothing to renew", next.path.string()));
  }
  const std::vector<std::string> changes = trust::describe_changes(document_name(kind), read(*older), read(next));
  if (!changes.empty()) {
    throw Error(ErrorCode::authority_not_dates_only, fmt::format("{} is not signed yet and changes more than dates: {}",
                                                                 next.path.string(), printable(changes.front())));
  }
  if (!fresh) redate_version(next, now, days == 0 ? life_days(kind) : days);
  return next;
}

}  // namespace dbw::workflow
