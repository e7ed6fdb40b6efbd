#include "transport_fixture.hpp"

#include <cstdlib>
#include <thread>

#include <unistd.h>

namespace dbw::git {
namespace {

namespace fs = std::filesystem;

TEST_F(TransportTest, RoundTripOverAPath) { expect_round_trip({.url = m_remote.string()}); }
TEST_F(TransportTest, RoundTripOverAFileAddress) { expect_round_trip({.url = "file://" + m_remote.string()}); }

TEST_F(TransportTest, RoundTripOverAPathWithBlanks) {
  const fs::path blank = m_scratch.path() / "with blank 'and quote.git";
  fs::rename(m_remote, blank);
  m_remote = blank;
  expect_round_trip({.url = blank.string()});
}

TEST_F(TransportTest, RoundTripWithARepositoryOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "SKIPPED: giving a repository to another user needs root";
  ASSERT_EQ(::chown(m_remote.c_str(), 65534, 65534), 0);
  expect_round_trip({.url = m_remote.string()});
}

TEST_F(TransportTest, ListsExactlyThePrefixes) {
  const ObjectId id{m_scratch.commit(m_remote, "refs/heads/main", {{"a", "1"}})};
  for (const char* name : {"refs/heads/dbw/x/y", "refs/heads/dbw/a", "refs/heads/nested/refs/heads/dbw/z",
                           "refs/tags/main", "refs/merge/1"}) {
    m_scratch.git(m_remote, {"update-ref", name, id.hex});
  }
  Transport over = transport();
  const auto branches = over.list({"refs/heads/dbw/"});
  ASSERT_EQ(branches.size(), 2u);
  EXPECT_EQ(branches[0].name, "refs/heads/dbw/a");
  EXPECT_EQ(branches[1].name, "refs/heads/dbw/x/y");
  EXPECT_EQ(branches[1].target, id);
  EXPECT_EQ(over.list({"refs/heads/main"}).size(), 1u);
  EXPECT_EQ(over.list({"refs/tags/", "refs/heads/main"}).size(), 2u);
  EXPECT_EQ(over.list({"refs/"}).size(), 6u);
  EXPECT_TRUE(over.list({}).empty());
  EXPECT_DBW_ERROR(over.list({"--exec=x"}), ErrorCode::git_bad_ref);
  EXPECT_DBW_ERROR(over.list({"refs/heads/*"}), ErrorCode::git_bad_ref);
}

TEST_F(TransportTest, FetchMirrorsForcedPushesAndDeletions) {
  const ObjectId one{m_scratch.commit(m_remote, "refs/heads/dbw/requests/A", {{"a", "1"}})};
  m_scratch.git(m_remote, {"update-ref", "refs/heads/dbw/requests/B", one.hex});
  m_scratch.git(m_remote, {"update-ref", "refs/heads/main", one.hex});
  m_scratch.git(m_remote, {"update-ref", "refs/heads/unrelated", one.hex});
  const std::vector<std::string> wanted = {"refs/heads/dbw/", "refs/heads/main", "refs/heads/absent"};
  Transport over = transport();
  m_mirror.set_ref("refs/heads/absent", commit("ours"));
  over.fetch(wanted);
  EXPECT_EQ(m_mirror.refs("refs/").size(), 3u);
  EXPECT_EQ(m_mirror.resolve("refs/heads/unrelated"), std::nullopt);

  const ObjectId rewritten{m_scratch.commit(m_remote, "refs/heads/other", {{"b", "2"}})};
  m_scratch.git(m_remote, {"update-ref", "refs/heads/dbw/requests/A", rewritten.hex});
  m_scratch.git(m_remote, {"update-ref", "-d", "refs/heads/dbw/requests/B"});
  m_scratch.git(m_remote,
                {"update-ref", "refs/heads/dbw/requests/B/below", one.hex});  // a folder where a reference was
  m_scratch.git(m_remote, {"update-ref", "-d", "refs/heads/main"});
  over.fetch(wanted);
  EXPECT_EQ(m_mirror.resolve("refs/heads/dbw/requests/A"), rewritten);
  EXPECT_EQ(m_mirror.resolve("refs/heads/dbw/requests/B/below"), one);
  EXPECT_EQ(m_mirror.resolve("refs/heads/main"), std::nullopt);
  EXPECT_EQ(m_mirror.refs("refs/").size(), 2u);
  EXPECT_FALSE(fs::exists(m_mirror.path() / "FETCH_HEAD"));
}

TEST_F(TransportTest, FetchRemovesLocksOfTheKilled) {
  const ObjectId one{m_scratch.commit(m_remote, "refs/heads/a", {{"a", "1"}})};
  m_mirror.set_ref("refs/heads/gone", commit("ours"));
  const std::vector<fs::path> locks = {m_mirror.path() / "refs/heads/a.lock", m_mirror.path() / "refs/heads/gone.lock"};
  for (const fs::path& lock : locks) write_file_atomic(lock, "");
  EXPECT_DBW_ERROR(transport().fetch({"refs/heads/"}), ErrorCode::git_write_failed);
  for (const fs::path& lock : locks) {
    ASSERT_TRUE(fs::exists(lock)) << "whoever holds it may be alive";
    fs::last_write_time(lock, fs::file_time_type::clock::now() - Seconds(61));
  }
  transport().fetch({"refs/heads/"});
  EXPECT_EQ(m_mirror.resolve("refs/heads/a"), one);
  EXPECT_EQ(m_mirror.resolve("refs/heads/gone"), std::nullopt);
}

TEST_F(TransportTest, FetchTakesManyReferences) {
  const std::string id = m_scratch.commit(m_remote, "refs/heads/main", {{"a", "1"}});
  std::string updates;
  for (int i = 0; i < 1000; ++i)
    updates += fmt::format("create refs/heads/dbw/approvals/REQ-20261120-{:04}/person {}\n", i, id);
  m_scratch.git(m_remote, {"update-ref", "--stdin"}, updates);
  Transport over = transport();
  over.fetch({"refs/heads/dbw/", "refs/heads/main"});
  EXPECT_EQ(m_mirror.refs("refs/heads/dbw/").size(), 1000u);
  EXPECT_NE(m_mirror.resolve("refs/heads/main"), std::nullopt);
  m_scratch.git(m_remote, {"update-ref", "-d", "refs/heads/dbw/approvals/REQ-20261120-0007/person"});
  over.fetch({"refs/heads/dbw/", "refs/heads/main"});
  EXPECT_EQ(m_mirror.refs("refs/heads/dbw/").size(), 999u);
}

TEST_F(TransportTest, RefusesShallowAndSha256Remotes) {
  const fs::path sha256 = m_scratch.bare("sha256", {"--object-format=sha256"});
  m_scratch.commit(sha256, "refs/heads/main", {{"a", "1"}});
  Transport over(m_mirror, {.url = sha256.string()});
  EXPECT_DBW_ERROR(over.list({"refs/heads/"}), ErrorCode::git_sha256_repository);
  EXPECT_DBW_ERROR(over.fetch({"refs/heads/"}), ErrorCode::git_sha256_repository);

  m_scratch.commit(m_remote, "refs/heads/main", {{"a", "1"}});
  m_scratch.commit(m_remote, "refs/heads/main", {{"a", "2"}});
  m_scratch.git(m_scratch.path(),
                {"clone", "--quiet", "--bare", "--depth=1", "file://" + m_remote.string(), "shallow.git"});
  Transport from_shallow(m_mirror, {.url = (m_scratch.path() / "shallow.git").string()});
  EXPECT_DBW_ERROR(from_shallow.fetch({"refs/heads/"}), ErrorCode::git_shallow);
  EXPECT_EQ(m_mirror.resolve("refs/heads/main"), std::nullopt);
}

TEST_F(TransportTest, FetchRefusesObjectsThatFsckRefuses) {
  const std::string tree = m_scratch.object(m_remote, "tree", "");
  const std::string bad = m_scratch.object(m_remote, "commit", "tree " + tree + "\nauthor x\ncommitter x\n\nno date\n");
  m_scratch.git(m_remote, {"update-ref", "refs/heads/main", bad});
  Transport over = transport();
  EXPECT_DBW_ERROR(over.fetch({"refs/heads/main"}), ErrorCode::git_bad_object);
  EXPECT_EQ(m_mirror.resolve("refs/heads/main"), std::nullopt);
}

TEST_F(TransportTest, EachFailureHasItsOwnError) {
  Transport absent(m_mirror, {.url = (m_scratch.path() / "absent.git").string()});
  EXPECT_DBW_ERROR(absent.list({"refs/"}), ErrorCode::git_no_such_repository);
  EXPECT_DBW_ERROR(absent.fetch({"refs/heads/"}), ErrorCode::git_no_such_repository);
  EXPECT_DBW_ERROR(absent.push({"refs/heads/a", commit("1"), {}}), ErrorCode::git_no_such_repository);
  const std::string closed = std::to_string(test::free_port());
  Transport nobody(m_mirror, {.url = "https://127.0.0.1:" + closed + "/db.git"});
  EXPECT_DBW_ERROR(nobody.list({"refs/"}), ErrorCode::git_unreachable);
  EXPECT_DBW_ERROR(nobody.push({"refs/heads/a", commit("1"), {}}), ErrorCode::git_unreachable);
  EXPECT_DBW_ERROR(Transport(m_mirror, {.url = "ext::sh -c id"}), ErrorCode::git_bad_url);
}

TEST_F(TransportTest, NamesAMissingOrOldGit) {
  const std::string path = std::getenv("PATH");
  m_scratch.script(m_scratch.path() / "old/git", "echo git version 2.30.9");
  ::setenv("PATH", (m_scratch.path() / "old").c_str(), 1);
  const auto push = [&] { transport().push({"refs/heads/a", commit("1"), {}}); };
  EXPECT_DBW_ERROR(push(), ErrorCode::git_missing_program);
  ::setenv("PATH", m_scratch.path().c_str(), 1);
  EXPECT_DBW_ERROR(push(), ErrorCode::git_missing_program);
  m_scratch.script(m_scratch.path() / "new/git", R"([ "$1" = --version ] && { echo git version 3.0.1.dirty; exit; }
exec /usr/bin/git "$@")");
  ::setenv("PATH", (m_scratch.path() / "new:/usr/bin:/bin").c_str(), 1);
  EXPECT_NO_THROW(push());
  ::setenv("PATH", path.c_str(), 1);
}

TEST_F(TransportTest, AHangingRemoteIsUnreachable) {
  m_scratch.script(m_scratch.path() / "slow/git",
                   "[ \"$1\" = --version ] && { echo git version 2.39.5; exit; }\nexec sleep 30");
  m_scratch.commit(m_remote, "refs/heads/main", {{"a", "1"}});
  m_scratch.git(m_remote, {"config", "uploadpack.allowFilter", "true"});  // not as plain as our own
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", ((m_scratch.path() / "slow").string() + ":" + path).c_str(), 1);
  Transport over(m_mirror, {.url = m_remote.string(), .timeout = Seconds(1)});
  EXPECT_DBW_ERROR(over.fetch({"refs/"}), ErrorCode::git_unreachable);
  Transport over_address(m_mirror, {.url = "file://" + m_remote.string(), .timeout = Seconds(1)});
  EXPECT_DBW_ERROR(over_address.list({"refs/"}), ErrorCode::git_unreachable);
  ::setenv("PATH", path.c_str(), 1);
}

TEST_F(TransportTest, ALocalRemoteNeedsNoProcess) {
  const ObjectId one{m_scratch.commit(m_remote, "refs/heads/main", {{"a", "1"}})};
  m_scratch.git(m_remote, {"update-ref", "refs/heads/dbw/a", one.hex});
  m_scratch.git(m_remote, {"pack-refs", "--all"});
  const ObjectId two{m_scratch.commit(m_remote, "refs/heads/main", {{"a", "2"}})};
  transport().fetch({"refs/heads/"});
  const std::string path = std::getenv("PATH");
  m_scratch.script(m_scratch.path() / "idle/git",
                   "[ \"$1\" = --version ] && { echo git version 2.39.5; exit; }\nexit 1");
  ::setenv("PATH", ((m_scratch.path() / "idle").string() + ":" + path).c_str(), 1);
  Transport over = transport();
  const auto listed = over.list({"refs/heads/", "refs/heads/main"});
  EXPECT_NO_THROW(over.fetch({"refs/heads/"}));
  m_mirror.set_ref("refs/heads/gone", one);
  EXPECT_NO_THROW(over.fetch({"refs/heads/"}));
  m_mirror.set_ref("refs/heads/main", one);
  EXPECT_NO_THROW(over.fetch({"refs/heads/"}));
  EXPECT_EQ(m_mirror.resolve("refs/heads/main"), two);
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].target, one) << "packed";
  EXPECT_EQ(listed[1].target, two) << "what is packed as well is older";
  EXPECT_EQ(m_mirror.resolve("refs/heads/gone"), std::nullopt);
}

