#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "codec/commit.hpp"
#include "crypto/sshsig.hpp"
#include "support/paths.hpp"
#include "table.hpp"
#include "unit/audit/memory_log.hpp"

/// Work whose core is ours alone: signatures and the audit log. No process is started inside a measurement of
/// ours.
namespace dbw::bench {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::string> plain_environment() {
  return {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
          {"LC_ALL", "C.UTF-8"},
          {"GIT_CONFIG_NOSYSTEM", "1"},
          {"GIT_CONFIG_GLOBAL", "/dev/null"},
          {"HOME", "/nonexistent"}};
}

std::string must(const std::vector<std::string>& argv) {
  ProcessRequest request;
  request.argv = argv;
  request.environment = plain_environment();
  const ProcessResult result = run_process(request);
  if (result.status != 0) throw std::runtime_error(join(argv, " ") + ": " + result.errors);
  return result.output;
}

/// On `threads` threads, each with its share of the work.
template <typename Action>
void share(unsigned threads, std::size_t count, const Action& action) {
  std::vector<std::thread> workers;
  std::atomic<std::size_t> next = 0;
  for (unsigned i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      for (std::size_t at = next++; at < count; at = next++) action(at);
    });
  }
  for (std::thread& worker : workers) worker.join();
}

}  // namespace

void bench_start(const Sizes&) {
  const auto run = [](const std::string& program) { return fastest(20, [&] { must({program, "--version"}); }).wall; };
  const double git = run("git");
  for (const std::string tool : {"dbw-review", "dbw-request", "dbw-sign", "dbw-audit", "dbw-exec"}) {
    const double ours = run((test::bin_dir() / tool).string());
    const double limit = tool == "dbw-exec" ? 10e-3 : 6e-3;
    print({tool + " --version / git --version", seconds_text(ours), seconds_text(git),
           fmt::format("{:.2f}", ours / git), fmt::format("<= {:.0f} ms", limit * 1e3), ours <= limit});
  }
}

void bench_approval(const Sizes&) {
  const TemporaryFolder folder("dbw-bench");
  const std::string root = folder.path().string(), repository = root + "/r";
  must({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bob@example.org", "-f", root + "/key"});
  const std::string public_text(trim(test::slurp(root + "/key.pub")));
  std::ofstream(root + "/signers") << "bob@example.org " << public_text << "\n";
  must({"git", "init", "-q", repository});
  const std::vector<std::string> git = {"git",
                                        "-C",
                                        repository,
                                        "-c",
                                        "user.name=bob",
                                        "-c",
                                        "user.email=bob@example.org",
                                        "-c",
                                        "gpg.format=ssh",
                                        "-c",
                                        "user.signingkey=" + root + "/key",
                                        "-c",
                                        "gpg.ssh.allowedSignersFile=" + root + "/signers"};
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.begin(), git.begin(), git.end());
    return must(words);
  };
  with({"commit", "-q", "--allow-empty", "-m", "base"});
  with({"commit", "-q", "-S", "--allow-empty", "-m", "approve: REQ-20261120-K7QF"});
  const std::string raw = with({"cat-file", "commit", "HEAD"});
  const crypto::PublicKey key = crypto::parse_public_key(public_text);
  constexpr int count = 50;  // short enough that some batch runs undisturbed
  const double ours =
      fastest(40,
              [&] {
                for (int i = 0; i < count; ++i) {
                  const codec::SignedCommit commit = codec::parse_signed_commit(raw);
                  crypto::require_sshsig(crypto::parse_sshsig(commit.signature), key, "git", commit.payload);
                }
              })
          .wall /
      count;
  const double theirs = fastest(10, [&] { with({"verify-commit", "HEAD"}); }).wall;
  print(ratio_row("verify one approval commit / git verify-commit", ours, theirs, 0.01));
}

void bench_audit(const Sizes& sizes) {
  const crypto::MachineKey key = test::machine_key('k');
  const test::MemoryLog log = test::log_of(sizes.entries(), key);
  std::vector<std::string> lines;
  std::vector<std::pair<std::string, std::string>> signed_texts;  // what a line's signature is over
  for (std::uint64_t seq = 0; seq < sizes.entries(); ++seq) {
    lines.push_back(*audit::read_line(log.reader(), seq, sizes.entries()));
    signed_texts.emplace_back(lines.back(), key.sign(lines.back()));
  }
  const std::string raw_key = key.public_key().raw;
  const double theirs = fastest(3, [&] {
                          share(2, lines.size(), [&](std::size_t i) {
                            if (crypto::sha256(lines[i]).raw().empty() ||
                                !crypto::verify_ed25519(raw_key, signed_texts[i].first, signed_texts[i].second)) {
                              throw std::runtime_error("the signature is bad");
                            }
                          });
                        }).wall;
  bool good = true;
  const double ours =
      fastest(3, [&] { good = audit::verify_log(log.reader(), test::options_for(key)).good() && good; }).wall;
  if (!good) throw std::runtime_error("the log did not verify");
  print(ratio_row(fmt::format("verify an audit log of {} entries / SHA-256 + Ed25519", sizes.entries()), ours, theirs,
                  1.3));
}

}  // namespace dbw::bench
