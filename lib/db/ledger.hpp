#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/session.hpp"

/// Exactly once: claims, marks and the target's id, kept in the target database by the `guard` role. PostgreSQL: schema
/// dbw; MySQL, MariaDB: database dbw_<database>; SQLite: tables dbw_*. Rows of the ledger are never deleted. A ledger
/// call inside an open transaction takes part in it; outside of one it is a transaction of its own, committed when the
/// call returns.
namespace dbw::db {

struct ServerFact {
  bool primary = true;   ///< false: a PostgreSQL server in recovery; MySQL, MariaDB: read-only, or a replica of any
  std::string timeline;  ///< PostgreSQL: decimal; MySQL: server_uuid; MariaDB: "<domain id>-<server id>"; SQLite: ""
  std::string identity;  ///< PostgreSQL: "<system identifier>/<database oid>"; SQLite: "<device>/<inode>"; MySQL,
                         ///< MariaDB: "<host>:<port>/<database>"
  std::string database;  ///< the database's name, or file path
  std::string server_version;
};

struct VersionMark {
  std::int64_t version = 0;  ///< 0: never seen
  Digest sha256;
  friend bool operator==(const VersionMark&, const VersionMark&) = default;
};

/// The newest trust this target has seen. No part is ever lowered; the same version always has the same digest.
struct Marks {
  VersionMark root, roster, policy;
  std::string log;  ///< origin of the executor's log, "<repo_id>/<executor>"; one mark is kept per log
  std::int64_t log_size = 0;
  Digest log_root;
  friend bool operator==(const Marks&, const Marks&) = default;
};

/// A migration as its request has it.
struct MigrationClaim {
  std::string version, name;
  std::string checksum;  ///< of its SQL, "sha256:..."
  std::string after;     ///< the version that it follows; empty: it is the first
};

struct Claim {
  std::string run;  ///< hex, unique for ever
  std::string jti;  ///< the token's id; empty where the environment takes none
  RequestId request;
  Digest request_sha256;
  std::string step;
  std::vector<std::string> steps_before;  ///< must be `done` for this digest
  Digest secret_sha256;                   ///< SHA-256 of the secret that finish() shows
  std::string timeline;                   ///< ServerFact::timeline
  bool transactional = true;
  Timestamp at;
  std::string resumes = {};  ///< the abandoned run that this one goes on with; empty: none. Not read back
  std::optional<MigrationClaim> migration = {};  ///< not read back
};

enum class ClaimState {
  claimed,    ///< open: its SQL may have run, or may be running
  released,   ///< it is known that nothing was changed; the step may be claimed again
  done,       ///< finished; `summary` says how
  abandoned,  ///< a person decided: outcome unknown or lost; the step can never be claimed again
};
std::string_view claim_state_name(ClaimState state);

struct LedgerRow {
  Claim claim;  ///< without steps_before
  ClaimState state = ClaimState::claimed;
  std::optional<Timestamp> ended_at;
  std::string summary;         ///< canonical JSON of finish(), or the reason of abandon()
  std::string transaction_id;  ///< PostgreSQL: of the transaction that finished; others: ""
};

enum class StatementState { started, done, failed };
/// Progress of a step without a transaction.
struct StatementNote {
  std::int64_t number = 0;  ///< k, from 1
  StatementState state = StatementState::started;
  Digest statement_sha256;
  std::int64_t rows_affected = 0;
  std::string sqlstate;  ///< for failed
  Timestamp at;
};

/// How far the pieces of a batched step came, over all runs of its request.
struct BatchProgress {
  std::int64_t number = 0;  ///< pieces that are committed
  std::string upto;         ///< the last key that they covered
  std::int64_t rows = 0;    ///< changed by all of them
  Timestamp at;             ///< of the last one
};

/// What one run of a batched step did.
struct BatchCount {
  std::int64_t pieces = 0, rows = 0;
};

struct Suspension {
  std::string kind;  ///< "person", "key", "machine"
  std::string name;  ///< a person, a key's fingerprint, a machine
  std::string reason;
  Timestamp since;
};

class Ledger {
 public:
  /// `guard` must outlive the ledger. Nothing is asked yet.
  explicit Ledger(Session& guard) : m_guard(guard) {}

  ServerFact server_fact();
  /// server_fact() of a primary; throws Error{db_not_primary}.
  ServerFact require_primary();

