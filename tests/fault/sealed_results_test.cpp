// Query results sealed for people: from the request to the rows, and what failures on the way leave behind.
#include <chrono>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "support/sealed_world.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr int k_kill_rounds = 8;
constexpr auto k_sealed_settling_max = std::chrono::seconds(90);  ///< locks of a killed git count for a minute
constexpr auto k_sealed_busy_pause = std::chrono::milliseconds(50);

class SealedFlow : public testing::Test {
 protected:
  static ToolWorld& world() {
    static ToolWorld world(Engine::sqlite);
    static const bool keys = (give_seal_keys(world), true);
    EXPECT_TRUE(keys);
    return world;
  }
  static void expect_run(int status, std::string_view said) {
    const ProcessResult result = world().run_due();
    EXPECT_EQ(result.status, status) << result.output << result.errors;
    EXPECT_THAT(result.output + result.errors, HasSubstr(std::string(said)));
    EXPECT_THAT(result.output + result.errors, Not(HasSubstr(std::string(k_planted))));
    const ProcessResult verified = world().verify();
    EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
  }
  static void expect_rows(const std::string& person, const std::string& id) {
    const ProcessResult opened = result_of(world(), person, id);
    EXPECT_EQ(opened.status, 0) << opened.errors;
    EXPECT_EQ(opened.output, k_planted_csv);
  }
  static fs::path outbox() { return world().path("exec/state/sealed"); }
  static std::vector<std::string> waiting() { return files_with(outbox(), "age-encryption.org/v1"); }
};

TEST_F(SealedFlow, OnlyThoseNamedOpenIt) {
  ask(world(), "REQ-SEAL-1", {"alice"});
  expect_run(0, "result: refs/heads/dbw/results/REQ-SEAL-1");
  expect_rows("alice", "REQ-SEAL-1");
  expect_refused(result_of(world(), "bob", "REQ-SEAL-1"), 1, "DBW-E0263");
  expect_refused(result_of(world(), "carol", "REQ-SEAL-1"), 4, "DBW-E0982");
  EXPECT_THAT(files_with(world().path(), k_planted), IsEmpty()) << "no plain row anywhere";
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_EQ(world().git("changes.git", {"rev-list", "--count", result_ref("REQ-SEAL-1")}), "1") << "no history";
  EXPECT_FALSE(fs::exists(world().path("exec/state/results/REQ-SEAL-1")));
}

TEST_F(SealedFlow, TheProgramAgeOpensItToo) {
  ask(world(), "REQ-SEAL-2", {"alice", "bob"});
  expect_run(0, "executed, 3 rows");
  const fs::path raw = world().path("raw.age");
  world().must("carol", {"dbw-request", "result", "REQ-SEAL-2", "--raw", "--out", raw});
  for (const std::string person : {"alice", "bob"}) {
    EXPECT_EQ(world().must(person, {"age", "-d", "-i", seal_key_path(world(), person), raw}), k_planted_csv);
    expect_rows(person, "REQ-SEAL-2");
  }
  EXPECT_EQ(world().must("carol", {"dbw-request", "result", "REQ-SEAL-2", "--raw"}), slurp(raw));
  world().must("carol", {"age-keygen", "-o", world().path("carol.key")});
  EXPECT_NE(world().run("carol", {"age", "-d", "-i", world().path("carol.key"), raw}).status, 0);
  // The opening of the log's commitment is sealed as the rows are: their digest may give them away.
  const std::string opening =
      world().git("changes.git", {"show", result_ref("REQ-SEAL-2") + ":s1.csv.opening.json.age"});
  EXPECT_THAT(opening, testing::StartsWith("age-encryption.org/v1\n"));
}

TEST_F(SealedFlow, AnAgeKeyOfOnesOwnServes) {
  world().must("carol", {"age-keygen", "-o", world().path("own.key")});
  const std::string recipient(trim(world().must("carol", {"age-keygen", "-y", world().path("own.key")})));
  world().new_roster(3, {"--seal-key", "carol=" + recipient});
  ask(world(), "REQ-SEAL-3", {"carol"});
  expect_run(0, "executed");
  const fs::path out = world().path("rows.csv");
  world().must("carol", {"dbw-request", "result", "REQ-SEAL-3", "--key", world().path("own.key"), "--out", out});
  EXPECT_EQ(slurp(out), k_planted_csv);
  EXPECT_EQ(fs::status(out).permissions() & fs::perms::mask, fs::perms::owner_read | fs::perms::owner_write);
  fs::remove(out);
}

