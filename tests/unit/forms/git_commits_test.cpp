#include <map>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "codec/commit.hpp"
#include "codec/json.hpp"
#include "crypto/hash.hpp"
#include "crypto/sshsig.hpp"
#include "support/paths.hpp"
#include "unit/forms/throws.hpp"

namespace dbw {
namespace {

using test::code_of;

/// The part of a decision's verification that needs bytes and keys alone: Alice's signature by Alice's key, in author's
/// and committer's name.
std::string verdict(const std::string& raw, const crypto::PublicKey& alice) {
  std::string result = code_of([&] {
    const codec::SignedCommit commit = codec::parse_signed_commit(raw);
    crypto::require_sshsig(crypto::parse_sshsig(commit.signature), alice, "git", commit.payload);
    if (!(commit.author == commit.committer)) throw Error(ErrorCode::field_value, "author and committer differ");
  });
  return result == "field_value" ? "author is not committer" : result;
}

TEST(GitCommits, EveryForgeryHasTheWantedVerdict) {
  const auto folder = test::vectors_dir() / "generated/git-commits";
  DBW_NEEDS_FOLDER(folder);
  const std::map<std::string, std::string> reasons = {
      {"armor_rewrapped", "sshsig_not_canonical"},
      {"bidi_message_signed", "commit_bad_bytes"},
      {"crlf_message_signed", "commit_bad_bytes"},
      {"duplicate_parent_signed", "commit_extra_header"},
      {"encoding_header_signed", "commit_extra_header"},
      {"extra_gpgsig_like_header", "commit_extra_header"},
      {"invalid_utf8_message_signed", "commit_bad_bytes"},
      {"namespace_file", "sshsig_namespace"},
      {"nul_and_tail_after_message", "commit_bad_bytes"},
      {"ok", "nothing"},
      {"resigned_foreign_author", "author is not committer"},
      {"root_commit_signed", "commit_grammar"},
      {"signature_before_author", "commit_grammar"},
      {"signature_in_message_body", "commit_unsigned"},
      {"signature_split_over_two_headers", "commit_grammar"},
      {"signed_by_bob_claims_alice", "sshsig_wrong_key"},
      {"sshsig_reserved_nonempty", "sshsig_not_canonical"},
      {"tampered_message", "sshsig_bad_signature"},
      {"tampered_tree", "sshsig_bad_signature"},
      {"two_armored_blocks", "sshsig_armor"},
      {"unknown_header_signed", "commit_extra_header"},
      {"unsigned", "commit_unsigned"},
  };
  const std::string signers = test::slurp(folder / "allowed_signers");
  const crypto::PublicKey alice = crypto::parse_public_key(signers.substr(14, signers.find('\n') - 14));
  const codec::Value expected =
      codec::parse_json_relaxed(test::slurp(folder / "expected.json"), "expected.json", 100'000);
  ASSERT_EQ(expected.entries().size(), 22u);
  for (const auto& [name, entry] : expected.entries()) {
    const std::string raw = test::slurp(folder / (name + ".commit"));
    EXPECT_EQ(crypto::sha256(raw).hex(), entry.find("sha256")->text()) << name;
    const std::string result = verdict(raw, alice);
    EXPECT_EQ(result == "nothing", entry.find("recommended_approval_verdict")->text() == "accept")
        << name << ": " << result;
    ASSERT_TRUE(reasons.count(name)) << name;
    EXPECT_EQ(result, reasons.at(name)) << name;
  }
}

class RealGit : public testing::Test {
 protected:
  std::string run(std::vector<std::string> argv, const std::string& input = {},
                  std::map<std::string, std::string> more = {}) {
    ProcessRequest request{std::move(argv), clean_environment()};
    request.environment.insert({{"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", m_folder.path() / "config"}});
    request.environment.merge(more);
    request.input = input;
    request.folder = m_folder.path();
    const ProcessResult result = run_process(request);
    EXPECT_EQ(result.status, 0) << request.argv[1] << ": " << result.errors;
    return std::string(trim(result.output));
  }
  void SetUp() override {
    run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", m_key});
    write_file_atomic(m_folder.path() / "config",
                      "[gpg]\n format = ssh\n[user]\n name = Bob\n email = bob@example.org\n signingKey = " + m_key +
                          "\n[gpg \"ssh\"]\n allowedSignersFile = " + (m_folder.path() / "allowed").string() + "\n");
    write_file_atomic(m_folder.path() / "allowed",
                      "bob@example.org " + crypto::SshKeygenSigner(m_key).public_key().text() + "\n");
    run({"git", "init", "-q", "--bare", "."});
    m_tree = run({"git", "mktree"});
    m_parent = run({"git", "commit-tree", m_tree, "-m", "root"});
  }

  TemporaryFolder m_folder;
  std::string m_key = m_folder.path() / "id";
  std::string m_tree;
  std::string m_parent;
};

TEST_F(RealGit, AcceptsTheCommitsThatWeBuild) {
  const codec::CommitIdentity who{"Bob", "bob@example.org", 1763633700, "+0100"};
  const std::string payload =
      codec::commit_payload(m_tree, m_parent, who, "dbw-approval/v1 REQ-1 approve\n\nDbw-Repo: x\n");
  crypto::SshKeygenSigner signer(m_key);
  const std::string raw = codec::insert_signature(payload, signer.sign("git", payload));
  const std::string id = run({"git", "hash-object", "-t", "commit", "-w", "--stdin"}, raw);
  run({"git", "verify-commit", id});
  EXPECT_EQ(verdict(raw, signer.public_key()), "nothing");
}

TEST_F(RealGit, MakesTheSameBytesAsWeDo) {
  const std::string date = "1763633700 +0100";
  const std::string id = run({"git", "commit-tree", "-S", "-p", m_parent, "-m", "subject", m_tree}, {},
                             {{"GIT_AUTHOR_DATE", date}, {"GIT_COMMITTER_DATE", date}});
  const std::string raw = run({"git", "cat-file", "commit", id}) + "\n";
  const codec::SignedCommit commit = codec::parse_signed_commit(raw);
  EXPECT_EQ(commit.payload,
            codec::commit_payload(m_tree, m_parent, {"Bob", "bob@example.org", 1763633700, "+0100"}, "subject\n"));
  EXPECT_EQ(codec::insert_signature(commit.payload, commit.signature), raw);
  // Ed25519 is deterministic: our own signature over the payload is the one that git stored.
  EXPECT_EQ(crypto::SshKeygenSigner(m_key).sign("git", commit.payload), commit.signature);
}

}  // namespace
}  // namespace dbw
