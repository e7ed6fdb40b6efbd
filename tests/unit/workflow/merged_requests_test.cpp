#include "workflow/merged_requests.hpp"

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "crypto/hash.hpp"
#include "model/request.hpp"

namespace dbw::workflow {
namespace {

const Timestamp k_now = Timestamp::parse("2026-11-20T10:00:00Z");
constexpr Seconds k_day{86400};

/// A change repository without remote, in which somebody merges requests.
class MergedRequestsTest : public testing::Test {
 protected:
  static std::string request(const std::string& id, Timestamp created, Seconds life, const std::string& supersedes) {
    model::Request request;
    request.repo_id = std::string(32, 'a');
    request.id = RequestId(id);
    request.database = "shop";
    request.environment = "production";
    request.requester = "alice";
    request.authors = {"alice"};
    request.title = "Title";
    request.created_at = created;
    request.expires_at = created + life;
    request.steps.resize(1);
    request.steps[0].id = "s1";
    request.steps[0].sql = {"change.sql", crypto::sha256("x")};
    request.nonce = std::string(32, 'b');
    if (!supersedes.empty()) request.supersedes = RequestId(supersedes);
    return model::render_request(request);
  }
  void change(const std::string& path, std::optional<std::string> bytes) {
    tree = repository.write_tree(tree, {{path, std::move(bytes)}});
  }
  void merge(const std::string& id, Timestamp created = k_now, Seconds life = 14 * k_day,
             const std::string& supersedes = {}) {
    change(request_folder(RequestId(id)) + "/request.yaml", request(id, created, life, supersedes));
  }
  std::vector<std::string> found(Timestamp now = k_now, const std::vector<std::string>& with_refs = {}) {
    View view;
    view.trust_tree = tree;
    for (const std::string& id : with_refs) view.requests[RequestId(id)];
    MergedRequests(folder.path() / "merged.json").add_to(repository, view, now);
    open = texts(view.open);
    may_supersede = texts(view.may_supersede);
    std::vector<std::string> ids;
    for (const auto& [id, refs] : view.requests) ids.push_back(id.text());
    return ids;
  }
  static std::vector<std::string> texts(const std::set<RequestId>& ids) {
    std::vector<std::string> out;
    for (const RequestId& id : ids) out.push_back(id.text());
    return out;
  }

