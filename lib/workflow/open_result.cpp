#include "workflow/open_result.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "audit/bodies.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "trust/requests.hpp"
#include "workflow/log_tail.hpp"
#include "workflow/publish.hpp"
#include "workflow/sealed_results.hpp"

namespace dbw::workflow {
namespace {

/// A repository for one look: the mirror keeps nothing that somebody may want erased.
class ResultsRef {
 public:
  ResultsRef(const Workspace& workspace, const RequestId& id, const std::string& member)
      : m_ref(results_ref(id, member)),
        m_objects(git::Repository::init(m_folder.path() / "results.git")),
        m_remote(m_objects, workspace.profile().remote) {
    m_remote.fetch({m_ref});
    const auto commit = m_objects.resolve(m_ref);
    if (!commit) throw Error(ErrorCode::result_absent, fmt::format("{} has no {}", m_remote.remote().url, m_ref));
    m_commit = *commit;
  }

  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> out;
    for (const git::TreeEntry& entry : m_objects.read_tree(m_objects.tree_of(m_commit))) {
      if (entry.kind == git::EntryKind::file && entry.name.ends_with(k_sealed_end))
        out[entry.name] = m_objects.read_blob(entry.id, k_sealed_file_bytes_max);
    }
    return out;
  }

  void erase() { require_pushed(m_remote.push({m_ref, {}, m_commit}), m_ref); }

 private:
  std::string m_ref;
  TemporaryFolder m_folder;
  git::Repository m_objects;
  git::Transport m_remote;
  git::ObjectId m_commit;
};

/// Whether the policy gave the request of this intent to that executor, by the request in the intent's evidence: else
/// any executor could vouch for what another one should have run.
bool was_its_to_run(const Workspace& workspace, const LogTail& log, const audit::Line& intent,
                    const std::string& executor) {
  try {
    const audit::IntentBody body = audit::parse_intent_body(intent.entry.body);
    const auto evidence = [&](const Digest& digest) { return log.evidence(digest); };
    const audit::RunEvidence run = audit::read_run_evidence(body.evidence, evidence);
    const trust::VerifiedRequest verified = trust::verify_request(
        workspace.authority(), {"request.yaml in the evidence", run.request, run.signature}, intent.entry.at);
    const model::Request& request = verified->request;
    return request.id == intent.entry.request &&
           workspace.authority().environment(request.database, request.environment).executor == executor;
  } catch (const Error&) {
    return false;  // nothing vouches for it
  }
}

/// The newest line that names a sealed file. Its executor is the one that the policy names for the request's
/// environment; a request that is pruned already is read from the evidence of its run.
audit::ResultBody logged_result(const Workspace& workspace, const RequestId& id, const std::string& member) {
  std::vector<std::string> executors;
  Timestamp since{};
  std::string hint;
  const auto assessment = workspace.assess(id);
  if (assessment && assessment->request) {
    const model::Request& request = (*assessment->request)->request;
    const model::EnvironmentEntry& environment =
        workspace.authority().environment(request.database, request.environment);
    executors = {environment.executor};
    since = request.created_at;
    if (environment.is_fleet() && member.empty()) hint = "Each member of the fleet has its own: add --member NAME.";
  } else {
    for (const auto& [name, machine] : workspace.authority().roster().machines) {
      if (machine.use == "execute") executors.push_back(name);
    }
  }
  const bool pruned = !assessment || !assessment->request;
  std::optional<audit::ResultBody> newest;
  Timestamp newest_at{};
  for (const std::string& executor : executors) {
    const LogTail log(workspace, executor);
    std::set<std::int64_t> vouched;  ///< intents on that member that were this executor's
    for (const audit::Line& line : log.lines(id, since)) {
      if (line.entry.type == "intent" && audit::parse_intent_body(line.entry.body).member == member &&
          (!pruned || was_its_to_run(workspace, log, line, executor)))
        vouched.insert(line.entry.seq);
      if (line.entry.type != "result") continue;
      audit::ResultBody body = audit::parse_result_body(line.entry.body);
      const bool handed_over = body.outcome == "executed" || body.outcome == "failed";
      if (!handed_over || !body.sealed_sha256 || line.entry.at < newest_at) continue;
      if (!vouched.contains(body.intent_seq)) continue;
      newest = std::move(body);
      newest_at = line.entry.at;
    }
  }
  if (!newest)
    throw Error(ErrorCode::result_unlogged,
                fmt::format("{}: looked in the log of {}", id.text(), join(executors, ", ")), hint);
  return *newest;
}

bool is_opening(const std::string& name) { return name.ends_with(k_sealed_opening_end); }

/// The plain text's place in the log: the rows by their digest, a message as it is.
bool opens_commitment(const audit::ResultBody& logged, const audit::Opening& opening, const std::string& plain) {
  const bool rows = logged.result_sha256.has_value();
  const std::optional<Digest>& expected = rows ? logged.result_sha256 : logged.message;
  return expected && audit::verify_opening(opening, *expected) &&
         opening.text == (rows ? crypto::sha256(plain).text() : plain);
}

}  // namespace

SealedResult fetch_result(Workspace& workspace, const RequestId& id, const std::string& member, bool unverified) {
  SealedResult result;
  if (!unverified) result.logged = logged_result(workspace, id, member);
  const std::map<std::string, std::string> files = ResultsRef(workspace, id, member).files();
  const auto found = std::find_if(files.begin(), files.end(), [&](const auto& file) {
    return !is_opening(file.first) && (!result.logged || crypto::sha256(file.second) == *result.logged->sealed_sha256);
  });
  if (found == files.end()) {
    throw Error(ErrorCode::result_differs,
                result.logged ? fmt::format("{} holds no file with the digest {}", results_ref(id, member),
                                            result.logged->sealed_sha256->text())
                              : fmt::format("{} holds no sealed result", results_ref(id, member)));
  }
  result.name = found->first.substr(0, found->first.size() - k_sealed_end.size());
  result.bytes = found->second;
  const auto opening = files.find(result.name + std::string(k_sealed_opening_end));
  if (opening != files.end()) result.opening = opening->second;
  return result;
}

std::string open_result(const SealedResult& result, const std::vector<crypto::AgeIdentity>& keys) {
  std::string plain = crypto::age_open(keys, result.bytes);
  if (!result.logged || result.opening.empty()) return plain;
  const std::vector<audit::Opening> openings = audit::parse_openings(crypto::age_open(keys, result.opening));
  if (openings.size() != 1 || !opens_commitment(*result.logged, openings.front(), plain))
    throw Error(ErrorCode::result_differs, "what is inside is not what the log's commitment was made for");
  return plain;
}

void shred_result(Workspace& workspace, const RequestId& id, const std::string& member) {
  ResultsRef(workspace, id, member).erase();
}

}  // namespace dbw::workflow
