#include "workflow/vault.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "codec/json.hpp"
#include "codec/reader.hpp"
#include "crypto/hash.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

using LeaseTime = std::chrono::milliseconds;
using VaultClock = std::chrono::steady_clock;

constexpr std::size_t k_lease_note_bytes_max = 4096;
constexpr int k_notes_wait_seconds = 10;
constexpr LeaseTime k_renew_pause_min{500};
constexpr LeaseTime k_cancel_pause{100};
/// Users are stopped this long before the end, but never earlier than after four fifths of what was lent.
constexpr LeaseTime k_end_margin_max{5000};
constexpr LeaseTime k_for_ever = std::chrono::hours(24 * 365);
const std::string k_token_itself;

std::string name_of(const std::string& lease) { return lease.empty() ? "the executor's token" : "the lease " + lease; }

Refusal revocation_failure(const Error& error) { return {ErrorCode::vault_revocation_failed, error.message(), {}}; }

}  // namespace

Vault::Vault(std::shared_ptr<const VaultConfig> config, const crypto::SecretBytes& proof, Report report)
    : m_config(std::move(config)),
      m_api(*m_config),
      m_patient(*m_config, 1),
      m_report(std::move(report)),
      m_token(m_api.login(proof)) {
  Kept& token = m_kept[k_token_itself];
  token.wish = m_token.duration;
  set_times(token, m_token.duration, m_token.renewable, m_token.duration == Seconds(0));
  give_back_leftovers();
  m_keeper = std::thread([this] { keep(); });
}

Vault::~Vault() {
  {
    const std::lock_guard lock(m_mutex);
    m_done = true;
  }
  m_changed.notify_all();
  m_keeper.join();
  try {
    m_api.revoke_token(m_token);
  } catch (const Error& error) {
    m_report(revocation_failure(error));
  }
}

void Vault::set_times(Kept& kept, Seconds duration, bool renewable, bool endless) const {
  const LeaseTime left = endless ? k_for_ever : LeaseTime(duration);
  const LeaseTime margin = std::min(k_end_margin_max, left / 5);
  const Time now = VaultClock::now();
  kept.renewable = renewable && !endless;
  kept.ends_at = now + left - margin;
  kept.renew_at = kept.renewable ? now + std::max((left - margin) * 2 / 3, k_renew_pause_min) : Time::max();
}

VaultExtension Vault::extend(const VaultApi& api, const std::string& lease, Seconds wish) const {
  return lease.empty() ? api.renew_token(m_token, wish) : api.renew_lease(m_token, lease, wish);
}

/// Asks for more right away where it would not last, so that nothing begins that cannot end.
void Vault::ensure(const std::string& lease, Seconds duration, Seconds needed) {
  if (needed <= duration) return;
  std::unique_lock lock(m_mutex);
  Kept& kept = m_kept.at(lease);
  kept.wish = std::max(kept.wish, needed);
  const bool renewable = kept.renewable;
  lock.unlock();
  VaultExtension granted{duration, false};
  if (renewable) granted = extend(m_api, lease, needed);
  if (granted.duration < needed)
    throw Error(ErrorCode::vault_lease_short,
                fmt::format("{} lasts {}{}; the run may take {}", name_of(lease), format_duration(granted.duration),
                            renewable ? " and no longer" : " and cannot be renewed", format_duration(needed)));
  lock.lock();
  set_times(kept, granted.duration, granted.renewable);
}

std::unique_ptr<Vault::Loan> Vault::lend(const std::string& role, bool static_role, Seconds needed) {
  VaultLoan loan = m_api.lend(m_token, role, static_role);
  const std::string lease = loan.lease;
  const Seconds duration = loan.duration;
  const bool renewable = loan.renewable;
  // From here on it is given back whatever happens.
  auto held = std::make_unique<Loan>(shared_from_this(), std::move(loan));
  if (static_role) return held;
  auto note = write_note(lease);
  {
    const std::lock_guard lock(m_mutex);
    Kept& kept = m_kept[lease];
    kept.wish = duration;
    kept.note = std::move(note);
    set_times(kept, duration, renewable);
  }
  ensure(lease, duration, needed);
  ensure(k_token_itself, time_left(k_token_itself), needed);
  m_changed.notify_all();
  return held;
}

