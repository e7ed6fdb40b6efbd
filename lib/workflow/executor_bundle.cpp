#include <fmt/format.h>

#include "base/error.hpp"
#include "workflow/executor.hpp"
#include "workflow/merged_requests.hpp"
#include "workflow/spool.hpp"
#include "workflow/suspensions.hpp"

/// Emergencies: a break-glass request comes as a file, and the log goes on in a spool until it can be published.
namespace dbw::workflow {

git::Transport& Executor::log_remote() {
  if (m_config.spool.empty()) return m_audit_remote;
  const std::string ref = audit_ref(m_config.machine);
  Spool spool(m_config.spool, m_audit_cache, ref);
  const bool from_bundle = !m_options.bundle.empty();
  try {
    if (spool.is_waiting()) {
      spool.publish(m_audit_remote);
      say("the log's lines that waited in the spool are published");
    } else if (from_bundle) {
      m_audit_remote.list({ref});
    }
    return m_audit_remote;
  } catch (const Error& error) {
    if (!from_bundle || error.code() != ErrorCode::git_unreachable) throw;
  }
  spool.begin();
  say(fmt::format("the audit repository is out of reach; the log goes on in {}", m_config.spool.string()));
  return m_spool_remote.emplace(m_audit_cache, spool.remote());
}

void Executor::add_known_suspensions() {
  if (m_options.bundle.empty()) return;
  const ChangeRepository known(m_config.state / "change.git", m_config.change, m_config.pin.trust_ref);
  if (!known.objects().resolve(m_config.pin.trust_ref)) return;
  // Roots, rosters and policies cannot go back to before the marks; a suspension that a bundle leaves out could.
  add_suspensions(m_trust_input.suspensions, read_trust(known.objects(), known.view()).suspensions);
}

std::vector<RequestId> Executor::bundled_requests() const {
  std::vector<RequestId> ids;
  for (const auto& [id, refs] : m_view.requests) {
    if (refs.branch || !refs.decisions.empty()) ids.push_back(id);
  }
  return ids;
}

std::vector<Refusal> Executor::bundle_refusals(const Assessment& assessment) const {
  const model::Request& request = (*assessment.request)->request;
  if (request.mode != model::RequestMode::break_glass) {
    return {{ErrorCode::capability_exceeded,
             fmt::format("{} is mode {}; from a bundle only break_glass requests run", request.id.text(),
                         model::mode_name(request.mode)),
             "Wait for the change repository, or propose it with --mode break_glass."}};
  }
  const ChangeRepository known(m_config.state / "change.git", m_config.change, m_config.pin.trust_ref);
  if (!known.objects().resolve(m_config.pin.trust_ref)) return {};
  View view = view_with_merged(known, m_now);
  note_superseded(known.objects(), *m_authority, view);
  const auto before = assess(known.objects(), view, *m_authority, request.id, m_now);
  const bool over = before && (before->state == RequestState::rejected || before->state == RequestState::cancelled ||
                               before->state == RequestState::superseded);
  return over ? before->refusals : std::vector<Refusal>{};
}

}  // namespace dbw::workflow