  /// nullopt: setup ran but adopt did not. Throws Error{db_not_set_up}.
  std::optional<std::string> target_id();
  /// Throws Error{db_not_set_up, db_not_adopted, db_wrong_target}.
  void require_target(std::string_view target_id);
  /// Makes this database the target `target_id` ([0-9a-f]{32}) and starts its marks. Where it has another id already (a
  /// clone, a restore): Error{db_already_adopted} unless `replace`; then marks and ledger rows stay, open claims become
  /// abandoned.
  void adopt(std::string_view target_id, const Marks& marks, Timestamp at, bool replace = false);

  /// Marks with the log mark of `log` (size 0 where it was never seen). Throws Error{db_not_adopted}.
  Marks marks(std::string_view log);
  /// Raises every part that is newer. Throws Error{db_marks_lowered} where any part is older than what is kept, or has
  /// the same version and another digest; then nothing is written.
  void advance(const Marks& marks);

  /// Writes an open claim. Throws Error{db_id_reused} (request id known with another digest), db_token_used (jti known
  /// for this step, or for another request), db_already_claimed (digest and step claimed, done or abandoned),
  /// db_step_order (steps_before not done; `resumes`: no abandoned run of that step), db_already_resumed,
  /// and what migration_problem() says of a migration.
  void claim(const Claim& claim);
  /// claimed -> released; throws Error{db_claim_state} for every other state or an unknown run.
  void release(std::string_view run, Timestamp at);
  /// claimed -> abandoned, with the person's reason; throws Error{db_claim_state}.
  void abandon(std::string_view run, std::string_view reason, Timestamp at);

  /// started (once, number = last + 1), then done or failed (once). Only for claims that are open and not
  /// transactional; throws Error{db_claim_state}.
  void note_statement(std::string_view run, const StatementNote& note);
  std::vector<StatementNote> statement_notes(std::string_view run);
  /// The notes before statement `from` of the run that `run` resumes become `run`'s own, as done. Once, before its
  /// first statement; throws Error{db_claim_state}.
  void take_over_notes(std::string_view run, std::string_view resumed, std::int64_t from);

  /// nullopt: no piece of the step is committed.
  std::optional<BatchProgress> batch_progress(const Digest& request_sha256, std::string_view step);
  /// The same for the step of a run and the runs that it resumes: the newest key, and the pieces and rows of all.
  std::optional<BatchProgress> batch_progress(std::string_view run);
  BatchCount batch_count(std::string_view run);

  std::optional<LedgerRow> row(std::string_view run);
  /// Every claim of a request, oldest first.
  std::vector<LedgerRow> rows(const Digest& request_sha256);
  std::vector<LedgerRow> open_claims();

  /// True while another connection holds the target lock. SQLite: while another connection is writing. SQLite, MySQL,
  /// MariaDB: false inside a transaction, where it cannot be asked.
  bool lock_held();

  std::vector<Suspension> suspensions();
  void suspend(const Suspension& suspension);

 private:
  Session& m_guard;
};

/// claimed -> done inside the transaction that is open on `session` (the change connection; for steps without a
/// transaction: guard). `secret`: the bytes whose SHA-256 the claim holds; SQLite does not compare it, because there
/// request SQL cannot name the ledger at all. Throws Error{db_claim_state} (unknown run, wrong secret, not claimed).
void finish_claim(Session& session, std::string_view run, std::string_view secret, std::string_view summary);
/// A piece of a batched step is part of the transaction that is open on `session`: it covers the keys up to `upto`.
/// Secret and errors as for finish_claim.
void note_batch(Session& session, std::string_view run, std::string_view secret, std::string_view upto,
                std::int64_t rows);
/// The claim's state as the change role may see it (PostgreSQL: a definer function; MySQL, MariaDB: a definer view);
/// nullopt for an unknown run.
std::optional<ClaimState> claim_state(Session& session, std::string_view run);

/// The target lock on a guard connection: for reconciliation, and while steps without a transaction run. PostgreSQL: a
/// session-level advisory lock; SQLite: an open write transaction, committed at the end. Let go by the destructor.
class TargetLock {
 public:
  /// Waits up to the session's lock timeout where `wait`; throws Error{db_busy}.
  TargetLock(Session& guard, std::string_view target_id, bool wait);
  TargetLock(const TargetLock&) = delete;
  TargetLock& operator=(const TargetLock&) = delete;
  ~TargetLock();
  /// Commits what ledger calls did under it (SQLite) and lets go.
  void release();

 private:
  Session& m_guard;
  std::string m_key;
  bool m_held = false;
};

/// Takes the target lock for the open transaction; nothing but the transaction's end lets go of it. Throws
/// Error{db_busy}. SQLite: begin() has it already. MySQL, MariaDB: a row lock, taken by a definer procedure.
void lock_target_for_transaction(Session& session, std::string_view target_id);

}  // namespace dbw::db