TEST_F(TransportTest, ALocalRemoteGivesWhatGitsProgramGives) {
  const ObjectId one{m_scratch.commit(m_remote, "refs/heads/main", {{"a", "1"}})};
  const fs::path work_tree = m_scratch.path() / "work", borrower = m_scratch.path() / "borrower.git";
  m_scratch.git(m_scratch.path(), {"clone", "--quiet", m_remote.string(), work_tree.string()});
  m_scratch.git(m_scratch.path(), {"clone", "--quiet", "--bare", "--shared", m_remote.string(), borrower.string()});
  m_scratch.git(m_remote, {"update-ref", "refs/heads/hidden", one.hex});
  m_scratch.git(m_remote, {"config", "transfer.hideRefs", "refs/heads/hidden"});
  m_scratch.git(m_remote, {"symbolic-ref", "refs/heads/symbolic", "refs/heads/main"});
  for (const fs::path& remote : {m_remote, work_tree, borrower}) {
    Repository by_path = Repository::init(m_scratch.path() / "by-path");
    Repository by_address = Repository::init(m_scratch.path() / "by-address");
    for (Repository* each : {&by_path, &by_address}) each->set_ref("refs/heads/stale", commit_in(*each, "ours"));
    Transport(by_path, {.url = remote.string()}).fetch({"refs/heads/"});
    Transport(by_address, {.url = "file://" + remote.string()}).fetch({"refs/heads/"});
    const std::vector<Ref> refs = by_path.refs("refs/"), expected = by_address.refs("refs/");
    ASSERT_EQ(refs.size(), expected.size()) << remote;
    EXPECT_EQ(refs.size(), remote == m_remote ? 2u : 1u);
    for (std::size_t i = 0; i < refs.size(); ++i) {
      EXPECT_EQ(refs[i].name, expected[i].name);
      EXPECT_EQ(refs[i].target, one);
    }
  }
}

