#include "workflow/audit_verify.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "codec/reader.hpp"
#include "workflow/audit_log.hpp"

namespace dbw::workflow {
namespace {

/// Paths are made absolute; everything else is a URL for the transport to judge.
git::Remote remote_of(const std::string& where) {
  std::error_code ignored;
  if (std::filesystem::is_directory(where, ignored))
    return {.url = std::filesystem::absolute(where).lexically_normal().string()};
  return {.url = where};
}

}  // namespace

AuditMirror::AuditMirror(const std::filesystem::path& cache, const std::string& where)
    : m_repository(git::Repository::init(cache)) {
  git::Transport transport(m_repository, remote_of(where));
  transport.fetch({std::string(k_audit_prefix)});
  for (const git::Ref& ref : m_repository.refs(k_audit_prefix)) {
    const std::string name = ref.name.substr(k_audit_prefix.size());
    if (is_name(name)) m_logs.emplace(name, ref.target);
  }
}

std::vector<std::string> AuditMirror::executors() const {
  std::vector<std::string> names;
  for (const auto& [name, commit] : m_logs) names.push_back(name);
  return names;
}

audit::PathReader AuditMirror::files(std::string_view executor) const {
  const auto found = m_logs.find(std::string(executor));
  if (found == m_logs.end())
    throw Error(ErrorCode::audit_no_log, "there is no log of the executor " + printable(executor));
  return audit_files(m_repository, found->second);
}

std::string emit_bookmark(const Bookmark& bookmark) {
  codec::Value value;
  value.set("checkpoint", bookmark.checkpoint);
  value.set("key", bookmark.key.text());
  value.set("log", bookmark.origin);
  value.set("root", bookmark.head.root.text());
  value.set("size", static_cast<std::int64_t>(bookmark.head.size));
  value.set("v", std::int64_t{1});
  return codec::emit_json(value);
}

Bookmark parse_bookmark(std::string_view json) {
  constexpr std::int64_t size_max = std::int64_t{1} << 52;
  try {
    const codec::Value document = codec::parse_json(trim(json), "bookmark");
    codec::Reader reader(document, "bookmark");
    reader.integer("v", 1, 1);
    Bookmark bookmark;
    bookmark.checkpoint = reader.text("checkpoint");
    bookmark.key = crypto::parse_public_key(reader.text("key"));
    bookmark.origin = reader.text("log");
    bookmark.head.root = reader.digest("root");
    bookmark.head.size = static_cast<std::uint64_t>(reader.integer("size", 1, size_max));
    reader.finish();
    if (audit::require_checkpoint(bookmark.checkpoint, bookmark.origin, {bookmark.key}).head != bookmark.head)
      throw Error(ErrorCode::audit_bookmark, "the checkpoint inside says another size or root");
    return bookmark;
  } catch (const Error& error) {
    throw Error(ErrorCode::audit_bookmark, error.message());
  }
}

AuditVerdict verify_audit_log(const audit::PathReader& files, const std::string& executor,
                              const AuditVerifyOptions& options) {
  AuditVerdict verdict;
  verdict.executor = executor;
  ExecutionJudge judge(options.pin, executor);
  audit::VerifyOptions verify;
  verify.origin = audit::origin_of(options.pin.repo_id, executor);
  verify.root_sha256 = options.pin.root_sha256;
  verify.threads = options.threads;
  verify.keys_of = [&](const model::AuditEntry& entry, const audit::EvidenceReader& evidence) {
    return judge.keys(entry, evidence);
  };
  for (const std::string& witness : options.pin.witnesses)
    verify.witnesses.push_back(crypto::parse_note_verifier(witness));
  if (options.since && options.since->origin == verify.origin) {
    verify.known = options.since->head;
    verify.resume_key = options.since->key;
  }
  std::optional<audit::TileReader> tiles;
  std::uint64_t size = 0;
  if (const auto note = files(audit::k_checkpoint_path)) {
    try {
      size = audit::parse_checkpoint_text(crypto::parse_note(*note).text).head.size;
      tiles.emplace(files, size);
    } catch (const Error&) {
      size = 0;  // verify_log reports the checkpoint
    }
  }
  verify.deep = [&](const model::AuditEntry& entry, const audit::EvidenceReader& evidence) {
    std::vector<Refusal> refusals = judge.judge(entry, evidence);
    const std::optional<audit::TreeHead>& known = judge.token_head();
    if (!known || known->size == 0 || !tiles) return refusals;
    // Lines and tiles are compared with each other anyway, so the tiles speak for the lines here.
    try {
      if (tiles->range(known->size).root() != known->root)
        refusals.push_back({ErrorCode::audit_execution_unproven,
                            "the token knew another log: its size and root are no part of this one"});
    } catch (const Error& error) {
      refusals.push_back(error.refusal());
    }
    return refusals;
  };
  verdict.report = audit::verify_log(files, verify);
  verdict.executions = judge.executions();
  verdict.other_rule_sets = judge.other_rule_sets();
  if (verdict.report.good() && verdict.report.key)
    verdict.bookmark =
        Bookmark{verify.origin, verdict.report.head, *verdict.report.key, *files(audit::k_checkpoint_path)};
  return verdict;
}

}  // namespace dbw::workflow