/// Until its user would be stopped.
Seconds Vault::time_left(const std::string& lease) {
  const std::lock_guard lock(m_mutex);
  return std::chrono::duration_cast<Seconds>(m_kept.at(lease).ends_at - VaultClock::now());
}

std::optional<Refusal> Vault::lost() {
  const std::lock_guard lock(m_mutex);
  return m_lost;
}

fs::path Vault::note_of(const std::string& lease) const {
  return m_config->leases / (crypto::sha256(lease).hex() + ".json");
}

fs::path Vault::notes_lock() const { return m_config->leases.string() + ".lock"; }

/// The note is locked by whoever uses the lease.
std::unique_ptr<FileLock> Vault::write_note(const std::string& lease) const {
  make_folders(m_config->leases, 0700);
  codec::Value value;
  // Between its first moment and its lock a note looks like one that was left behind.
  const FileLock folder(notes_lock(), k_notes_wait_seconds);
  write_file_atomic(note_of(lease), codec::emit_json(value.set("lease", lease)), 0600);
  auto ours = std::make_unique<FileLock>(note_of(lease), 0);
  // Without both, another process could take the lease for one that was left behind, and give it back under us.
  if (!folder.held() || !ours->held())
    throw Error(ErrorCode::executor_busy, "another process keeps the notes of credentials of Vault locked");
  return ours;
}

/// Nullptr: somebody uses its lease, or gave it back just now.
std::unique_ptr<FileLock> Vault::take_left_note(const fs::path& note) const {
  const FileLock folder(notes_lock(), k_notes_wait_seconds);
  std::error_code ignored;
  if (!folder.held() || !fs::exists(note, ignored)) return nullptr;
  auto ours = std::make_unique<FileLock>(note, 0);
  if (!ours->held()) return nullptr;
  // It was removed while we opened it, and opening made it anew.
  if (fs::file_size(note, ignored) != 0) return ours;
  fs::remove(note, ignored);
  return nullptr;
}

void Vault::give_back_leftovers() const {
  std::error_code unreadable;
  fs::directory_iterator at(m_config->leases, unreadable);
  for (; !unreadable && at != fs::directory_iterator(); at.increment(unreadable)) {
    if (at->path().extension() != ".json") continue;
    try {
      const std::unique_ptr<FileLock> ours = take_left_note(at->path());
      if (!ours) continue;
      const codec::Value value = codec::parse_json(read_file(at->path(), k_lease_note_bytes_max), at->path().string());
      give_back(codec::Reader(value, at->path().string()).text("lease"));
    } catch (const Error& error) {
      m_report(revocation_failure(error));
    }
  }
}

void Vault::give_back(const std::string& lease) const {
  try {
    m_api.revoke_lease(m_token, lease);
  } catch (const Error& error) {
    m_report(revocation_failure(error));
    return;  // the note stays, for the next process
  }
  std::error_code ignored;
  fs::remove(note_of(lease), ignored);
}

void Vault::leave(const std::string& lease) {
  {
    const std::lock_guard lock(m_mutex);
    Kept& kept = m_kept[lease];
    kept.leaving = true;
    kept.renew_at = kept.ends_at = Time::max();
  }
  give_back(lease);
  const std::lock_guard lock(m_mutex);
  m_kept.erase(lease);
}

