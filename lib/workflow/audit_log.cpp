#include "workflow/audit_log.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "workflow/publish.hpp"

namespace dbw::workflow {
namespace {

/// Two processes of one host must not fetch into the same repository at once; a fetch is short.
constexpr int k_fetch_lock_seconds = 120;

}  // namespace

std::string audit_ref(std::string_view executor) {
  return "refs/heads/dbw/audit/" + require_name(executor, "executor");
}

audit::PathReader audit_files(const git::Repository& repository, const git::ObjectId& commit) {
  return [&repository, tree = repository.tree_of(commit)](std::string_view path) {
    return repository.read_file(tree, path, audit::bytes_max_of(path));
  };
}

AuditLog::AuditLog(git::Repository& cache, git::Transport& remote, const crypto::MachineSigner& key,
                   AuditLogOptions options)
    : m_cache(cache),
      m_remote(remote),
      m_key(key),
      m_options(std::move(options)),
      m_origin(audit::origin_of(m_options.repo_id, m_options.executor)),
      m_ref(audit_ref(m_options.executor)),
      m_head(audit::empty_head(m_origin)) {}

std::optional<git::ObjectId> AuditLog::fetch() {
  const FileLock lock(m_cache.path() / "dbw-audit.lock", k_fetch_lock_seconds);
  if (!lock.held())
    throw Error(ErrorCode::audit_push_contended, "another process has been fetching the audit log for too long");
  m_remote.fetch({m_ref});
  return m_cache.resolve(m_ref);
}

audit::PathReader AuditLog::files() const {
  if (!m_commit) return [](std::string_view) -> std::optional<std::string> { return std::nullopt; };
  return audit_files(m_cache, *m_commit);
}

void AuditLog::load(const git::ObjectId& commit) {
  std::vector<crypto::PublicKey> keys = m_options.earlier_keys;
  keys.push_back(m_key.public_key());
  m_head = audit::read_head(audit_files(m_cache, commit), m_origin, keys, m_options.witnesses);
  m_commit = commit;
}

std::optional<audit::TreeHead> AuditLog::open(const std::optional<audit::TreeHead>& mark) {
  const std::optional<git::ObjectId> commit = fetch();
  if (!commit) {
    if (mark && mark->size != 0)
      throw Error(ErrorCode::audit_truncated,
                  fmt::format("the branch {} is gone, the log had {} lines", m_ref, mark->size));
    m_commit.reset();
    m_head = audit::empty_head(m_origin);
    return std::nullopt;
  }
  load(*commit);
  if (mark) audit::require_extends(files(), *mark, m_head.head);
  return m_head.head;
}

void AuditLog::require_extends(const audit::TreeHead& mark) {
  if (mark.size > m_head.head.size) {
    open(mark);
  } else {
    audit::require_extends(files(), mark, m_head.head);
  }
}

std::string AuditLog::checkpoint() const {
  std::optional<std::string> note = files()(audit::k_checkpoint_path);
  if (!note) throw Error(ErrorCode::audit_no_log, "there is no log " + m_origin);
  return std::move(*note);
}

git::ObjectId AuditLog::write_commit(const audit::AppendPlan& plan, Timestamp at) {
  std::vector<git::TreeChange> changes;
  changes.reserve(plan.changes.size());
  for (const audit::FileChange& change : plan.changes) changes.push_back({change.path, change.bytes});
  const git::ObjectId tree = m_cache.write_tree(m_commit ? m_cache.tree_of(*m_commit) : git::ObjectId{}, changes);
  // Two runners that log the same thing in the same second must not make the same commit, or both would believe that
  // the line is theirs.
  constexpr std::size_t nonce_bytes = 16;
  const std::string message =
      fmt::format("dbw audit: {} {}\n\nDbw-Nonce: {}", plan.lines.size(), plan.lines.size() == 1 ? "entry" : "entries",
                  crypto::random_hex(nonce_bytes));
  return write_machine_commit(m_cache, tree, m_commit, m_options.executor, at, message);
}

Appended AuditLog::append(std::vector<model::AuditEntry> entries, const audit::Blobs& evidence,
                          const Prepare& prepare) {
  const audit::TreeHead before = m_head.head;
  for (int attempt = 0; attempt < m_options.attempts; ++attempt) {
    if (attempt != 0) {
      back_off(attempt);
      open(before);
      if (prepare) entries = prepare(std::move(entries));
    }
    if (entries.empty()) return {0, {}, m_head.head};
    const audit::AppendPlan plan = audit::plan_append(m_head, files(), entries, evidence, m_key);
    const git::ObjectId commit = write_commit(plan, entries.back().at);
    const git::PushResult pushed = m_remote.push({m_ref, commit, m_commit.value_or(git::ObjectId{})});
    if (pushed.outcome == git::PushOutcome::refused)
      throw Error(ErrorCode::audit_push_refused, fmt::format("{} was refused: {}", m_ref, printable(pushed.message)));
    if (pushed.outcome == git::PushOutcome::moved) continue;
    // Where the remote shows our very commit, its lines are those that we wrote.
    if (pushed.shown == commit) {
      m_cache.set_ref(m_ref, commit);
      load(commit);
    } else {
      require_published(plan);
    }
    return {plan.first_seq, plan.leaves, plan.head};
  }
  throw Error(ErrorCode::audit_push_contended,
              fmt::format("{} attempts to append to {} lost against other runners", m_options.attempts, m_ref));
}

/// Others may have appended behind us meanwhile, so the lines are looked for in whatever the remote shows now.
void AuditLog::require_published(const audit::AppendPlan& plan) {
  const std::optional<git::ObjectId> commit = fetch();
  if (!commit) throw Error(ErrorCode::audit_push_lost, fmt::format("{} does not exist after the push", m_ref));
  load(*commit);
  if (m_head.head.size < plan.head.size)
    throw Error(ErrorCode::audit_push_lost,
                fmt::format("{} has {} lines after the push, expected {}", m_ref, m_head.head.size, plan.head.size));
  audit::require_extends(files(), plan.head, m_head.head);
  for (std::size_t i = 0; i < plan.lines.size(); ++i) {
    const std::uint64_t seq = plan.first_seq + i;
    if (audit::read_line(files(), seq, m_head.head.size) != plan.lines[i])
      throw Error(ErrorCode::audit_push_lost, fmt::format("line {} is not the one that was pushed", seq));
  }
}

void AuditLog::iterate(std::uint64_t from, std::uint64_t to,
                       const std::function<bool(const audit::Line& line)>& each) const {
  const audit::PathReader read = files();
  const std::uint64_t size = m_head.head.size;
  std::uint64_t loaded = size;
  std::vector<std::string> bundle;
  for (std::uint64_t seq = from; seq < std::min(to, size); ++seq) {
    const std::uint64_t index = seq / audit::k_tile_width;
    std::optional<std::string> bytes;
    if (index < size / audit::k_tile_width) {
      if (loaded != index) {
        const std::optional<std::string> whole = read(audit::bundle_path(index));
        if (!whole) throw Error(ErrorCode::audit_truncated, audit::bundle_path(index) + " is missing");
        bundle = audit::split_bundle(*whole);
        loaded = index;
      }
      bytes = bundle[seq % audit::k_tile_width];
    } else {
      bytes = audit::read_line(read, seq, size);
    }
    if (!bytes) throw Error(ErrorCode::audit_truncated, fmt::format("line {} is missing", seq));
    if (!each(audit::parse_line(*bytes))) return;
  }
}

std::optional<audit::Line> AuditLog::find_last(const std::function<bool(const audit::Line& line)>& wanted,
                                               std::uint64_t lines_max) const {
  const std::uint64_t size = m_head.head.size;
  const std::uint64_t stop = size - std::min(size, lines_max);
  std::uint64_t end = size;
  while (end > stop) {
    const std::uint64_t begin = std::max(stop, (end - 1) / audit::k_tile_width * audit::k_tile_width);
    std::optional<audit::Line> found;
    iterate(begin, end, [&](const audit::Line& line) {
      if (wanted(line)) found = line;
      return true;
    });
    if (found) return found;
    end = begin;
  }
  return std::nullopt;
}

audit::Line AuditLog::line(std::uint64_t seq) const {
  const std::optional<std::string> bytes = audit::read_line(files(), seq, m_head.head.size);
  if (!bytes) throw Error(ErrorCode::audit_no_such_entry, fmt::format("{} has no line {}", m_origin, seq));
  return audit::parse_line(*bytes);
}

std::optional<std::uint64_t> AuditLog::find_leaf(const Digest& leaf, std::uint64_t lines_max) const {
  const std::uint64_t size = m_head.head.size;
  const std::uint64_t stop = size - std::min(size, lines_max);
  audit::TileReader tiles(files(), size);
  for (std::uint64_t seq = size; seq-- > stop;)
    if (tiles.node(0, seq) == leaf) return seq;
  return std::nullopt;
}

std::string AuditLog::evidence(const Digest& digest) const { return audit::evidence_reader(files())(digest); }

}  // namespace dbw::workflow
