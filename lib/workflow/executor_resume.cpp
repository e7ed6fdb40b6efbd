#include <fmt/format.h>

#include "base/error.hpp"
#include "workflow/executor.hpp"
#include "workflow/resume.hpp"

/// What a request of kind resume must agree with: the log's word on the run that stopped, and the ledger's.
namespace dbw::workflow {
namespace {

Refusal mismatch(const std::string& what) { return {ErrorCode::resume_mismatch, what}; }

/// A statement that was sent may be repeated or stepped over, as the request says; no other may.
std::vector<Refusal> statement_refusals(const std::vector<db::StatementNote>& notes, std::int64_t statement) {
  const auto noted = static_cast<std::int64_t>(notes.size());
  const bool sent = noted != 0 && notes.back().state != db::StatementState::done;
  const std::int64_t least = sent ? noted : noted + 1;
  if (statement == least || (sent && statement == least + 1)) return {};
  return {mismatch(fmt::format("it goes on at statement {}; the run got to statement {}", statement, least))};
}

}  // namespace

std::vector<Refusal> Executor::resume_refusals(const Assessment& assessment, const Place& place,
                                               model::TraceInputs& inputs) {
  const model::Request& request = (*assessment.request)->request;
  if (!request.resumes) return {};
  inputs.push_back({"run", request.resumes->run});
  const LoggedRun* logged = nullptr;
  for (const LoggedRun& run : m_index.of(request.resumes->request).runs) {
    if (run.run == request.resumes->run) logged = &run;
  }
  if (logged == nullptr)
    return {mismatch(fmt::format("the log of {} has no run {} of {}", m_config.machine, request.resumes->run,
                                 request.resumes->request.text()))};
  StoppedRun stopped =
      read_stopped_run(m_log->line(logged->intent_seq), [&](const Digest& digest) { return m_log->evidence(digest); });
  stopped.outcome = logged->outcome;
  inputs.push_back({"outcome", stopped.outcome});
  std::vector<Refusal> refusals = resume_mismatches(request, stopped);
  db::Ledger& ledger = target(place).ledger();
  const std::optional<db::LedgerRow> row = ledger.row(stopped.run);
  if (row && row->state == db::ClaimState::released && stopped_between_pieces(stopped)) {
    const auto before = assess_known(request.resumes->request);
    const RequestState state = before ? before->state : RequestState::cancelled;
    inputs.push_back({"request_state", std::string(state_name(state))});
    if (!can_never_run(state))
      refusals.push_back(mismatch(fmt::format("{} was interrupted, and goes on by itself: it is {}",
                                              request.resumes->request.text(), state_name(state))));
  } else if (!row || row->state != db::ClaimState::abandoned) {
    refusals.push_back(mismatch(fmt::format("the database does not know run {} as one that stopped", stopped.run)));
  } else if (request.resumes->statement) {
    for (Refusal& refusal : statement_refusals(ledger.statement_notes(stopped.run), *request.resumes->statement))
      refusals.push_back(std::move(refusal));
  }
  return refusals;
}

}  // namespace dbw::workflow
