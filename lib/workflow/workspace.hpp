#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.hpp"
#include "crypto/sshsig.hpp"
#include "workflow/assess.hpp"
#include "workflow/change_repository.hpp"
#include "workflow/profile.hpp"
#include "workflow/trace_sink.hpp"

namespace dbw::workflow {

/// One person at work on one change repository: their mirror, the trust they verified for themselves from their own
/// pin, and their key. Two commands of the same person take turns (a file lock).
class Workspace {
 public:
  /// Fetches (unless `offline`), verifies trust against pin and marks, and remembers the new marks. Throws what those
  /// throw.
  Workspace(Profile profile, Timestamp now, bool offline = false, TraceSink trace = {});

  const Profile& profile() const { return m_profile; }
  ChangeRepository& repository() { return m_repository; }
  const ChangeRepository& repository() const { return m_repository; }
  const View& view() const { return m_view; }
  const trust::Authority& authority() const { return *m_authority; }
  Timestamp now() const { return m_now; }

  /// Fetches and verifies once more, after a push.
  void refresh();
  std::optional<Assessment> assess(const RequestId& id) const;
  /// Every request with a ref of its own, newest id first.
  std::vector<RequestId> open_requests() const;

  /// The person this profile acts as, found on the roster. Throws Error{profile_no_person}.
  const model::Person& person() const;
  /// The e-mail for decision commits: the profile's, else the roster's first.
  std::string email() const;
  /// Signs with the person's key; throws Error{profile_no_person, profile_key_unknown} where the roster does not list
  /// it.
  std::unique_ptr<crypto::Signer> signer() const;

 private:
  void verify();

  Profile m_profile;
  Timestamp m_now;
  TraceSink m_trace;
  FileLock m_lock;
  ChangeRepository m_repository;
  View m_view;
  std::optional<trust::Authority> m_authority;
};

}  // namespace dbw::workflow
