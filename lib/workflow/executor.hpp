#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "db/migrations.hpp"
#include "trust/post_review.hpp"
#include "trust/snapshots.hpp"
#include "workflow/assess.hpp"
#include "workflow/audit_log.hpp"
#include "workflow/ci_proof.hpp"
#include "workflow/fleet.hpp"
#include "workflow/log_index.hpp"
#include "workflow/marks.hpp"
#include "workflow/migrations.hpp"
#include "workflow/target.hpp"
#include "workflow/trace_sink.hpp"

namespace dbw::workflow {

struct ExecutorOptions {
  CredentialSources credentials;
  std::vector<std::string> tokens;     ///< one-line envelopes; each run takes the one that fits
  std::vector<std::string> ci_tokens;  ///< JSON Web Tokens of the CI host
  std::filesystem::path bundle;  ///< absolute; break-glass requests run from this file, without the change repository
  bool connects_early = false;   ///< a run looks at every target anyway
  bool retry = false;            ///< run again what failed before and changed nothing
  /// How long a batched step goes on before trust, decisions, windows and suspensions are fetched and judged again.
  std::chrono::milliseconds recheck_interval = std::chrono::seconds(60);
  Shard shard;                                       ///< of several runners: which members of fleets this one takes
  std::function<void(const std::string&)> progress;  ///< a line for people
  std::function<void(const std::string&)> status;    ///< how far it is; empty: done. From any thread
  std::function<bool()> interrupted;                 ///< SIGTERM or SIGINT arrived
  TraceSink trace;                                   ///< of every verdict on a request that a run looks at
};

/// What a run shows beyond approvals: an execution token and a CI job, each where policy demands it.
struct RunProof {
  std::optional<model::Envelope> token;
  std::string jti;  ///< of the token
  std::optional<trust::CiRun> ci;
};

/// What became of one step, or why a request did not run.
struct StepOutcome {
  RequestId request;
  Place place;
  std::string step;
  std::string outcome;  ///< as in a result entry; "refused" where nothing was tried
  std::int64_t rows = 0;
  std::int64_t duration_ms = 0;
  bool recovered = false;
  bool known_before = false;  ///< refused for what an earlier run has said already
  std::string truncated;
  std::string result_file;  ///< of a query: a file of this host, or the ref that holds it sealed
  std::vector<Refusal> refusals;
  ExitStatus status = ExitStatus::done;
};

/// What a run would do with one request in one place.
struct PlacePreview {
  Place place;
  std::vector<Refusal> refusals;  ///< beyond the assessment's: already executed, capability, token
  std::vector<std::string> steps_left;
  bool known_before = false;                        ///< an earlier run has said what the refusals say
  model::Trace trace;                               ///< of the assessment and of the executor's own checks
  std::shared_ptr<const model::Snapshot> snapshot;  ///< of the second review; null where policy asks for none
};
/// What a run would do with one request.
struct Preview {
  Assessment assessment;
  std::optional<plan::Plan> plan;    ///< where it may run
  std::vector<PlacePreview> places;  ///< one, or each member of the fleet in the order of a run
};

/// One target as the executor sees it now.
struct TargetStatus {
  Place place;
  std::string target;
  std::string server;  ///< version and timeline
  std::vector<db::LedgerRow> open_claims;
  bool locked = false;            ///< somebody is executing
  std::vector<Refusal> refusals;  ///< why it cannot be looked at
};

/// A break_glass result that somebody has to look at.
struct DueReview {
  RequestId request;
  std::string database, environment;
  std::string workflow;
  std::vector<std::string> people;  ///< who may review it
  Timestamp at, due;
  bool overdue = false;
};
/// "post-review of REQ-... ...": for status, doctor and refusals.
std::string due_review_text(const DueReview& review);
codec::Value due_review_value(const DueReview& review);

/// One executor at work: verified trust, its own log, and the targets it guards. The order of everything is DESIGN's:
/// verify, claim, publish the intent, fetch again, run, publish the result. Nothing here believes a repository, a token
/// or a ledger on its own.
class Executor {
 public:
  /// Steps 1 to 3: key, fetch, trust, clock. Throws what those throw; Error{executor_busy} where another process uses
  /// the state folder.
  Executor(const ExecutorConfig& config, ExecutorOptions options, const Clock& clock);
  ~Executor();

  const trust::Authority& authority() const { return *m_authority; }
  const AuditLog& log() const { return *m_log; }

