#include "workflow/workspace.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "workflow/authority_files.hpp"
#include "workflow/marks.hpp"
#include "workflow/merged_requests.hpp"
#include "workflow/suspensions.hpp"

namespace dbw::workflow {
namespace {

constexpr int k_lock_wait_seconds = 60;

FileLock lock(const Profile& profile) {
  FileLock held(profile.folder / "lock", k_lock_wait_seconds);
  if (!held.held()) {
    throw Error(ErrorCode::workspace_busy,
                fmt::format("another dbw command has been using {} for a minute", profile.folder.string()));
  }
  return held;
}

}  // namespace

Workspace::Workspace(Profile profile, Timestamp now, bool offline, TraceSink trace)
    : m_profile(std::move(profile)),
      m_now(now),
      m_trace(std::move(trace)),
      m_lock(lock(m_profile)),
      m_repository(m_profile.mirror(), m_profile.remote, m_profile.pin.trust_ref) {
  if (!offline) m_repository.fetch();
  verify();
}

void Workspace::refresh() {
  m_repository.fetch();
  verify();
}

void Workspace::verify() {
  m_view = view_with_merged(m_repository, m_now);
  LocalMarks marks = load_marks(m_profile.marks());
  trust::TrustInput input = read_trust(m_repository.objects(), m_view);
  add_suspensions(input.suspensions, read_document_folder(m_profile.suspensions()));
  m_authority = verify_traced(m_profile.pin, input, marks.trust, m_now, m_trace);
  trust::require_clock(m_now, trust::issued_floor(*m_authority));
  remember_suspensions(m_profile.suspensions(), *m_authority);
  note_superseded(m_repository.objects(), *m_authority, m_view);
  if (marks.trust == m_authority->marks()) return;
  marks.trust = m_authority->marks();
  save_marks(m_profile.marks(), marks);
}

std::optional<Assessment> Workspace::assess(const RequestId& id) const {
  return workflow::assess(m_repository.objects(), m_view, *m_authority, id, m_now);
}

std::vector<RequestId> Workspace::open_requests() const {
  std::vector<RequestId> ids;
  for (const auto& [id, refs] : m_view.requests) ids.push_back(id);
  std::reverse(ids.begin(), ids.end());
  return ids;
}

const model::Person& Workspace::person() const {
  if (m_profile.person.empty()) {
    throw Error(ErrorCode::profile_no_person, "this profile names no person, so it can only look",
                "Run dbw-sign trust again with --as NAME --key FILE.");
  }
  const model::Person* person = m_authority->find_person(m_profile.person);
  if (person == nullptr) {
    throw Error(ErrorCode::profile_no_person,
                fmt::format("{} is not on the roster (version {})", m_profile.person, m_authority->roster().version));
  }
  return *person;
}

std::string Workspace::email() const {
  const model::Person& me = person();
  if (!m_profile.email.empty()) return m_profile.email;
  if (me.emails.empty())
    throw Error(ErrorCode::profile_no_person, fmt::format("the roster lists no e-mail for {}", me.name));
  return me.emails.front();
}

std::unique_ptr<crypto::Signer> Workspace::signer() const {
  const model::Person& me = person();
  auto signer = std::make_unique<crypto::SshKeygenSigner>(m_profile.key, m_profile.signing_program);
  const bool listed = std::any_of(me.keys.begin(), me.keys.end(),
                                  [&](const model::PersonKey& key) { return key.key == signer->public_key(); });
  if (!listed) {
    throw Error(ErrorCode::profile_key_unknown,
                fmt::format("the roster does not list the key {} for {}", signer->public_key().id.text(), me.name),
                "Use a key that the roster lists, or ask the roster holders to add yours.");
  }
  return signer;
}

}  // namespace dbw::workflow
