#include "workflow/audit_log.hpp"

#include <thread>

#include "audit/verifier.hpp"
#include "base/files.hpp"
#include "unit/audit/memory_log.hpp"

namespace dbw::workflow {
namespace {

const crypto::MachineKey& key() {
  static const crypto::MachineKey k = test::machine_key('k');
  return k;
}

constexpr const char* k_repo_id = "00112233445566778899aabbccddeeff";
const std::string k_ref = "refs/heads/dbw/audit/prod-eu-1";

/// One runner: a cache of its own over the common remote.
struct Runner {
  Runner(const std::filesystem::path& cache, const std::filesystem::path& remote)
      : repository(git::Repository::init(cache)),
        transport(repository, {.url = remote.string()}),
        log(repository, transport, key(), {.repo_id = k_repo_id, .executor = "prod-eu-1", .attempts = 400}) {}
  git::Repository repository;
  git::Transport transport;
  AuditLog log;
};

class AuditLogTest : public testing::Test {
 protected:
  void SetUp() override { git::Repository::init(remote); }

  Runner runner(const std::string& name) { return {folder.path() / name, remote}; }
  void begin(AuditLog& log) {
    log.open();
    audit::Blobs blobs;
    std::vector<model::AuditEntry> entries{test::genesis(blobs, key())};
    log.append(std::move(entries), blobs);
  }
  /// The log as the remote has it.
  audit::VerifyReport verify() {
    git::Repository repository = git::Repository::open(remote);
    return audit::verify_log(audit_files(repository, *repository.resolve(k_ref)), test::options_for(key()));
  }
  /// Sets the remote's branch to another tree: somebody with rights on the host.
  void tamper(const std::vector<git::TreeChange>& changes) {
    git::Repository repository = git::Repository::open(remote);
    const git::ObjectId head = *repository.resolve(k_ref);
    const git::ObjectId tree = repository.write_tree(repository.tree_of(head), changes);
    repository.set_ref(k_ref, repository.write_commit("tree " + tree.hex + "\nparent " + head.hex +
                                                      "\nauthor m <m@x> 1 +0000\ncommitter m <m@x> 1 +0000\n\nx\n"));
  }

