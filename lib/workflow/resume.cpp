#include "workflow/resume.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "audit/bodies.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "workflow/log_tail.hpp"

namespace dbw::workflow {
namespace {

std::vector<model::RequestStep>::const_iterator find_step(const model::Request& request, const std::string& id) {
  return std::find_if(request.steps.begin(), request.steps.end(),
                      [&](const model::RequestStep& step) { return step.id == id; });
}

bool is_same_work(const model::RequestStep& a, const model::RequestStep& b) {
  // Timeouts and the size of pieces may be what has to be different this time.
  return a.id == b.id && a.sql.sha256 == b.sql.sha256 && a.transactional == b.transactional &&
         a.batch.has_value() == b.batch.has_value() && (!a.batch || a.batch->key == b.batch->key);
}

/// What a request of that kind does for its database: a resume goes on with what something else began.
model::RequestKind work_kind(const model::Request& request) {
  return request.resumes ? request.resumes->kind : request.kind;
}

bool can_be_resumed(const StoppedRun& stopped) {
  return stopped.outcome == "partially_executed" || stopped.outcome == "unknown" || stopped_between_pieces(stopped);
}

bool had_no_effect(const std::string& outcome) {
  return outcome == "not_started" || outcome == "failed" || outcome == "rolled_back";
}

Error mismatch(const std::string& what) { return Error(ErrorCode::resume_mismatch, what); }

/// Nobody looks at the SQL of a withdrawn request, unless somebody goes on with it.
void read_sql(const Workspace& workspace, Assessment& assessment) {
  for (const model::FileReference& file : model::files_of((*assessment.request)->request)) {
    std::string bytes =
        read_request_file(workspace.repository().objects(), assessment.stored, file.path, k_sql_bytes_max);
    trust::require_file(file, bytes, k_sql_bytes_max);
    assessment.files[file.path] = std::move(bytes);
  }
}

/// What ran last in one place.
struct NewestRun {
  std::optional<StoppedRun> run;
  std::optional<StoppedRun> interrupted;  ///< a batch before it, which goes on
};

/// By member of a fleet; else under the empty name.
std::map<std::string, NewestRun> newest_runs(Workspace& workspace, const model::Request& request) {
  const LogTail log(workspace, workspace.authority().environment(request.database, request.environment).executor);
  const auto evidence = [&](const Digest& digest) { return log.evidence(digest); };
  std::map<std::string, NewestRun> all;
  std::map<std::string, std::string> members;  // by run
  for (const audit::Line& line : log.lines(request.id, request.created_at)) {
    if (line.entry.type == "intent") {
      StoppedRun begun = read_stopped_run(line, evidence);
      members[begun.run] = begun.member;
      NewestRun& newest = all[begun.member];
      if (newest.run && stopped_between_pieces(*newest.run)) newest.interrupted = newest.run;
      newest.run = std::move(begun);
    } else if (line.entry.type == "result") {
      const auto member = members.find(line.entry.run);
      if (member == members.end()) continue;
      NewestRun& newest = all[member->second];
      if (newest.run->run != line.entry.run) continue;
      const audit::ResultBody body = audit::parse_result_body(line.entry.body);
      newest.run->outcome = body.outcome;
      newest.run->statements = body.statements;
    }
  }
  return all;
}

/// The newest run of the request that stopped half-way. `member`: of a fleet, where more than one did.
StoppedRun find_stopped_run(Workspace& workspace, const model::Request& request, const std::string& member) {
  std::vector<StoppedRun> stopped;
  std::vector<std::string> names;
  std::string last = "none";
  for (auto& [name, newest] : newest_runs(workspace, request)) {
    if (!member.empty() && name != member) continue;
    // Runs of an interrupted batch that came to nothing leave it as it was.
    if (newest.interrupted && had_no_effect(newest.run->outcome)) newest.run = newest.interrupted;
    last = newest.run->outcome.empty() ? "not known yet" : newest.run->outcome;
    if (!can_be_resumed(*newest.run)) continue;
    names.push_back(name);
    stopped.push_back(std::move(*newest.run));
  }
  const std::string id = request.id.text();
  if (stopped.empty())
    throw mismatch(fmt::format("no run of {} stopped half-way{}: the newest outcome is {}", id,
                               member.empty() ? "" : " on " + printable(member), last));
  if (stopped.size() > 1)
    throw Error(ErrorCode::resume_mismatch,
                fmt::format("{} stopped half-way on more than one member: {}", id, join(names, ", ")),
                "Make a request for each, with --member NAME.");
  return std::move(stopped.front());
}

std::optional<std::int64_t> first_statement(const StoppedRun& stopped, bool batched, std::optional<std::int64_t> from) {
  if (batched) {
    if (from) throw mismatch("a batched step goes on behind the last key that its ledger knows; --from has no meaning");
    return std::nullopt;
  }
  if (from || stopped.outcome == "partially_executed") return from.value_or(stopped.statements + 1);
  throw mismatch(
      fmt::format("nobody knows whether statement {} of step {} took effect", stopped.statements + 1, stopped.step));
}

}  // namespace

bool can_never_run(RequestState state) {
  return state == RequestState::expired || state == RequestState::rejected || state == RequestState::cancelled ||
         state == RequestState::superseded;
}

bool stopped_between_pieces(const StoppedRun& stopped) {
  const auto step = find_step(stopped.request, stopped.step);
  return stopped.outcome == "interrupted" && step != stopped.request.steps.end() && step->batch;
}

StoppedRun read_stopped_run(const audit::Line& intent, const std::function<std::string(const Digest&)>& evidence) {
  const audit::IntentBody body = audit::parse_intent_body(intent.entry.body);
  StoppedRun stopped;
  stopped.run = intent.entry.run;
  stopped.step = body.steps.empty() ? std::string() : body.steps.front();
  stopped.member = body.member;
  stopped.request = model::parse_request(evidence(body.evidence.request), "request.yaml in the evidence");
  return stopped;
}

std::vector<Refusal> resume_mismatches(const model::Request& resume, const StoppedRun& stopped) {
  std::vector<Refusal> refusals;
  const auto require = [&](bool holds, const std::string& what) {
    if (!holds) refusals.push_back({ErrorCode::resume_mismatch, what});
  };
  const model::Request& before = stopped.request;
  require(can_be_resumed(stopped), fmt::format("run {} is {}, which cannot be resumed", stopped.run,
                                               stopped.outcome.empty() ? "still open" : stopped.outcome));
  require(before.id == resume.resumes->request, fmt::format("run {} belongs to {}, not to {}", stopped.run,
                                                            before.id.text(), resume.resumes->request.text()));
  require(work_kind(before) == resume.resumes->kind,
          fmt::format("run {} was of a {}, not of a {}", stopped.run, model::kind_name(work_kind(before)),
                      model::kind_name(resume.resumes->kind)));
  require(before.database == resume.database && before.environment == resume.environment,
          fmt::format("run {} was on {} in {}", stopped.run, before.database, before.environment));
  const bool same_member =
      stopped.member.empty() ? resume.members.empty() : resume.members == std::vector{stopped.member};
  require(same_member, fmt::format("run {} was on member {}, and the request names others", stopped.run,
                                   stopped.member.empty() ? "none" : stopped.member));
  const auto left = find_step(before, stopped.step);
  require(std::equal(left, before.steps.end(), resume.steps.begin(), resume.steps.end(), is_same_work),
          fmt::format("the steps are not those of {} from {} on, with the same SQL", before.id.text(), stopped.step));
  require(resume.steps.front().batch.has_value() != resume.resumes->statement.has_value(),
          "`statement` says where a step without a transaction goes on; a batched step has none");
  return refusals;
}

RequestWish resume_wish(Workspace& workspace, const RequestId& id, std::optional<std::int64_t> from,
                        const std::string& member) {
  auto assessment = workspace.assess(id);
  if (!assessment || !assessment->request)
    throw Error(ErrorCode::request_unknown, fmt::format("there is no authentic request {}", id.text()));
  const StoppedRun stopped = find_stopped_run(workspace, (*assessment->request)->request, member);
  if (stopped_between_pieces(stopped) && !can_never_run(assessment->state))
    throw mismatch(
        fmt::format("{} was interrupted, and goes on by itself: it is {}", id.text(), state_name(assessment->state)));
  if (assessment->state == RequestState::cancelled) read_sql(workspace, *assessment);
  RequestWish wish = wish_of(*assessment);
  const auto step = find_step((*assessment->request)->request, stopped.step);
  wish.steps.erase(wish.steps.begin(), wish.steps.begin() + (step - (*assessment->request)->request.steps.begin()));
  if (wish.steps.empty()) throw mismatch(fmt::format("{} has no step {}", id.text(), stopped.step));
  wish.id.reset();
  wish.kind = model::RequestKind::resume;
  wish.migration.reset();  // the database knows which one the run carried
  wish.mode = model::RequestMode::apply;
  wish.authors.clear();
  wish.members.clear();
  if (!stopped.member.empty()) wish.members = {stopped.member};
  wish.resumes =
      model::Resumption{id, stopped.run, first_statement(stopped, wish.steps.front().batch.has_value(), from),
                        work_kind((*assessment->request)->request)};
  return wish;
}

}  // namespace dbw::workflow
