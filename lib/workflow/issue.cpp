#include "workflow/issue.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "audit/appender.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "crypto/hash.hpp"
#include "crypto/pkcs11.hpp"
#include "trust/tokens.hpp"
#include "workflow/audit_log.hpp"
#include "workflow/authority_files.hpp"
#include "workflow/ci_proof.hpp"
#include "workflow/marks.hpp"
#include "workflow/merged_requests.hpp"
#include "workflow/suspensions.hpp"

namespace dbw::workflow {
namespace {

struct SeenLog {
  trust::LogHead head;  ///< of size 0: there is none yet
  Timestamp last_at;
};

/// Heads of the executors' logs as the issuer sees them, each verified once.
class LogHeads {
 public:
  /// `may_be_old`: a log that is out of reach counts as it was seen last.
  LogHeads(const HostConfig& config, const trust::Authority& authority, bool may_be_old)
      : m_authority(authority),
        m_may_be_old(may_be_old),
        m_cache(git::Repository::init(config.state / "audit.git")),
        m_remote(m_cache, config.audit) {}

  const SeenLog& of(const std::string& executor) {
    const auto known = m_heads.find(executor);
    if (known != m_heads.end()) return known->second;
    const std::string ref = audit_ref(executor);
    try {
      m_remote.fetch({ref});
    } catch (const Error& error) {
      if (!m_may_be_old || error.code() != ErrorCode::git_unreachable) throw;
    }
    SeenLog seen;
    if (const auto commit = m_cache.resolve(ref)) {
      const model::Machine* machine = m_authority.find_machine(executor);
      if (machine == nullptr)
        throw Error(ErrorCode::trust_unknown_key, fmt::format("{} is not on the roster", executor));
      const audit::LogHead read = audit::read_head(
          audit_files(m_cache, *commit), audit::origin_of(m_authority.pin().repo_id, executor), {machine->key});
      seen = {{static_cast<std::int64_t>(read.head.size), read.head.root}, read.last_at};
    }
    return m_heads.emplace(executor, seen).first->second;
  }

 private:
  const trust::Authority& m_authority;
  bool m_may_be_old;
  git::Repository m_cache;
  git::Transport m_remote;
  std::map<std::string, SeenLog> m_heads;
};

void require_issuer(const trust::Authority& authority, const HostConfig& config, const crypto::MachineSigner& key) {
  const model::Machine* machine = authority.find_machine(config.machine);
  const bool ours = machine != nullptr && machine->use == "token" && machine->key == key.public_key() &&
                    !authority.machine_suspended(config.machine) && !authority.key_suspended(key.public_key().id);
  if (!ours) {
    throw Error(ErrorCode::issuer_not_listed,
                fmt::format("the roster does not list {} with the key {} for tokens, or it is suspended",
                            config.machine, key.public_key().id.text()));
  }
}

/// The CI job that asks is the one that policy demands of an issuer, and the executor's log is not older than policy
/// allows (`online`: where nobody could have kept it from us).
void require_place(CiProof& proof, const model::Policy& policy, const model::EnvironmentEntry& environment,
                   const SeenLog& log, Timestamp now, bool online) {
  if (!environment.issuer_ci.empty()) proof.require(policy.ci_identities.at(environment.issuer_ci), now);
  if (policy.log_max_age.count() == 0 || !online || now - log.last_at <= policy.log_max_age) return;
  throw Error(ErrorCode::log_stale,
              log.head.size == 0
                  ? fmt::format("{} has no log yet", environment.executor)
                  : fmt::format("the last line of {}'s log is of {}, more than {} ago", environment.executor,
                                log.last_at.text(), format_duration(policy.log_max_age)));
}

}  // namespace

Issue issue_tokens(const HostConfig& config, const std::vector<RequestId>& ids, Seconds ttl, Timestamp now,
                   const IssueOptions& options) {
  const std::filesystem::path& bundle = options.bundle;
  const TraceSink& trace = options.trace;
  const std::unique_ptr<crypto::MachineSigner> key = crypto::load_machine_signer(config.key);
  make_folders(config.state, 0700);
  ChangeRepository repository(bundle.empty() ? config.state / "change.git" : config.state / "bundle" / "change.git",
                              bundle.empty() ? config.change : git::Remote{.url = bundle.string()},
                              config.pin.trust_ref);
  repository.fetch();
  View view = view_with_merged(repository, now);
  LocalMarks marks = load_marks(config.state / "marks.yaml");
  trust::TrustInput input = read_trust(repository.objects(), view);
  add_suspensions(input.suspensions, read_document_folder(config.state / "suspensions"));
  const trust::Authority authority = verify_traced(config.pin, input, marks.trust, now, trace);
  trust::require_clock(now, trust::issued_floor(authority));
  remember_suspensions(config.state / "suspensions", authority);
  require_issuer(authority, config, *key);
  note_superseded(repository.objects(), authority, view);
  marks.trust = authority.marks();
  save_marks(config.state / "marks.yaml", marks);

  LogHeads heads(config, authority, !bundle.empty());
  CiProof ci(config, options.ci_tokens);
  std::vector<RequestId> wanted = ids;
  if (ids.empty()) {
    wanted.assign(view.open.begin(), view.open.end());
  }
  Issue issue;
  for (const RequestId& id : wanted) {
    const auto assessment = assess(repository.objects(), view, authority, id, now);
    const bool worth_telling = assessment && (!ids.empty() || assessment->state == RequestState::approved);
    if (trace && worth_telling) trace(assessment->trace);
    if (!assessment || assessment->state != RequestState::approved) {
      if (ids.empty()) continue;
      issue.refused.emplace_back(id, assessment
                                         ? assessment->refusals
                                         : std::vector<Refusal>{{ErrorCode::request_unknown,
                                                                 fmt::format("there is no request {}", id.text())}});
      continue;
    }
    const model::Request& request = (*assessment->request)->request;
    const model::EnvironmentEntry& environment = authority.environment(request.database, request.environment);
    if (ids.empty() && !environment.token_required) continue;
    if (!bundle.empty() && request.mode != model::RequestMode::break_glass) {
      issue.refused.push_back({id,
                               {{ErrorCode::capability_exceeded,
                                 fmt::format("{} is mode {}; from a bundle only break_glass requests get a token",
                                             id.text(), model::mode_name(request.mode))}}});
      continue;
    }
    const SeenLog& log = heads.of(environment.executor);
    try {
      require_place(ci, authority.policy(), environment, log, now, bundle.empty());
    } catch (const Error& error) {
      // What one environment lacks does not keep the others from their tokens.
      issue.refused.push_back({id, {error.refusal()}});
      continue;
    }
    const trust::TokenFacts facts = trust::token_facts(authority, *assessment->request, assessment->content->match,
                                                       assessment->content->bindings, assessment->judged, log.head);
    const model::Token token =
        trust::make_token(facts, config.machine, crypto::random_hex(16), now, std::min(ttl, facts.ttl_max));
    issue.tokens.push_back({id, model::encode_envelope_line(trust::sign_token(token, *key)), token.expires_at});
  }
  return issue;
}

}  // namespace dbw::workflow
