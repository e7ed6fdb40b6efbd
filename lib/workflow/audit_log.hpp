#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/appender.hpp"
#include "audit/bodies.hpp"
#include "audit/verifier.hpp"
#include "git/transport.hpp"

/// The executor's own log in the audit repository. It appends and reads; it never rewrites, and never believes a push
/// before it has read the line again.
namespace dbw::workflow {

/// "refs/heads/dbw/audit/<executor>".
std::string audit_ref(std::string_view executor);

/// Reads files of one commit of the branch. The repository must outlive it.
audit::PathReader audit_files(const git::Repository& repository, const git::ObjectId& commit);

struct AuditLogOptions {
  std::string repo_id;
  std::string executor;                              ///< machine name
  std::vector<crypto::PublicKey> earlier_keys = {};  ///< keys that may have signed the checkpoint before a rotation
  std::vector<crypto::NoteVerifier> witnesses = {};
  int attempts = 32;  ///< pushes tried while others are first
};

struct Appended {
  std::uint64_t first_seq = 0;
  std::vector<Digest> leaves;  ///< one for each entry
  audit::TreeHead head;        ///< of the log after our append
};

/// One process uses one AuditLog; several processes and hosts may append to the same log: compare-and-swap decides, the
/// others plan anew on the new head. After a crash at any moment the remote holds either all entries of an append or
/// none.
class AuditLog {
 public:
  /// `cache` is the repository that `remote` fetches into; `key` signs lines and checkpoints. All three must outlive
  /// the log.
  AuditLog(git::Repository& cache, git::Transport& remote, const crypto::MachineSigner& key, AuditLogOptions options);

  /// Fetches the branch and checks checkpoint, tiles and last line, and that the log extends `mark` (what the database
  /// or the state folder remembers). nullopt: there is no log yet, which is Error{audit_truncated} where the mark has a
  /// size. Throws Error{audit_..., note_..., git_...}.
  std::optional<audit::TreeHead> open(const std::optional<audit::TreeHead>& mark = {});
  /// That the log extends `mark`. Opens it anew only where it was shorter when it was last read: others append as well.
  /// Throws as open().
  void require_extends(const audit::TreeHead& mark);
  /// Of the last open() or append(); size 0: no log.
  const audit::TreeHead& head() const { return m_head.head; }
  const std::string& origin() const { return m_origin; }
  /// The signed checkpoint of the last open() or append().
  std::string checkpoint() const;

  /// Appends all entries in one commit: fills log, seq and prev, pushes with compare-and-swap, fetches again and finds
  /// each line in the fetched tree. On a lost race it fetches, checks that the new head extends the one before, and
  /// plans again; `prepare` (if given) may then change or drop the entries (returning an empty list ends it without an
  /// append: first_seq and leaves are empty). The first append to a log that does not exist must begin with a genesis
  /// entry. Throws Error{audit_push_refused, audit_push_lost, audit_push_contended} and what open() throws; after
  /// git_unreachable the append may or may not have happened: open() and find_leaf() tell.
  using Prepare = std::function<std::vector<model::AuditEntry>(std::vector<model::AuditEntry> entries)>;
  Appended append(std::vector<model::AuditEntry> entries, const audit::Blobs& evidence, const Prepare& prepare = {});

  /// Reads lines [from, to) of the opened head in order; `each` returns false to stop. Throws
  /// Error{audit_line_malformed, audit_truncated}.
  void iterate(std::uint64_t from, std::uint64_t to, const std::function<bool(const audit::Line& line)>& each) const;
  /// The newest entry among the last `lines_max` for which `wanted` holds.
  std::optional<audit::Line> find_last(const std::function<bool(const audit::Line& line)>& wanted,
                                       std::uint64_t lines_max) const;
  /// The line with that seq; throws Error{audit_no_such_entry}.
  audit::Line line(std::uint64_t seq) const;
  /// The seq of a leaf among the last `lines_max` lines, from the tiles.
  std::optional<std::uint64_t> find_leaf(const Digest& leaf, std::uint64_t lines_max) const;
  /// An evidence blob, checked; throws Error{audit_evidence_missing, audit_evidence_mismatch}.
  std::string evidence(const Digest& digest) const;

 private:
  void load(const git::ObjectId& commit);
  std::optional<git::ObjectId> fetch();
  void require_published(const audit::AppendPlan& plan);
  git::ObjectId write_commit(const audit::AppendPlan& plan, Timestamp at);
  audit::PathReader files() const;

  git::Repository& m_cache;
  git::Transport& m_remote;
  const crypto::MachineSigner& m_key;
  AuditLogOptions m_options;
  std::string m_origin;
  std::string m_ref;
  std::optional<git::ObjectId> m_commit;
  audit::LogHead m_head;
};

}  // namespace dbw::workflow
