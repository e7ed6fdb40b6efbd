#include <fstream>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/process.hpp"
#include "codec/commit.hpp"
#include "git/repository.hpp"
#include "support/trust_world.hpp"
#include "table.hpp"
#include "trust/person_signature.hpp"

/// All decisions of one repository, read from its object database and judged in full, against git's own check of the
/// same commits. In processor time, because both take long enough to be disturbed.
namespace dbw::bench {
namespace {

using test::World;

constexpr std::size_t k_requests = 2000;
constexpr std::size_t k_sample = 200;  ///< commits that git is asked about; it needs about 10 ms for each

/// Five approvals for each request; two people say it twice.
constexpr std::pair<const char*, char> k_voices[] = {
    {"bob", '1'}, {"carol", '2'}, {"dave", '3'}, {"bob", '4'}, {"carol", '5'}};

struct Proposal {
  World world;
  trust::SignedRequest request;
  std::vector<std::pair<std::string, git::ObjectId>> decisions;
};

Proposal propose(git::Repository& repository, const trust::Authority& authority, std::size_t number) {
  Proposal out;
  out.world.request = test::request_yaml(fmt::format("REQ-20261120-{}", number));
  out.request = out.world.signed_request();
  const trust::VerifiedRequest request = out.world.verified(authority);
  const trust::Match match = out.world.match(authority);
  const trust::Bindings bindings = out.world.bindings(authority);
  for (const auto& [person, digit] : k_voices) {
    const model::Decision decision =
        trust::draft_decision(authority, request, match, bindings, model::DecisionKind::approve, person,
                              std::string(32, digit), out.world.now);
    const std::string commit = test::signed_commit(person, test::identity_of(person), model::render_decision(decision));
    out.decisions.emplace_back(person, repository.write_commit(commit));
  }
  return out;
}

void judge(const git::Repository& repository, const trust::Authority& authority, const Proposal& proposal) {
  std::vector<trust::DecisionInput> inputs;
  for (const auto& [person, commit] : proposal.decisions)
    inputs.push_back({person, repository.read_commit(commit, k_commit_bytes_max)});
  const World& world = proposal.world;
  const trust::VerifiedRequest request = trust::verify_request(authority, proposal.request, world.now);
  const trust::MatchInput input = trust::match_input(request->request, world.review, world.now);
  const trust::Match match = trust::match_workflow(authority, input);
  const model::Verdict verdict{request->request.id, request->sha256,     {request->request.steps[0].sql},
                               match.workflow.name, match.binding_steps, world.review};
  const trust::Bindings bindings{crypto::sha256(model::emit_verdict(verdict)),
                                 crypto::sha256(trust::emit_terms(authority, match, input))};
  const trust::JudgedDecisions judged = trust::judge_decisions(authority, request, match, bindings, inputs, world.now);
  if (!judged.satisfied || judged.decisions.size() != std::size(k_voices))
    throw std::runtime_error("the approvals of " + world.request + " do not count");
}

/// What git checks of a commit, and no more: read, parsed, signed by a key of that person.
void verify_signatures(const git::Repository& repository, const trust::Authority& authority, const Proposal& proposal) {
  for (const auto& [person, commit] : proposal.decisions) {
    const codec::SignedCommit parsed = codec::parse_signed_commit(repository.read_commit(commit, k_commit_bytes_max));
    if (trust::require_person_signature(authority, parsed.signature, "git", parsed.payload).person->name != person)
      throw std::runtime_error(commit.hex + " is not signed by " + person);
  }
}

double git_seconds(const git::Repository& repository, const std::filesystem::path& folder,
                   const std::vector<Proposal>& proposals) {
  std::ofstream(folder / "signers") << "bob@example.org " << test::key_line("bob") << "\n"
                                    << "carol@example.org " << test::key_line("carol") << "\n"
                                    << "dave@example.org " << test::key_line("dave") << "\n";
  ProcessRequest request;
  request.argv = {"git",
                  "--git-dir",
                  repository.path().string(),
                  "-c",
                  "gpg.ssh.allowedSignersFile=" + (folder / "signers").string(),
                  "verify-commit"};
  request.environment = {{"PATH", "/usr/bin:/bin"}, {"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", "/dev/null"}};
  request.timeout = Seconds(600);
  const std::size_t start = request.argv.size();
  for (std::size_t i = 0; request.argv.size() - start < k_sample; ++i)
    for (const auto& decision : proposals[i].decisions) request.argv.push_back(decision.second.hex);
  const double seconds = fastest(2, [&] {
                           const ProcessResult result = run_process(request);
                           if (result.status != 0) throw std::runtime_error("git verify-commit: " + result.errors);
                         }).children_cpu;
  return seconds / static_cast<double>(request.argv.size() - start);
}

}  // namespace

void bench_approvals(const Sizes&) {
  const TemporaryFolder folder("dbw-bench");
  git::Repository repository = git::Repository::init(folder.path() / "r.git");
  const trust::Authority authority = World{}.authority();
  std::vector<Proposal> proposals;
  for (std::size_t i = 0; i < k_requests; ++i) proposals.push_back(propose(repository, authority, i));
  constexpr std::size_t count = k_requests * std::size(k_voices);
  const auto each_of = [&](const auto& action) {
    const Time time = fastest(3, [&] {
      for (const Proposal& each : proposals) action(repository, authority, each);
    });
    return time.cpu / static_cast<double>(count);
  };
  const double theirs = git_seconds(repository, folder.path(), proposals);
  print(ratio_row(fmt::format("verify {} approvals' commits / git verify-commit, CPU", count),
                  each_of(verify_signatures), theirs, 0.01));
  Row judged =
      ratio_row(fmt::format("judge them and {} requests in full / the same", k_requests), each_of(judge), theirs, 0);
  judged.target.clear();
  print(judged);
}

}  // namespace dbw::bench
