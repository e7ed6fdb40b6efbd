// Change repositories as forges really treat them: every way to merge, deleted and rewritten branches, approvals before
// and after. One world, one request a case; two runs of the executor stand between what happens.
#include <functional>
#include <map>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "hosting/forge.hpp"

namespace dbw::test {
namespace {

struct Stage {
  const ToolWorld& world;
  const Forge& forge;
};
using Act = std::function<void(const Stage&)>;

struct Case {
  std::string id;
  const char* what;
  Act before;         ///< the first run, which sees decisions for the first time
  Act after;          ///< the first and before the second run
  const char* error;  ///< empty: executed in the second run, not earlier
};

Act approved(const std::string& id) {
  return [id](const Stage& stage) { stage.world.approve("bob", id); };
}
void nothing(const Stage&) {}

std::string ref_of(const std::string& id, const std::string& person) {
  return "refs/heads/dbw/approvals/" + id + "/" + person;
}
std::string head_of(const Stage& stage, const std::string& id, const std::string& person) {
  return stage.world.git("changes.git", {"rev-parse", ref_of(id, person)});
}
std::string insert(std::size_t number) { return fmt::format("INSERT INTO applied (id) VALUES ({});", number); }

/// What a person must still find although the request's branch is gone.
void require_in_inbox(const Stage& stage, const std::string& person, const std::string& id) {
  const std::string inbox = stage.world.must(person, {"dbw-sign", "inbox", "--list"});
  if (inbox.find(id) == std::string::npos) throw std::runtime_error(id + " is not in the inbox:\n" + inbox);
}

/// The first of them finds main where the requests began.
const Case k_cases[] = {
    {"FF-1", "fast-forward", approved("FF-1"), [](const Stage& s) { s.forge.fast_forward("FF-1"); }, ""},
    {"MERGE-1", "merge commit", approved("MERGE-1"), [](const Stage& s) { s.forge.merge_commit("MERGE-1"); }, ""},
    {"SQUASH-1", "squash, and the branch is deleted", approved("SQUASH-1"),
     [](const Stage& s) {
       s.forge.squash("SQUASH-1");
       s.forge.remove_branch("SQUASH-1");
     },
     ""},
    {"REBASE-1", "rebase", approved("REBASE-1"), [](const Stage& s) { s.forge.rebase("REBASE-1"); }, ""},
    {"TRAIN-1", "merge train, first", approved("TRAIN-1"), nothing, ""},
    {"TRAIN-2", "merge train, second", approved("TRAIN-2"),
     [](const Stage& s) {
       s.forge.train("train-7", {"TRAIN-1", "TRAIN-2"}, false);
     },
     ""},
    {"QUEUE-1", "merge queue that squashes on a branch of its own", approved("QUEUE-1"),
     [](const Stage& s) {
       s.forge.train("gh-readonly-queue/main/pr-7", {"QUEUE-1"}, true);
       s.forge.remove_branch("QUEUE-1");
     },
     ""},
    {"UPDATE-1", "the host merges main into the request's branch first", approved("UPDATE-1"),
     [](const Stage& s) {
       s.forge.update_branch("UPDATE-1");
       s.forge.merge_commit("UPDATE-1");
     },
     ""},
    {"LATER-1", "approved after the merge, when the branch is gone", nothing,
     [](const Stage& s) {
       s.forge.squash("LATER-1");
       s.forge.remove_branch("LATER-1");
       require_in_inbox(s, "bob", "LATER-1");
       s.world.approve("bob", "LATER-1");
     },
     ""},
    {"GONE-1", "branch and decisions deleted after the executor saw them", approved("GONE-1"),
     [](const Stage& s) {
       s.forge.squash("GONE-1");
       s.forge.remove_branch("GONE-1");
       s.forge.remove_decisions("GONE-1", "bob");
     },
     ""},
    {"UNSEEN-1", "branch and decisions deleted before the executor saw them", nothing,
     [](const Stage& s) {
       s.world.approve("bob", "UNSEEN-1");
       s.forge.squash("UNSEEN-1");
       s.forge.remove_branch("UNSEEN-1");
       s.forge.remove_decisions("UNSEEN-1", "bob");
     },
     "DBW-E0680"},
    {"FORCED-1", "force-push to the branch of a merged request", approved("FORCED-1"),
     [](const Stage& s) {
       s.forge.squash("FORCED-1");
       s.world.forge("FORCED-1", "FORCED-1", "INSERT INTO applied (id) VALUES (99);");
     },
     ""},
    {"FORCED-2", "force-push of other SQL after the approval, then merged", approved("FORCED-2"),
     [](const Stage& s) {
       s.world.forge("FORCED-2", "FORCED-2", "INSERT INTO applied (id) VALUES (99);");
       s.forge.merge_commit("FORCED-2");
     },
     "DBW-E0680"},
    {"REVOKE-1", "force-push of a decision ref back to before the revocation",
     [](const Stage& s) {
       s.world.approve("bob", "REVOKE-1");
       s.world.decide("bob", "revoke", "REVOKE-1");
     },
     [](const Stage& s) {
       s.forge.force_push(ref_of("REVOKE-1", "bob"), head_of(s, "REVOKE-1", "bob") + "^");
       s.forge.squash("REVOKE-1");
     },
     "DBW-E0680"},
    {"OWNER-1", "an approval on the ref of somebody else", nothing,
     [](const Stage& s) {
       s.world.approve("bob", "OWNER-1");
       s.forge.force_push(ref_of("OWNER-1", "carol"), head_of(s, "OWNER-1", "bob"));
       s.forge.remove_decisions("OWNER-1", "bob");
       s.forge.squash("OWNER-1");
     },
     "DBW-E0680"},
    {"PLATFORM-1", "the host's own commit with an approval's text", nothing,
     [](const Stage& s) {
       const std::string text = s.world.git("changes.git", {"log", "-1", "--format=%B", ref_of("MERGE-1", "bob")});
       s.forge.squash("PLATFORM-1", text);
       s.forge.force_push(ref_of("PLATFORM-1", "bob"), "main");
     },
     "DBW-E0680"},
    {"REVERT-1", "merged, deleted and reverted", approved("REVERT-1"),
     [](const Stage& s) {
       s.forge.squash("REVERT-1");
       s.forge.remove_branch("REVERT-1");
       s.forge.revert_last();
     },
     "DBW-E0949"},
    {"ALONE-1", "merged, and nobody approved", nothing, [](const Stage& s) { s.forge.squash("ALONE-1"); }, "DBW-E0680"},
};

/// staging wants the merge and one approval.
const std::vector<std::pair<std::string, std::string>> k_merge_required = {
    {"procedural]}\n    merge: none\n    auto_approve: {max_risk: critical}",
     "procedural]}\n    merge: required\n    steps:\n      - {id: peer, groups: [dev], need: 1}\n    approval_ttl: "
     "7d"}};

class Hosting : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world = std::make_unique<ToolWorld>(Engine::sqlite);
    world->new_policy(2, k_merge_required);
    std::size_t number = 0;
    for (const Case& each : k_cases) world->propose(each.id, insert(++number));
    const Forge forge(*world);
    const Stage stage{*world, forge};
    for (const Case& each : k_cases) each.before(stage);
    run(applied_first);
    for (const Case& each : k_cases) each.after(stage);
    run(applied);
  }
  static void TearDownTestSuite() { world.reset(); }