TEST_F(SealedFlow, BoundsHoldAndFormatsStay) {
  const std::string config =
      world().other_config("bounded.yaml", {{"targets:", "capabilities: {max_rows: 2}\ntargets:"}});
  ask(world(), "REQ-SEAL-4", {"alice"}, std::string(k_planted_sql), {"--result-format", "json"});
  const ProcessResult run = world().run("host", world().runner({"--due"}, config));
  EXPECT_EQ(run.status, 0) << run.errors;
  EXPECT_THAT(run.output, HasSubstr("2 rows"));
  EXPECT_THAT(run.output, HasSubstr("ended by the bound on rows"));
  EXPECT_EQ(result_of(world(), "alice", "REQ-SEAL-4").output,
            "[[\"id\",\"1\"],[\"word\",\"planted-secret\"]]\n[[\"id\",\"2\"],[\"word\",\"planted-secret\"]]\n");
}

TEST_F(SealedFlow, WaitPrintsTheRows) {
  ask(world(), "REQ-SEAL-5", {"alice"});
  expect_run(0, "executed");
  const ProcessResult alice = world().run("alice", {"dbw-request", "wait", "REQ-SEAL-5"});
  EXPECT_EQ(alice.output, "REQ-SEAL-5: executed, 3 rows\n" + std::string(k_planted_csv)) << alice.errors;
  const ProcessResult bob = world().run("bob", {"dbw-request", "wait", "REQ-SEAL-5"});
  EXPECT_EQ(bob.status, 0);
  EXPECT_EQ(bob.output, "REQ-SEAL-5: executed, 3 rows\n");
  EXPECT_THAT(bob.errors, HasSubstr("its rows are sealed"));
}

TEST_F(SealedFlow, WhatCannotBePushedWaitsForTheNextRun) {
  ask(world(), "REQ-SEAL-8", {"alice"});
  const fs::path hook = world().path("changes.git/hooks/pre-receive");
  world().scratch().script(hook,
                           "while read old new ref; do case $ref in refs/heads/dbw/results/*) exit 1;; esac; done");
  const ProcessResult run = world().run_due();
  EXPECT_EQ(run.status, 4) << run.output << run.errors;
  EXPECT_THAT(run.output, HasSubstr("executed, 3 rows"));
  EXPECT_THAT(run.output, HasSubstr("DBW-E0947"));
  EXPECT_EQ(waiting().size(), 2u) << "rows and opening";
  expect_refused(result_of(world(), "alice", "REQ-SEAL-8"), 4, "DBW-E0979");
  EXPECT_EQ(world().run_due().status, 4) << "as long as it waits";
  fs::remove(hook);
  expect_run(0, "its sealed result is published");
  EXPECT_THAT(waiting(), IsEmpty());
  expect_rows("alice", "REQ-SEAL-8");
}

/// The rows are read and the ledger says so, but the log's line is refused: the next run writes the line, with the
/// digests that the ledger kept, and hands the rows over.
TEST_F(SealedFlow, WhatCannotBeLoggedIsHandedOverAfterItsLine) {
  ask(world(), "REQ-SEAL-9", {"alice"});
  const fs::path hook = world().path("audit.git/hooks/pre-receive");
  const std::string second = world().path("second").string();
  world().scratch().script(hook, fmt::format("[ ! -e {0} ] || exit 1; : > {0}", second));
  const ProcessResult run = world().run_due();
  EXPECT_EQ(run.status, 4) << run.output << run.errors;
  EXPECT_FALSE(world()
                   .run("host", {"git", "-C", world().path("changes.git"), "rev-parse", "--verify", "-q",
                                 result_ref("REQ-SEAL-9")})
                   .status == 0)
      << "nothing is handed over before its line";
  fs::remove(hook);
  fs::remove(second);
  expect_run(0, "recovered");
  expect_rows("alice", "REQ-SEAL-9");
}

TEST_F(SealedFlow, ADiskThatTakesNothingRunsNothing) {
  ask(world(), "REQ-SEAL-10", {"alice"});
  fs::remove_all(outbox());
  std::ofstream(outbox()) << "in the way";
  const ProcessResult run = world().run_due();
  EXPECT_EQ(run.status, 4) << run.output << run.errors;
  EXPECT_THAT(run.output, HasSubstr("not_started"));
  fs::remove(outbox());
  expect_run(0, "executed");
  expect_rows("alice", "REQ-SEAL-10");
}

