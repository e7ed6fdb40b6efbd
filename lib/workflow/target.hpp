#pragma once

#include <memory>
#include <string>

#include "audit/merkle.hpp"
#include "db/connect.hpp"
#include "db/ledger.hpp"
#include "trust/authority.hpp"
#include "workflow/credentials.hpp"
#include "workflow/host_config.hpp"

namespace dbw::workflow {

enum class DatabaseRole { guard, change, read };

/// The target as exec.yaml describes it. Throws Error{target_not_configured, capability_exceeded}, and config_invalid
/// where the policy names another engine: review read the SQL as that one does, so no other may run it.
const TargetConfig& configured_target(const ExecutorConfig& config, const model::Policy& policy, const Place& place);

/// The id that policy gives the database of that place. Throws Error{trust_unknown_database} as Authority::environment,
/// and where the environment is a fleet without such a member, or none.
const std::string& target_id(const trust::Authority& authority, const Place& place);

/// A connection and the credential it rests on, which is given back when the connection is closed. Where the credential
/// is about to end before that, what the connection runs is cancelled.
class TargetSession {
 public:
  TargetSession(std::unique_ptr<db::Session> session, std::unique_ptr<Vault::Loan> loan);
  db::Session& operator*() const { return *m_session; }
  db::Session* operator->() const { return m_session.get(); }
  /// Makes the credential last that long from now. Throws Error{vault_lease_short} where it cannot be.
  void require_credential(Seconds needed) const {
    if (m_loan) m_loan->require(needed);
  }
  /// Throws Error{vault_renewal_denied} where it ends now.
  void require_credential_kept() const {
    if (m_loan) m_loan->require_kept();
  }

 private:
  struct Close {
    Vault::Loan* loan;
    void operator()(db::Session* session) const;
  };
  std::unique_ptr<Vault::Loan> m_loan;
  std::unique_ptr<db::Session, Close> m_session;
};

/// Connects in one of the roles of a target; `needed`: how long its credential must last at least. Throws what
/// db::connect and load_login throw.
TargetSession connect_target(const TargetConfig& config, DatabaseRole role, const CredentialSources& sources,
                             db::SessionOptions options, Seconds needed = Seconds(0));

/// One database as the executor guards it: the guard connection, its ledger, and what the target remembers of trust.
class Target {
 public:
  /// Connects as guard and requires: a primary, the target id of the policy, an adopted database. Throws
  /// db_not_primary, db_wrong_target, db_not_adopted ...
  Target(const TargetConfig& config, std::string id, const CredentialSources& sources);

  db::Session& guard() { return *m_guard; }
  void require_guard(Seconds needed) const { m_guard.require_credential(needed); }
  void require_guard_kept() const { m_guard.require_credential_kept(); }
  db::Ledger& ledger() { return m_ledger; }
  const TargetConfig& config() const { return m_config; }
  const std::string& id() const { return m_id; }
  const db::ServerFact& fact() const { return m_fact; }
  /// How much of the executor's log this database has seen.
  std::int64_t log_mark() const { return m_log_mark; }
  void set_log_mark(std::int64_t size) { m_log_mark = size; }

 private:
  const TargetConfig& m_config;
  std::string m_id;
  TargetSession m_guard;
  db::Ledger m_ledger;
  db::ServerFact m_fact;
  std::int64_t m_log_mark = 0;
};

/// The marks of a target in the words of trust, and back.
trust::TrustMarks trust_marks(const db::Marks& marks);
db::Marks database_marks(const trust::TrustMarks& trust, const std::string& origin, const audit::TreeHead& log);

}  // namespace dbw::workflow