  /// Everything approved, unexecuted and in its window, in order of id; reconciles first.
  std::vector<StepOutcome> run_due();
  /// One request; what is wrong with it is an outcome "refused".
  std::vector<StepOutcome> run_request(const RequestId& id);
  /// The requests that a bundle was made for.
  std::vector<RequestId> bundled_requests() const;
  /// Reconciles every target of this executor (DESIGN 10.4) and names what it found.
  std::vector<StepOutcome> reconcile();
  /// Up to step 5, for one request or everything open that is ours.
  std::vector<Preview> preview(const std::vector<RequestId>& ids);
  /// Every configured target; a target that cannot be reached carries the reason.
  std::vector<TargetStatus> status();
  /// Break-glass results that wait for their post-review, oldest first; which ones, and for how long, says the policy
  /// in force.
  std::vector<DueReview> due_reviews() const;
  /// Connects as guard and checks target id, marks and log; says what it found. Throws what is wrong.
  std::string probe(const Place& place);
  /// The schema of the target now, as a DSSE envelope signed by this executor's key (model/snapshot.hpp). Read with the
  /// change account, in a read-only transaction.
  std::string snapshot(const Place& place);
  /// Puts what snapshot() returns into the change repository and its digest into the log: from then on it is the one
  /// that counts. `check` sees it before that, and may throw. Throws what snapshot() throws, and Error{push_refused,
  /// push_raced}.
  using SnapshotCheck = std::function<void(const schema::Catalogue& live)>;
  model::SnapshotRecord publish_snapshot(const Place& place, const SnapshotCheck& check = {});
  /// The one that counts now. Throws what trust::verify_snapshot throws, and Error{snapshot_absent}.
  trust::Verified<model::Snapshot> newest_snapshot(const Place& place);
  /// What the database knows of migrations.
  std::vector<db::AppliedMigration> migrations(const Place& place);
  /// Takes over what another tool applied; an adopt entry in the log says so. Throws what db::read_migration_table and
  /// db::import_migrations throw. Returns what was taken over.
  std::vector<db::AppliedMigration> import_migrations(const Place& place, db::MigrationTable table,
                                                      const std::vector<MigrationFile>& files, std::string_view reason);
  /// A person's word on a migration that stopped half-way; an adopt entry in the log says so. Reconciles first; throws
  /// what db::settle_migration throws, and Error{migration_unsettled} where a request that resumes it may yet run.
  std::vector<db::AppliedMigration> settle_migration(const Place& place, const std::string& version, bool applied,
                                                     std::string_view reason);
  /// Takes the database as the target that policy names: marks, genesis of the log, an adopt entry.
  void adopt(const Place& place, bool replace, std::string_view reason);

 private:
  friend class StepRun;
  friend class Reconciler;