/// The keeper's thread.
void Vault::keep() {
  std::unique_lock lock(m_mutex);
  while (!m_done) {
    const auto next = std::min_element(m_kept.begin(), m_kept.end(),
                                       [](const auto& a, const auto& b) { return a.second.due() < b.second.due(); });
    const Time now = VaultClock::now();
    if (now < next->second.due()) {
      m_changed.wait_until(lock, std::min(next->second.due(), now + k_for_ever));
    } else if (now >= next->second.ends_at) {
      stop_user(lock, std::string(next->first));
    } else {
      renew(lock, std::string(next->first));
    }
  }
}

void Vault::renew(std::unique_lock<std::mutex>& lock, const std::string& lease) {
  const Seconds wish = m_kept.at(lease).wish;
  std::optional<Refusal> failure;
  VaultExtension granted;
  lock.unlock();
  try {
    granted = extend(m_patient, lease, wish);
  } catch (const Error& error) {
    failure = error.refusal();
  }
  lock.lock();
  const auto found = m_kept.find(lease);
  if (found == m_kept.end() || found->second.leaving) return;
  Kept& kept = found->second;
  if (!failure) {
    const Time before = kept.ends_at;
    set_times(kept, granted.duration, granted.renewable);
    if (kept.ends_at > before + k_renew_pause_min) return;
    failure = Refusal{ErrorCode::vault_renewal_denied, "it has reached its max_ttl", {}};
  }
  kept.why = failure->message;
  if (failure->code == ErrorCode::vault_unreachable || failure->code == ErrorCode::vault_sealed) {
    const Time now = VaultClock::now();
    kept.renew_at = now + std::max(std::chrono::duration_cast<LeaseTime>(kept.ends_at - now) / 4, k_renew_pause_min);
    return;
  }
  kept.renew_at = Time::max();
  m_report({ErrorCode::vault_renewal_denied, fmt::format("{}: {}", name_of(lease), kept.why), {}});
}

void Vault::stop_user(std::unique_lock<std::mutex>& lock, const std::string& lease) {
  Kept& kept = m_kept.at(lease);
  kept.renew_at = Time::max();
  kept.ends_at = VaultClock::now() + k_cancel_pause;
  if (!kept.lost) {
    kept.lost =
        Refusal{ErrorCode::vault_renewal_denied,
                fmt::format("{} ends: {}", name_of(lease), kept.why.empty() ? "it cannot be renewed" : kept.why),
                {}};
    if (!m_lost) m_report(*kept.lost);
    if (!m_lost) m_lost = kept.lost;
  }
  // Without its token every lease ends.
  std::vector<std::shared_ptr<User>> users;
  for (const auto& [other, each] : m_kept) {
    if (other == lease || lease.empty()) users.push_back(each.user);
  }
  lock.unlock();
  for (const std::shared_ptr<User>& user : users) {
    const std::lock_guard theirs(user->mutex);
    if (user->cancel) user->cancel();
  }
  lock.lock();
}

Vault::Loan::~Loan() {
  if (!m_loan.lease.empty()) m_vault->leave(m_loan.lease);
}

void Vault::Loan::on_end(std::function<void()> cancel) {
  if (m_loan.lease.empty()) return;
  std::shared_ptr<User> user;
  {
    const std::lock_guard lock(m_vault->m_mutex);
    user = m_vault->m_kept.at(m_loan.lease).user;
  }
  const std::lock_guard lock(user->mutex);
  user->cancel = std::move(cancel);
}

void Vault::Loan::require_kept() {
  if (m_loan.lease.empty()) return;
  const std::lock_guard lock(m_vault->m_mutex);
  for (const std::string& lease : {m_loan.lease, k_token_itself}) {
    if (const std::optional<Refusal>& lost = m_vault->m_kept.at(lease).lost) throw Error(*lost);
  }
}

void Vault::Loan::require(Seconds needed) {
  if (m_loan.lease.empty()) return;
  m_vault->ensure(m_loan.lease, m_vault->time_left(m_loan.lease), needed);
  m_vault->ensure(k_token_itself, m_vault->time_left(k_token_itself), needed);
  m_vault->m_changed.notify_all();
}

}  // namespace dbw::workflow
