#include "workflow/spool.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

constexpr int k_publish_tries_max = 5;
constexpr std::size_t k_config_bytes_max = 4096;
/// An entry of the log must not be lost with the power: git flushes objects and references before it answers.
constexpr std::string_view k_durable = "[core]\n\tfsync = all\n\tfsyncMethod = fsync\n";

}  // namespace

Spool::Spool(const fs::path& folder, git::Repository& cache, std::string ref)
    : m_mark(folder / "waiting"), m_repository(folder / "audit.git"), m_cache(cache), m_ref(std::move(ref)) {}

bool Spool::is_waiting() const {
  std::error_code ignored;
  return fs::exists(m_mark, ignored);
}

void Spool::begin() {
  if (is_waiting()) return;
  const auto head = m_cache.resolve(m_ref);
  if (!head) {
    throw Error(ErrorCode::audit_no_log, "this host has never seen its log, so it cannot go on in a spool",
                "Reach the audit repository once: dbw-exec status.");
  }
  fs::remove_all(m_repository);  // without its mark: half begun, or published
  make_folders(m_repository.parent_path(), 0700);
  git::Repository::init(m_repository);
  const fs::path config = m_repository / "config";
  write_file_atomic(config, read_file(config, k_config_bytes_max) + std::string(k_durable), 0600);
  const git::PushResult pushed = git::Transport(m_cache, remote()).push({m_ref, *head, {}});
  if (pushed.outcome != git::PushOutcome::done)
    throw Error(ErrorCode::audit_push_refused, fmt::format("{}: {}", m_repository.string(), printable(pushed.message)));
  write_file_atomic(m_mark, head->hex + "\n", 0600);
}

void Spool::end() {
  // What is left of the repository without its mark is removed when the next one begins.
  fs::remove(m_mark);
  fs::remove_all(m_repository);
}

git::ObjectId Spool::head() {
  git::Transport(m_cache, remote()).fetch({m_ref});
  const auto head = m_cache.resolve(m_ref);
  if (!head) throw Error(ErrorCode::audit_truncated, fmt::format("the spool {} lost {}", m_repository.string(), m_ref));
  return *head;
}

void Spool::publish(git::Transport& audit) {
  const git::ObjectId ours = head();
  for (int tries = 0; tries < k_publish_tries_max; ++tries) {
    audit.fetch({m_ref});
    const auto theirs = m_cache.resolve(m_ref);
    if (theirs && m_cache.is_ancestor(ours, *theirs)) {
      end();
      return;
    }
    if (!theirs || !m_cache.is_ancestor(*theirs, ours)) {
      throw Error(ErrorCode::audit_not_append_only,
                  fmt::format("the log in {} and the one in the spool {} went different ways at {} and {}",
                              audit.remote().url, m_repository.string(), theirs ? theirs->hex : "nothing", ours.hex),
                  "Another host has appended to this log meanwhile. Keep both, and compare what each says was run.");
    }
    const git::PushResult pushed = audit.push({m_ref, ours, *theirs});
    if (pushed.outcome == git::PushOutcome::refused)
      throw Error(ErrorCode::audit_push_refused, fmt::format("{} was refused: {}", m_ref, printable(pushed.message)));
  }
  throw Error(ErrorCode::audit_push_contended, fmt::format("others kept appending to {}", m_ref));
}

}  // namespace dbw::workflow