TEST_F(TransportTest, HiddenReferencesOfALocalRemoteStayHidden) {
  const ObjectId one{m_scratch.commit(m_remote, "refs/heads/main", {{"a", "1"}})};
  m_scratch.git(m_remote, {"update-ref", "refs/heads/hidden", one.hex});
  m_scratch.git(m_remote, {"config", "transfer.hideRefs", "refs/heads/hidden"});
  transport().fetch({"refs/heads/"});
  EXPECT_EQ(m_mirror.resolve("refs/heads/main"), one);
  EXPECT_EQ(m_mirror.resolve("refs/heads/hidden"), std::nullopt);
  // So many are fetched by pattern, by which git leaves the hidden one out without a word.
  std::string updates;
  for (int i = 0; i < 101; ++i) updates += fmt::format("create refs/heads/many/{} {}\n", i, one.hex);
  m_scratch.git(m_remote, {"update-ref", "--stdin"}, updates);
  EXPECT_NO_THROW(transport().fetch({"refs/heads/"}));
  EXPECT_EQ(m_mirror.refs("refs/heads/").size(), 102u);
  EXPECT_EQ(m_mirror.resolve("refs/heads/hidden"), std::nullopt);
}

TEST_F(TransportTest, PushNeedsACommitThatWeHave) {
  Transport over = transport();
  EXPECT_DBW_ERROR(over.push({"refs/heads/a", {std::string(40, '1')}, {}}), ErrorCode::git_object_missing);
  EXPECT_DBW_ERROR(over.push({"refs/heads/a", m_mirror.write_blob("x"), {}}), ErrorCode::git_object_type);
  EXPECT_DBW_ERROR(over.push({"refs/heads/a", commit("1"), {"--x"}}), ErrorCode::git_bad_object);
  EXPECT_DBW_ERROR(over.push({"heads/a", commit("1"), {}}), ErrorCode::git_bad_ref);
}

