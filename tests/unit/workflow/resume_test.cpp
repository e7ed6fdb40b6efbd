#include "workflow/resume.hpp"

#include "crypto/hash.hpp"

/// What a request of kind resume must agree with, of the run that it names.
namespace dbw::test {
namespace {

model::Request request_of(const std::string& id, model::RequestKind kind, bool batched) {
  model::Request request;
  request.id = RequestId(id);
  request.kind = kind;
  request.database = "shop";
  request.environment = "production";
  model::RequestStep step;
  step.id = "s1";
  step.sql = {"change.sql", crypto::sha256("UPDATE t SET a = 1")};
  if (batched) step.batch = model::Batch{.key = "id", .size = 100, .lag_max = {}, .sessions_max = {}};
  request.steps = {step};
  return request;
}

workflow::StoppedRun stopped_run(const std::string& outcome, model::RequestKind kind, bool batched) {
  workflow::StoppedRun stopped;
  stopped.run = "0123456789abcdef0123456789abcdef";
  stopped.step = "s1";
  stopped.outcome = outcome;
  stopped.request = request_of("REQ-OLD", kind, batched);
  return stopped;
}

model::Request resume_of(const workflow::StoppedRun& stopped, model::RequestKind says) {
  const bool batched = stopped.request.steps.front().batch.has_value();
  model::Request request = request_of("REQ-NEW", model::RequestKind::resume, batched);
  request.resumes =
      model::Resumption{stopped.request.id, stopped.run, batched ? std::nullopt : std::optional<std::int64_t>(1), says};
  return request;
}

TEST(Resume, SaysTruthfullyWhatItGoesOnWith) {
  using model::RequestKind;
  for (const RequestKind was : {RequestKind::change, RequestKind::migration}) {
    const workflow::StoppedRun stopped = stopped_run("partially_executed", was, false);
    for (const RequestKind says : {RequestKind::change, RequestKind::migration}) {
      const auto refusals = workflow::resume_mismatches(resume_of(stopped, says), stopped);
      EXPECT_EQ(refusals.empty(), was == says);
      for (const Refusal& refusal : refusals) EXPECT_EQ(refusal.code, ErrorCode::resume_mismatch);
    }
  }
  // A resume of a resume goes on with what the first one did.
  workflow::StoppedRun again = stopped_run("unknown", RequestKind::resume, false);
  again.request.resumes = model::Resumption{RequestId("REQ-FIRST"), again.run, 1, RequestKind::migration};
  EXPECT_TRUE(workflow::resume_mismatches(resume_of(again, RequestKind::migration), again).empty());
  EXPECT_FALSE(workflow::resume_mismatches(resume_of(again, RequestKind::change), again).empty());
}

TEST(Resume, OnlyBatchesAreInterrupted) {
  using model::RequestKind;
  for (const bool batched : {false, true}) {
    const workflow::StoppedRun stopped = stopped_run("interrupted", RequestKind::change, batched);
    EXPECT_EQ(workflow::stopped_between_pieces(stopped), batched);
    EXPECT_EQ(workflow::resume_mismatches(resume_of(stopped, RequestKind::change), stopped).empty(), batched);
  }
  for (const char* outcome : {"lost", "executed", "rolled_back", "failed", "not_started", ""}) {
    const workflow::StoppedRun stopped = stopped_run(outcome, RequestKind::change, true);
    EXPECT_FALSE(workflow::resume_mismatches(resume_of(stopped, RequestKind::change), stopped).empty()) << outcome;
  }
}

}  // namespace
}  // namespace dbw::test