  /// Reads the clock again: windows, tokens and approvals are judged at the moment they matter, not at the start of a
  /// long run.
  void tick();
  void open_log();
  /// The audit repository, or the spool where a bundle is run and that is out of reach. Publishes what waits in the
  /// spool.
  git::Transport& log_remote();
  /// Takes in what others have appended since: before anybody is accused of a missing line.
  void refresh_log();
  /// Appends a result unless the log has one for that run already: two runners may both have found out.
  void append_result(const model::AuditEntry& result, const audit::Blobs& blobs);
  void verify_trust();
  /// Where this runner may look for what crashes left behind.
  std::vector<Place> places_at_hand() const;
  /// Begins to connect to them, while the log is fetched.
  void start_connecting();
  std::unique_ptr<Target> connect(const Place& place) const;
  Target& target(const Place& place);
  std::optional<Assessment> assess_known(const RequestId& id);
  /// The same, and begins the trace of the request at hand.
  std::optional<Assessment> assess_traced(const RequestId& id);
  std::vector<RequestId> our_requests() const;
  /// Where this runner runs the request: its one place, or the members that its shard takes, in their order.
  std::vector<Place> places_of(const Assessment& assessment) const;
  std::optional<plan::Plan> plan_of(const Assessment& assessment) const;
  PlacePreview preview_of(const Assessment& assessment, const Place& place);
  std::vector<Refusal> admission_refusals(const Assessment& assessment, const Place& place);
  /// Of a fleet: why the member is left alone for now.
  std::vector<Refusal> fleet_refusals(const Assessment& assessment, const Place& place, model::TraceInputs& inputs);
  /// With a bundle: those that this host saw on the trusted branch when it last fetched.
  void add_known_suspensions();
  /// What a bundle may not do: run ordinary requests, or hide what this host knew of the request when it last fetched.
  std::vector<Refusal> bundle_refusals(const Assessment& assessment) const;
  /// People, keys and machines of this run that the target's own dbw.suspension names.
  std::vector<Refusal> suspension_refusals(const Assessment& assessment, const Place& place,
                                           model::TraceInputs& inputs);
  /// Of kind resume: why it does not go on where the run that it names stopped.
  std::vector<Refusal> resume_refusals(const Assessment& assessment, const Place& place, model::TraceInputs& inputs);
  /// Of kind migration: why it is not the next one of its database.
  std::vector<Refusal> migration_refusals(const Assessment& assessment, const Place& place, model::TraceInputs& inputs);
  /// The review once more, with the newest published snapshot of the schema.
  std::vector<Refusal> snapshot_refusals(const Assessment& assessment, PlacePreview& preview,
                                         model::TraceInputs& inputs);
  /// What counts from then on, where a step of the request that ran here may have changed it and the second review
  /// needs one. That it cannot be published is said, and left for the next request to be refused.
  void publish_changed_schema(const Assessment& assessment, const PlacePreview& preview,
                              const std::vector<StepOutcome>& outcomes);
  /// Once a run, and again where the mirror has not what the log knows.
  void fetch_snapshot(const Place& place, const model::SnapshotRecord* newest);
  /// Fills `refusals` and `known_before` of `preview`.
  std::vector<std::string> steps_left(const Assessment& assessment, PlacePreview& preview);
  /// Everywhere that this runner takes.
  std::vector<StepOutcome> run_assessed(Assessment assessment);
  /// Judges the request at this moment. False, and one outcome more, where it may no longer run.
  bool assess_anew(Assessment& assessment, std::vector<StepOutcome>& outcomes);
  /// What has to be in the log before anything runs. False, and one outcome more, where it cannot be written and
  /// something has been told already; throws else.
  bool log_what_is_new(const std::vector<RequestId>& ids, std::vector<StepOutcome>& outcomes);
  /// Nothing runs after this.
  StepOutcome end_with(const Error& error);
  /// What an outcome on one member means for those behind it.
  enum class Fate { fine, failed, ends };
  static Fate fate_of(const StepOutcome& outcome);
  /// Before the next member. False, and one outcome more, where the request may no longer run.
  bool look_again(Assessment& assessment, std::vector<StepOutcome>& outcomes);
  /// Notes what came of one member; false where the others are left alone.
  bool take(StepOutcome& outcome, const Place& place);
  /// In one place. `assessment` follows the world where that moves.
  std::vector<StepOutcome> run_in(Assessment& assessment, const Place& place);
  std::vector<StepOutcome> run_once(const Assessment& assessment, const Place& place, bool& moved);
  /// The first token for this request that verifies; nullopt where none is needed. Throws Error{token_missing}, or why
  /// the last one did not verify.
  std::optional<model::Envelope> token_for(const Assessment& assessment, std::string& jti);
  /// The CI job that the environment demands, if any. Throws what CiProof throws.
  std::optional<trust::CiRun> ci_run_for(const model::EnvironmentEntry& environment);
  std::optional<model::Envelope> find_token(const Assessment& assessment, std::string& jti);
  std::vector<StepOutcome> run_due_request(const RequestId& id);
  void log_new_decisions(const std::vector<RequestId>& ids);
  /// Logs post-reviews that were pushed since; a logged one settles its results for good.
  void log_post_reviews();
  std::optional<trust::PostReviewSubject> subject_of(const UnreviewedResult& result) const;
  std::optional<std::pair<trust::JudgedDecision, std::string>> find_review(
      const UnreviewedResult& result, const trust::PostReviewSubject& subject) const;
  /// Overdue reviews of the workflow that would run this.
  std::vector<Refusal> review_refusals(const Assessment& assessment, model::TraceInputs& inputs) const;
  /// Appends a line where the log would otherwise get older than policy allows: the issuer then sees that the log is
  /// not withheld.
  void show_alive();
  /// `member`: where the refusal is about the database of one member of a fleet.
  void log_denial(const Assessment& assessment, const std::vector<Refusal>& refusals, const std::string& member = {});
  /// Hands over sealed results that the log knows, those of earlier runs too. What fails is told in `outcomes` and
  /// waits for the next run.
  void publish_sealed(std::vector<StepOutcome>& outcomes);
  audit::TrustDocuments trust_documents() const;
  model::AuditEntry entry(std::string_view type) const;
  void append(std::vector<model::AuditEntry> entries, const audit::Blobs& blobs);
  void advance_marks(Target& target);
  void say(const std::string& line) const;

  const ExecutorConfig& m_config;
  ExecutorOptions m_options;
  const Clock& m_clock;
  Timestamp m_now;
  FileLock m_lock;
  std::string m_id;  ///< of the state folder; every run id begins with it
  std::unique_ptr<crypto::MachineSigner> m_key;
  CiProof m_ci;
  ChangeRepository m_change;
  git::Repository m_audit_cache;
  git::Transport m_audit_remote;
  std::optional<git::Transport> m_spool_remote;
  trust::TrustInput m_trust_input;
  View m_view;
  std::optional<trust::Authority> m_authority;
  Timestamp m_verified_at;  ///< when m_authority was
  ContentMemo m_memo;       ///< of m_authority
  std::unique_ptr<AuditLog> m_log;
  LogIndex m_index;
  LocalMarks m_marks;
  std::map<Place, std::unique_ptr<Target>> m_targets;
  std::map<Place, std::future<std::unique_ptr<Target>>> m_connecting;
  std::map<std::string, std::int64_t> m_log_marks;  ///< by target id: what its database was seen to know of the log
  bool m_snapshots_fetched = false;                 ///< in this run
  std::optional<Refusal> m_end;                     ///< why nothing runs any more: trust or log are out of reach
  std::map<RequestId, std::set<std::string>> m_failed_members;  ///< in this run, whether or not the log tells
  model::Trace m_trace;                                         ///< of the request at hand
};

}  // namespace dbw::workflow