  using Ids = std::vector<std::string>;
  Ids open, may_supersede;  ///< of the last found()
  TemporaryFolder folder;
  git::Repository repository = git::Repository::init(folder.path() / "change.git");
  git::ObjectId tree = repository.write_tree({}, {{"README.md", "x"}});
};

TEST_F(MergedRequestsTest, FindsWhatWasMergedChangedAndTakenBack) {
  EXPECT_EQ(found(), Ids{});
  merge("REQ-20261120-AAAA");
  merge("CHG-4711");
  EXPECT_EQ(found(), (Ids{"CHG-4711", "REQ-20261120-AAAA"}));
  merge("REQ-20261119-BBBB");
  EXPECT_EQ(found(), (Ids{"CHG-4711", "REQ-20261119-BBBB", "REQ-20261120-AAAA"}));
  change("README.md", "the requests are as before");
  EXPECT_EQ(found(), (Ids{"CHG-4711", "REQ-20261119-BBBB", "REQ-20261120-AAAA"}));
  change("requests/2026/11/REQ-20261119-BBBB/request.yaml", std::nullopt);
  EXPECT_EQ(found(), (Ids{"CHG-4711", "REQ-20261120-AAAA"}));
  merge("CHG-4711", k_now - 30 * k_day);
  EXPECT_EQ(found(), Ids{"REQ-20261120-AAAA"});
}

TEST_F(MergedRequestsTest, ForgetsWhatExpired) {
  merge("REQ-20261120-AAAA", k_now, 2 * k_day);
  merge("REQ-20261120-LONG", k_now, 10000 * k_day);
  EXPECT_EQ(found(k_now + 2 * k_day), (Ids{"REQ-20261120-AAAA", "REQ-20261120-LONG"}));
  EXPECT_EQ(found(k_now + 3 * k_day), Ids{"REQ-20261120-LONG"});
  EXPECT_EQ(found(k_now + 91 * k_day), Ids{});  // whatever it says: nobody's request lives longer
  EXPECT_EQ(found(k_now), (Ids{"REQ-20261120-AAAA", "REQ-20261120-LONG"}));
}

TEST_F(MergedRequestsTest, LooksAgainAfterAClockThatRanAhead) {
  merge("REQ-20261120-AAAA");
  EXPECT_EQ(found(k_now + 400 * k_day), Ids{});
  EXPECT_EQ(found(k_now), Ids{"REQ-20261120-AAAA"});
}

TEST_F(MergedRequestsTest, RemembersWhoReplacedWhatCanStillRun) {
  merge("REQ-20261101-OLDE", k_now, 20 * k_day);
  merge("REQ-20261102-NEWE", k_now, k_day, "REQ-20261101-OLDE");
  EXPECT_EQ(found(k_now + 5 * k_day), (Ids{"REQ-20261101-OLDE", "REQ-20261102-NEWE"}));
  EXPECT_EQ(found(k_now + 21 * k_day), Ids{});
  // Of a request on a branch alone nobody knows here when it ends.
  EXPECT_EQ(found(k_now + 21 * k_day, {"REQ-20261103-REFS"}), Ids{"REQ-20261103-REFS"});
  merge("REQ-20261104-NEWE", k_now, k_day, "REQ-20261103-REFS");
  EXPECT_EQ(found(k_now + 21 * k_day, {"REQ-20261103-REFS"}), (Ids{"REQ-20261103-REFS", "REQ-20261104-NEWE"}));
}

TEST_F(MergedRequestsTest, WhatIsOverIsNotLookedAtForItsRefs) {
  merge("REQ-20261120-AAAA", k_now, 2 * k_day);
  merge("REQ-20261120-BBBB", k_now, 9 * k_day, "REQ-20261120-AAAA");
  EXPECT_EQ(found(k_now, {"REQ-20261120-AAAA", "REQ-20261120-REFS"}).size(), 3U);
  EXPECT_EQ(open, (Ids{"REQ-20261120-AAAA", "REQ-20261120-BBBB"}));
  EXPECT_EQ(may_supersede, Ids{"REQ-20261120-BBBB"});
  EXPECT_EQ(found(k_now + 3 * k_day, {"REQ-20261120-AAAA", "REQ-20261120-REFS"}).size(), 3U);
  EXPECT_EQ(open, Ids{"REQ-20261120-BBBB"});
}

TEST_F(MergedRequestsTest, TakesNothingElseForARequest) {
  const std::string bytes = request("REQ-20261120-AAAA", k_now, k_day, {});
  for (const char* path :
       {"requests/2026/10/REQ-20261120-AAAA/request.yaml", "requests/2026/11/readme/request.yaml",
        "requests/2026/11/REQ-20261120-BBBB", "requests/REQ-20261120-CCCC/request.yaml",
        "requests/2026/REQ-20261120-DDDD/request.yaml", "requests/2026/11/REQ-20261120-EEEE/change.sql",
        "requests/2026/11/REQ-20261120-FFFF/request.yaml/request.yaml", "other/2026/11/REQ-20261120-GGGG/request.yaml"})
    change(path, bytes);
  change("requests/2026/11/REQ-20261120-HHHH/request.yaml", "dbw: something else\n");
  EXPECT_EQ(found(), Ids{});
}

/// The cost must not depend on how many requests there were: what cannot matter is not even read.
TEST_F(MergedRequestsTest, ReadsOnlyWhatChanged) {
  merge("REQ-20250101-OLDE", k_now);
  merge("REQ-20261001-AAAA");
  const auto lose = [&](std::string_view path) {
    const std::string hex = repository.find(tree, path)->id.hex;
    std::filesystem::remove(repository.path() / "objects" / hex.substr(0, 2) / hex.substr(2));
  };
  const git::ObjectId before = tree;
  lose("requests/2025/01");
  EXPECT_EQ(found(), Ids{"REQ-20261001-AAAA"});  // an older month
  lose("requests/2026/10");
  const git::TreeEntry year = *repository.find(tree, "requests/2026");
  merge("REQ-20261120-BBBB");
  EXPECT_EQ(found(), (Ids{"REQ-20261001-AAAA", "REQ-20261120-BBBB"}));
  EXPECT_NE(year.id, repository.find(tree, "requests/2026")->id);
}

TEST_F(MergedRequestsTest, RebuildsALostOrDamagedCache) {
  merge("REQ-20261120-AAAA");
  for (const char* bytes : {"", "{}", "{\"tree\":\"00\"}", "no json"}) {
    write_file_atomic(folder.path() / "merged.json", bytes);
    EXPECT_EQ(found(), Ids{"REQ-20261120-AAAA"}) << bytes;
  }
  write_file_atomic(folder.path() / "merged.json",
                    R"({"at":"2026-11-20T09:00:00Z","open":[],"tree":")" + std::string(40, '1') + "\"}");
  EXPECT_EQ(found(), Ids{"REQ-20261120-AAAA"});
}

}  // namespace
}  // namespace dbw::workflow