TEST_F(TransportTest, ARepeatedPushIsDone) {
  Transport over = transport();
  const ObjectId one = commit("1");
  const ObjectId two = commit("2", one);
  EXPECT_EQ(over.push({"refs/heads/a", one, {}}).outcome, PushOutcome::done);
  EXPECT_EQ(over.push({"refs/heads/a", one, {}}).outcome, PushOutcome::done);
  EXPECT_EQ(over.push({"refs/heads/a", two, one}).outcome, PushOutcome::done);
  EXPECT_EQ(over.push({"refs/heads/a", one, {}}).outcome, PushOutcome::done) << "others' work stands on top of ours";
  EXPECT_EQ(remote_ref("refs/heads/a"), two.hex);
}

TEST_F(TransportTest, ARejectingHookIsARefusal) {
  m_scratch.script(m_remote / "hooks/pre-receive", "echo not on \033[31mFridays >&2; exit 1");
  const PushResult result = transport().push({"refs/heads/a", commit("1"), {}});
  EXPECT_EQ(result.outcome, PushOutcome::refused);
  EXPECT_NE(result.message.find("pre-receive hook declined"), std::string::npos) << result.message;
  EXPECT_NE(result.message.find("Fridays"), std::string::npos) << result.message;
  EXPECT_EQ(result.message.find('\033'), std::string::npos);
  EXPECT_EQ(remote_ref("refs/heads/a"), "");
}

