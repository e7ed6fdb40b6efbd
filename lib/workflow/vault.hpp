#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "base/files.hpp"
#include "workflow/vault_api.hpp"

namespace dbw::workflow {

/// One login at a Vault server for as long as the process needs it. What it lends is renewed by a thread of its own and
/// given back by whoever holds it; in the end the token, and with it whatever is left, is revoked. For each lease there
/// is a note on disk until it is given back, so that the next process gives back what a killed one could not.
class Vault : public std::enable_shared_from_this<Vault> {
 public:
  using Report = std::function<void(const Refusal&)>;
  /// Logs in and gives back what killed processes left. `report` hears what goes wrong where nothing can be thrown;
  /// from another thread as well. Throws what VaultApi throws.
  Vault(std::shared_ptr<const VaultConfig> config, const crypto::SecretBytes& proof, Report report);
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;
  ~Vault();

  class Loan;
  /// `needed`: how long the credential must last at least. Throws Error{vault_lease_short} where neither lease nor
  /// token can be made to, and what VaultApi throws.
  std::unique_ptr<Loan> lend(const std::string& role, bool static_role, Seconds needed);
  /// Why a loan ended under its user, where one did.
  std::optional<Refusal> lost();
  /// How long the token lasts, for people.
  Seconds token_duration() const { return m_token.duration; }

 private:
  using Time = std::chrono::steady_clock::time_point;

  /// Who has to be stopped before a lease ends. Its mutex is held while that is done, which may take as long as a
  /// connection to the server: the vault's own is not.
  struct User {
    std::mutex mutex;
    std::function<void()> cancel;
  };

  /// A lease, or the token itself, while it is kept alive.
  struct Kept {
    Seconds wish{0};         ///< to ask for
    Time renew_at, ends_at;  ///< the second: when its user must be stopped
    bool renewable = false;
    bool leaving = false;         ///< is being given back
    std::string why;              ///< of the last renewal that failed
    std::optional<Refusal> lost;  ///< it ended under its user
    std::shared_ptr<User> user = std::make_shared<User>();
    std::unique_ptr<FileLock> note;
    Time due() const { return std::min(renew_at, ends_at); }
  };

  void set_times(Kept& kept, Seconds duration, bool renewable, bool endless = false) const;
  void ensure(const std::string& lease, Seconds duration, Seconds needed);
  VaultExtension extend(const VaultApi& api, const std::string& lease, Seconds wish) const;
  std::filesystem::path note_of(const std::string& lease) const;
  std::filesystem::path notes_lock() const;
  std::unique_ptr<FileLock> write_note(const std::string& lease) const;
  std::unique_ptr<FileLock> take_left_note(const std::filesystem::path& note) const;
  void give_back_leftovers() const;
  void give_back(const std::string& lease) const;
  void leave(const std::string& lease);
  void keep();
  void renew(std::unique_lock<std::mutex>& lock, const std::string& lease);
  void stop_user(std::unique_lock<std::mutex>& lock, const std::string& lease);
  Seconds time_left(const std::string& lease);

  std::shared_ptr<const VaultConfig> m_config;
  VaultApi m_api;
  VaultApi m_patient;  ///< of the keeper, who asks once and comes back
  Report m_report;
  VaultToken m_token;
  std::mutex m_mutex;  ///< of what follows
  std::condition_variable m_changed;
  std::map<std::string, Kept> m_kept;  ///< by lease; the token's name is empty
  std::optional<Refusal> m_lost;
  bool m_done = false;
  std::thread m_keeper;
};

/// A user and password on loan. Its end gives them back, and reports where that fails.
class Vault::Loan {
 public:
  Loan(std::shared_ptr<Vault> vault, VaultLoan loan) : m_vault(std::move(vault)), m_loan(std::move(loan)) {}
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  ~Loan();
  const std::string& user() const { return m_loan.user; }
  std::string_view password() const { return m_loan.password.reveal(); }
  /// Once it has been used: a connection needs none.
  void forget_password() { m_loan.password = {}; }
  /// Makes it last at least that long from now. Throws as lend().
  void require(Seconds needed);
  /// Throws Error{vault_renewal_denied} where it is about to end, or has: for users who run nothing at the moment that
  /// could be cancelled.
  void require_kept();
  /// Called, repeatedly and from another thread, when the loan is about to end under its user; until this is called
  /// with an empty function, which waits for a call that is under way.
  void on_end(std::function<void()> cancel);

 private:
  std::shared_ptr<Vault> m_vault;
  VaultLoan m_loan;
};

}  // namespace dbw::workflow