  TemporaryFolder folder;
  std::filesystem::path remote = folder.path() / "remote.git";
};

TEST_F(AuditLogTest, BeginsAppendsAndReads) {
  Runner one = runner("one");
  EXPECT_EQ(one.log.open(), std::nullopt);
  EXPECT_EQ(test::code_of([&] { one.log.append({test::deny(1)}, {}); }), ErrorCode::audit_genesis);
  begin(one.log);
  audit::Blobs blobs;
  const Digest blob = audit::add_blob(blobs, "evidence");
  const Appended appended = one.log.append({test::deny(1, 1), test::deny(2, 2)}, blobs);
  EXPECT_EQ(appended.first_seq, 1U);
  EXPECT_EQ(appended.head.size, 3U);
  EXPECT_EQ(one.log.head(), appended.head);
  EXPECT_EQ(one.log.evidence(blob), "evidence");
  EXPECT_EQ(one.log.find_leaf(appended.leaves[0], 10), 1U);
  EXPECT_EQ(one.log.find_leaf(appended.leaves[0], 1), std::nullopt);
  EXPECT_EQ(one.log.line(2).leaf, appended.leaves[1]);
  EXPECT_EQ(test::code_of([&] { one.log.line(3); }), ErrorCode::audit_no_such_entry);
  const auto genesis = one.log.find_last([](const audit::Line& line) { return line.entry.type == "genesis"; }, 100);
  ASSERT_TRUE(genesis.has_value());
  EXPECT_EQ(genesis->entry.seq, 0);

  Runner two = runner("two");
  EXPECT_EQ(two.log.open(appended.head), appended.head);
  EXPECT_TRUE(verify().good());
}

TEST_F(AuditLogTest, CrossesBundles) {
  Runner one = runner("one");
  begin(one.log);
  int number = 1;
  while (number < 600) {
    std::vector<model::AuditEntry> entries;
    for (int i = 0; i < 50 && number < 600; ++i, ++number) entries.push_back(test::deny(number, number));
    one.log.append(std::move(entries), {});
  }
  std::int64_t expected = 250;
  one.log.iterate(250, 520, [&](const audit::Line& line) {
    EXPECT_EQ(line.entry.seq, expected++);
    return true;
  });
  EXPECT_EQ(expected, 520);
  const auto old = one.log.find_last([](const audit::Line& line) { return line.entry.seq < 100; }, 600);
  ASSERT_TRUE(old.has_value());
  EXPECT_EQ(old->entry.seq, 99);
  const audit::VerifyReport report = verify();
  EXPECT_TRUE(report.good());
  EXPECT_EQ(report.lines, 600U);
}

TEST_F(AuditLogTest, ReadsTheRemoteAnewOnlyForALongerMark) {
  Runner one = runner("one"), two = runner("two");
  begin(one.log);
  const audit::TreeHead before = two.log.open().value();
  const audit::TreeHead after = one.log.append({test::deny(1, 1)}, {}).head;
  two.log.require_extends(before);
  EXPECT_EQ(two.log.head(), before);
  two.log.require_extends(after);
  EXPECT_EQ(two.log.head(), after);

  std::filesystem::rename(remote, folder.path() / "away.git");
  EXPECT_NO_THROW(two.log.require_extends(before));
  audit::TreeHead other = before, longer = after;
  other.root = crypto::sha256("another log");
  ++longer.size;
  EXPECT_EQ(test::code_of([&] { two.log.require_extends(other); }), ErrorCode::audit_not_append_only);
  EXPECT_EQ(test::code_of([&] { two.log.require_extends(longer); }), ErrorCode::git_no_such_repository);
  std::filesystem::rename(folder.path() / "away.git", remote);
  EXPECT_EQ(test::code_of([&] { two.log.require_extends(longer); }), ErrorCode::audit_truncated);
}

/// ATTACKS: two appenders overwrite each other.
TEST_F(AuditLogTest, EightWritersLoseNothing) {
  Runner first = runner("first");
  begin(first.log);
  constexpr int k_writers = 8;
  constexpr int k_each = 50;
  constexpr int k_at_once = 5;
  std::vector<std::thread> threads;
  std::vector<std::string> failures(k_writers);
  for (int writer = 0; writer < k_writers; ++writer) {
    threads.emplace_back([&, writer] {
      try {
        Runner mine = runner("writer" + std::to_string(writer));
        mine.log.open();
        for (int i = 0; i < k_each; i += k_at_once) {
          std::vector<model::AuditEntry> entries;
          for (int j = 0; j < k_at_once; ++j) entries.push_back(test::deny(writer * k_each + i + j, 1));
          mine.log.append(std::move(entries), {});
        }
      } catch (const std::exception& error) {
        failures[static_cast<std::size_t>(writer)] = error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& failure : failures) EXPECT_EQ(failure, "");
  const audit::VerifyReport report = verify();
  EXPECT_TRUE(report.good());
  EXPECT_EQ(report.lines, 401U);
  first.log.open();
  std::set<std::string> messages;
  first.log.iterate(1, 401, [&](const audit::Line& line) {
    messages.insert(audit::parse_deny_body(line.entry.body).message);
    return true;
  });
  EXPECT_EQ(messages.size(), 400U);
}

TEST_F(AuditLogTest, TheLoserMayChangeItsMind) {
  Runner one = runner("one");
  begin(one.log);
  Runner two = runner("two");
  two.log.open();
  one.log.append({test::deny(1, 1)}, {});
  bool asked = false;
  const Appended appended = two.log.append({test::deny(1, 1)}, {}, [&](const std::vector<model::AuditEntry>&) {
    asked = true;
    return std::vector<model::AuditEntry>{};
  });
  EXPECT_TRUE(asked);
  EXPECT_TRUE(appended.leaves.empty());
  EXPECT_EQ(appended.head.size, 2U);
}

/// ATTACKS: a tail that was cut, an older state, a deleted branch, a rewritten log.
TEST_F(AuditLogTest, MarksFindWhatTheRemoteForgot) {
  Runner one = runner("one");
  begin(one.log);
  git::Repository bare = git::Repository::open(remote);
  const git::ObjectId young = *bare.resolve(k_ref);
  const audit::TreeHead mark = one.log.append({test::deny(1, 1), test::deny(2, 2)}, {}).head;

  bare.set_ref(k_ref, young);
  EXPECT_EQ(test::code_of([&] { one.log.open(mark); }), ErrorCode::audit_truncated);

  Runner forger = runner("forger");
  forger.log.open();
  forger.log.append({test::deny(3, 1), test::deny(4, 2), test::deny(5, 3)}, {});
  EXPECT_EQ(test::code_of([&] { one.log.open(mark); }), ErrorCode::audit_not_append_only);

  bare.delete_ref(k_ref);
  EXPECT_EQ(test::code_of([&] { one.log.open(mark); }), ErrorCode::audit_truncated);
}

TEST_F(AuditLogTest, DamageStopsTheAppender) {
  Runner one = runner("one");
  begin(one.log);
  one.log.append({test::deny(1, 1), test::deny(2, 2)}, {});
  tamper({{"entries/000.p/002", std::nullopt}});
  EXPECT_EQ(test::code_of([&] { one.log.open(); }), ErrorCode::audit_truncated);
  tamper({{"checkpoint", "x"}});
  EXPECT_EQ(test::code_of([&] { one.log.open(); }), ErrorCode::note_malformed);
  tamper({{"checkpoint", std::nullopt}});
  EXPECT_EQ(test::code_of([&] { one.log.open(); }), ErrorCode::audit_checkpoint);
}

/// A stranger's fork of the log while we append: our next push loses, and the new head is no extension of ours.
TEST_F(AuditLogTest, NeverAppendsToARewrittenLog) {
  Runner one = runner("one");
  begin(one.log);
  git::Repository bare = git::Repository::open(remote);
  const git::ObjectId young = *bare.resolve(k_ref);
  one.log.append({test::deny(1, 1)}, {});
  bare.set_ref(k_ref, young);
  Runner forger = runner("forger");
  forger.log.open();
  forger.log.append({test::deny(3, 1), test::deny(4, 2)}, {});
  EXPECT_EQ(test::code_of([&] { one.log.append({test::deny(5, 5)}, {}); }), ErrorCode::audit_not_append_only);
}

/// ATTACKS: the remote takes the push and drops it: a hook that puts the branch back behind our back.
TEST_F(AuditLogTest, LyingRemoteIsFound) {
  Runner one = runner("one");
  begin(one.log);
  const git::ObjectId before = *git::Repository::open(remote).resolve(k_ref);
  std::filesystem::create_directories(remote / "hooks");
  write_file_atomic(remote / "hooks" / "post-receive",
                    "#!/bin/sh\nexec git update-ref " + k_ref + " " + before.hex + "\n", 0755);
  const ErrorCode code = test::code_of([&] { one.log.append({test::deny(1, 1)}, {}); });
  EXPECT_EQ(code, ErrorCode::git_push_lost) << error_id(code);
}

TEST_F(AuditLogTest, RefusedPushSaysWhy) {
  Runner one = runner("one");
  begin(one.log);
  std::filesystem::create_directories(remote / "hooks");
  write_file_atomic(remote / "hooks" / "update", "#!/bin/sh\necho not today >&2\nexit 1\n", 0755);
  EXPECT_EQ(test::code_of([&] { one.log.append({test::deny(1, 1)}, {}); }), ErrorCode::audit_push_refused);
}

}  // namespace
}  // namespace dbw::workflow