TEST_F(TransportTest, ALyingRemoteIsFound) {
  Transport over = transport();
  const ObjectId one = commit("1");
  const ObjectId two = commit("2", one);
  ASSERT_EQ(over.push({"refs/heads/a", one, {}}).outcome, PushOutcome::done);
  const fs::path hook = m_remote / "hooks/post-receive";
  m_scratch.script(hook, "git update-ref refs/heads/a " + one.hex);
  EXPECT_DBW_ERROR(over.push({"refs/heads/a", two, one}), ErrorCode::git_push_lost);
  m_scratch.script(hook, "git update-ref -d refs/heads/a");
  EXPECT_DBW_ERROR(over.push({"refs/heads/a", two, one}), ErrorCode::git_push_lost);
  const std::string foreign = m_scratch.commit(m_remote, "refs/heads/foreign", {{"x", "y"}});
  m_scratch.script(hook, "git update-ref refs/heads/b " + foreign);
  EXPECT_DBW_ERROR(over.push({"refs/heads/b", two, {}}), ErrorCode::git_push_lost);
  m_scratch.script(hook, "git update-ref refs/heads/foreign " + foreign);
  EXPECT_DBW_ERROR(over.push({"refs/heads/foreign", {}, {foreign}}), ErrorCode::git_push_lost);
}

TEST_F(TransportTest, ALockedReferenceHasMoved) {
  Transport over = transport();
  make_folders(m_remote / "refs/heads");
  write_file_atomic(m_remote / "refs/heads/a.lock", "");
  EXPECT_EQ(over.push({"refs/heads/a", commit("1"), {}}).outcome, PushOutcome::moved);
  fs::remove(m_remote / "refs/heads/a.lock");
  ASSERT_EQ(over.push({"refs/heads/a", commit("1"), {}}).outcome, PushOutcome::done);
  const PushResult below = over.push({"refs/heads/a/b", commit("1"), {}});
  EXPECT_EQ(below.outcome, PushOutcome::refused) << below.message;
}

TEST_F(TransportTest, AnAnswerThatIsLostIsLookedUp) {
  // The remote's side ends without a report, after (post-receive) or before (pre-receive) the reference was set.
  m_scratch.script(m_remote / "hooks/post-receive", "kill -9 $PPID");
  EXPECT_EQ(transport().push({"refs/heads/a", commit("1"), {}}).outcome, PushOutcome::done);
  m_scratch.script(m_remote / "hooks/pre-receive", "kill -9 $PPID; sleep 1");
  EXPECT_DBW_ERROR(transport().push({"refs/heads/b", commit("1"), {}}), ErrorCode::git_unreachable);
  EXPECT_EQ(remote_ref("refs/heads/b"), "");
}

TEST_F(TransportTest, EightWritersAppendWithoutLoss) {
  constexpr int k_writers = 8;
  constexpr int k_appends = 8;  // every append starts a dozen processes; the log's own test makes 400 lines
  const std::string ref = "refs/heads/dbw/audit/x";
  std::vector<std::thread> writers;
  for (int writer = 0; writer < k_writers; ++writer) {
    writers.emplace_back([&, writer] {
      Repository mirror = Repository::init(m_scratch.path() / fmt::format("writer-{}", writer));
      Transport over(mirror, {.url = m_remote.string()});
      for (int n = 0; n < k_appends; ++n) {
        for (PushOutcome outcome = PushOutcome::moved; outcome != PushOutcome::done;) {
          const ObjectId before = mirror.resolve(ref).value_or(ObjectId{});
          const ObjectId ours = commit_in(mirror, fmt::format("{}/{}", writer, n), before);
          outcome = over.push({ref, ours, before}).outcome;
          ASSERT_NE(outcome, PushOutcome::refused);
          if (outcome == PushOutcome::done) mirror.set_ref(ref, ours);
          if (outcome == PushOutcome::moved) over.fetch({ref});
        }
      }
    });
  }
  for (std::thread& each : writers) each.join();
  transport().fetch({ref});
  std::map<std::string, int> seen;
  for (auto at = m_mirror.resolve(ref); at; at = m_mirror.parent_of(*at))
    ++seen[*m_mirror.read_file(m_mirror.tree_of(*at), "entry", 100)];
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(k_writers * k_appends));
  for (const auto& [entry, times] : seen) EXPECT_EQ(times, 1) << entry;
}

}  // namespace
}  // namespace dbw::git