/// Killed at any moment, the run ends in one result that opens, and leaves nothing behind that waits for ever.
TEST_F(SealedFlow, KilledRunsEndInOneResult) {
  using SteadyClock = std::chrono::steady_clock;
  ask(world(), "REQ-KILL-0", {"alice"});
  const auto start = SteadyClock::now();
  ASSERT_EQ(world().run_due().status, 0);
  const auto whole = SteadyClock::now() - start;
  int died = 0;
  for (int round = 1; round <= k_kill_rounds; ++round) {
    const std::string id = fmt::format("REQ-KILL-{}", round);
    ask(world(), id, {"alice"});
    {
      RunningTool tool = world().start(world().runner({"--due"}), "killed.txt");
      // Most of what can go wrong lies in the second half: after the claim.
      std::this_thread::sleep_for(whole * (k_kill_rounds + round) / (2 * k_kill_rounds + 1));
      tool.kill_hard(round % 2 == 0);
      died += tool.wait() == 0 ? 0 : 1;
    }
    const auto end = SteadyClock::now() + k_sealed_settling_max;
    ProcessResult run = world().run_due();
    for (; run.status != 0 && SteadyClock::now() < end; run = world().run_due()) {
      ASSERT_TRUE(run.status == 4 || run.status == 7) << run.output << run.errors;
      std::this_thread::sleep_for(k_sealed_busy_pause);
    }
    ASSERT_EQ(run.status, 0) << run.output << run.errors;
    expect_rows("alice", id);
    EXPECT_TRUE(!fs::exists(outbox()) || fs::is_empty(outbox())) << id;
  }
  EXPECT_GE(died, k_kill_rounds / 2) << "else nothing was tested";
  EXPECT_EQ(world().verify().status, 0);
  EXPECT_THAT(files_with(world().path(), k_planted), IsEmpty());
}

TEST_F(SealedFlow, ShreddedIsGone) {
  ask(world(), "REQ-SEAL-11", {"alice"});
  expect_run(0, "executed");
  expect_rows("alice", "REQ-SEAL-11");
  const ProcessResult shredded = result_of(world(), "alice", "REQ-SEAL-11", {"--shred"});
  EXPECT_EQ(shredded.status, 0) << shredded.errors;
  EXPECT_THAT(shredded.errors, HasSubstr("may keep the sealed bytes"));
  expect_refused(result_of(world(), "alice", "REQ-SEAL-11"), 4, "DBW-E0979");
  expect_refused(result_of(world(), "alice", "REQ-SEAL-11", {"--shred"}), 4, "DBW-E0979");
  expect_run(0, "");
  expect_refused(result_of(world(), "alice", "REQ-SEAL-11"), 4, "DBW-E0979");
}

TEST_F(SealedFlow, WithoutNamesRowsStayOnTheHost) {
  ask(world(), "REQ-SEAL-12", {}, "SELECT id FROM orders ORDER BY id;");
  expect_run(0, "state/results/REQ-SEAL-12/s1.csv");
  EXPECT_EQ(slurp(world().path("exec/state/results/REQ-SEAL-12/s1.csv")), "id\r\n1\r\n2\r\n3\r\n");
  expect_refused(result_of(world(), "alice", "REQ-SEAL-12"), 1, "DBW-E0981");
}

TEST_F(SealedFlow, SealKeysAreNeverOverwritten) {
  const std::string before = slurp(seal_key_path(world(), "alice"));
  const ProcessResult again = world().run("alice", {"dbw-request", "seal-key", "new"});
  expect_refused(again, 1, "DBW-E0983");
  EXPECT_EQ(slurp(seal_key_path(world(), "alice")), before);
  EXPECT_EQ(fs::status(seal_key_path(world(), "alice")).permissions() & fs::perms::mask,
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(trim(world().must("alice", {"age-keygen", "-y", seal_key_path(world(), "alice")})),
            trim(world().must("alice", {"dbw-request", "seal-key", "show"})));
}

/// What the server says about a failure holds data as well.
TEST(SealedOnPostgres, RowsAndMessagesGoOnlyIntoTheSeal) {
  const ToolWorld world(Engine::postgresql);
  give_seal_keys(world);
  ask(world, "REQ-PG-1", {"alice"});
  ask(world, "REQ-PG-2", {"alice"}, "SELECT CAST('planted' || '-secret' || id AS integer) FROM orders;");
  const ProcessResult run = world.run_due();
  EXPECT_EQ(run.status, 5) << run.output << run.errors;
  EXPECT_THAT(run.output + run.errors, HasSubstr("22P02"));
  EXPECT_THAT(run.output + run.errors, Not(HasSubstr(std::string(k_planted))));
  EXPECT_EQ(world.verify().status, 0);
  EXPECT_EQ(result_of(world, "alice", "REQ-PG-1").output, k_planted_csv);
  const ProcessResult message = result_of(world, "alice", "REQ-PG-2");
  EXPECT_EQ(message.status, 0) << message.errors;
  EXPECT_THAT(message.output, HasSubstr("invalid input syntax for type integer: \"planted-secret1\""));
  EXPECT_THAT(files_with(world.path(), k_planted), IsEmpty());
}

}  // namespace
}  // namespace dbw::test
