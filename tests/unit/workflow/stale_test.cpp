#include "workflow/stale.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "crypto/hash.hpp"
#include "model/request.hpp"

namespace dbw::workflow {
namespace {

model::RequestStep step(const std::string& id, const std::string& path) {
  model::RequestStep out;
  out.id = id;
  out.sql = {path, crypto::sha256("a")};
  return out;
}

model::Request some_request() {
  model::Request request;
  request.id = RequestId("REQ-20261120-AAAA");
  request.title = "Title";
  request.created_at = Timestamp::parse("2026-11-20T10:00:00Z");
  request.expires_at = request.created_at + Seconds(86400);
  request.steps = {step("s1", "fix.sql")};
  request.steps[0].rollback = {"fix.down.sql", crypto::sha256("b")};
  return request;
}

struct Change {
  const char* what;
  std::function<void(model::Request&)> make;
  std::vector<std::string> words;
};

TEST(RequestDifferences, NamesFilesAndFields) {
  const std::vector<Change> changes = {
      {"nothing but time and nonce",
       [](model::Request& r) {
         r.nonce = "x";
         r.created_at = r.created_at + Seconds(9);
         r.expires_at = r.expires_at + Seconds(9);
       },
       {"signed anew, with the same content"}},
      {"SQL", [](model::Request& r) { r.steps[0].sql.sha256 = crypto::sha256("x"); }, {"SQL changed: fix.sql"}},
      {"rollback",
       [](model::Request& r) { r.steps[0].rollback->sha256 = crypto::sha256("x"); },
       {"rollback changed: fix.down.sql"}},
      {"rollback dropped", [](model::Request& r) { r.steps[0].rollback.reset(); }, {"rollback removed: fix.down.sql"}},
      {"another step",
       [](model::Request& r) { r.steps.push_back(step("s2", "more.sql")); },
       {"SQL added: more.sql", "changed: steps"}},
      {"another file name",
       [](model::Request& r) { r.steps[0].sql.path = "other.sql"; },
       {"SQL added: other.sql", "SQL removed: fix.sql", "changed: steps"}},
      {"guards", [](model::Request& r) { r.steps[0].rows_max = 7; }, {"changed: steps"}},
      {"transaction", [](model::Request& r) { r.steps[0].transactional = false; }, {"changed: steps"}},
      {"results", [](model::Request& r) { r.results = model::ResultsWish{}; }, {"changed: results"}},
      {"place",
       [](model::Request& r) {
         r.database = "x";
         r.environment = "y";
       },
       {"changed: database, environment"}},
      {"words",
       [](model::Request& r) {
         r.title = "x";
         r.reason = "y";
         r.ticket = "z";
       },
       {"changed: title, reason, ticket"}},
      {"mode and life",
       [](model::Request& r) {
         r.mode = model::RequestMode::dry_run;
         r.expires_at = r.expires_at + Seconds(1);
       },
       {"changed: mode, expires_at"}},
  };
  for (const Change& change : changes) {
    model::Request now = some_request();
    change.make(now);
    EXPECT_EQ(request_differences(some_request(), now), change.words) << change.what;
  }
}

}  // namespace
}  // namespace dbw::workflow