  static void run(std::string& into) {
    const ProcessResult result = world->run_due();
    if (result.status != 0) throw std::runtime_error(result.output + result.errors);
    into = " " + join(split(world->sql("SELECT group_concat(id, ' ') FROM applied;"), '\n'), " ") + " ";
  }
  static std::unique_ptr<ToolWorld> world;
  static std::string applied_first, applied;
};
std::unique_ptr<ToolWorld> Hosting::world;
std::string Hosting::applied_first, Hosting::applied;

TEST_F(Hosting, WhatWasMergedAndApprovedRunsAndNothingElse) {
  EXPECT_EQ(applied_first, "  ") << "something ran before it was merged";
  EXPECT_EQ(applied.find(" 99 "), std::string::npos) << "the SQL of a force-push ran";
  std::size_t number = 0;
  for (const Case& each : k_cases) {
    SCOPED_TRACE(each.id + ": " + each.what);
    const std::string error = each.error;
    const bool ran = applied.find(fmt::format(" {} ", ++number)) != std::string::npos;
    EXPECT_EQ(ran, error.empty()) << applied;
    if (error.empty()) continue;
    const ProcessResult refused = world->run_request(each.id);
    EXPECT_EQ(refused.status, 1) << refused.output << refused.errors;
    EXPECT_NE(refused.output.find(error), std::string::npos) << refused.output << refused.errors;
  }
}

/// Both push to refs of their own, so neither waits for the other or loses.
TEST_F(Hosting, TwoApproversAtOnce) {
  world->propose("TWO-1", insert(50));
  std::vector<std::thread> threads;
  for (const std::string person : {"bob", "carol"}) threads.emplace_back([person] { world->approve(person, "TWO-1"); });
  for (std::thread& thread : threads) thread.join();
  const std::string shown = world->must("alice", {"dbw-request", "show", "TWO-1"});
  EXPECT_NE(shown.find("approve by bob: counts"), std::string::npos) << shown;
  EXPECT_NE(shown.find("approve by carol: counts"), std::string::npos) << shown;
}

TEST_F(Hosting, AStaleApprovalSaysWhatChanged) {
  world->propose("EDIT-1", insert(60));
  world->approve("bob", "EDIT-1");
  world->must("alice", {"dbw-request", "update", "EDIT-1", "--title", "Other", "--push", "-"}, insert(61));
  std::string shown = world->must("bob", {"dbw-request", "show", "EDIT-1"});
  EXPECT_NE(shown.find("approve by bob: stale\n    \"as tested\"\n    SQL changed: change.sql\n    changed: title\n"),
            std::string::npos)
      << shown;
  world->approve("bob", "EDIT-1");
  world->new_policy(3, {{"approval_ttl: 7d", "approval_ttl: 6d"}});
  shown = world->must("bob", {"dbw-request", "show", "EDIT-1"});
  EXPECT_NE(shown.find("    terms changed: .dbw/policy/3.yaml or .dbw/roster/1.yaml gives it"), std::string::npos)
      << shown;
}

TEST_F(Hosting, TheLogOfAllThisIsWhole) {
  const ProcessResult verified = world->verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

}  // namespace
}  // namespace dbw::test
