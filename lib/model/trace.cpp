#include "model/trace.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/text.hpp"
#include "codec/json.hpp"

namespace dbw::model {
namespace {

using codec::Value;

constexpr std::array<std::string_view, 3> k_outcomes{"pass", "fail", "skipped"};

const CheckRow& row_of(std::string_view id) {
  const std::vector<CheckRow>& table = check_table();
  const auto found = std::find_if(table.begin(), table.end(), [&](const CheckRow& row) { return row.id == id; });
  if (found == table.end()) throw std::logic_error("no such check: " + std::string(id));
  return *found;
}

bool per_subject(CheckStage stage) { return stage == CheckStage::decision || stage == CheckStage::token; }

/// Those of the judged checks that belong to one row, and to one subject where one is given.
void add_row(std::vector<TraceCheck>& out, const std::vector<TraceCheck>& judged, const CheckRow& row,
             const std::string* subject) {
  const std::size_t before = out.size();
  for (const TraceCheck& check : judged) {
    if (check.id == row.id && (subject == nullptr || check.subject == *subject)) out.push_back(check);
  }
  if (out.size() > before) return;
  TraceCheck skipped;
  skipped.id = row.id;
  if (subject != nullptr) skipped.subject = *subject;
  out.push_back(std::move(skipped));
}

std::vector<std::string> subjects_of(const std::vector<TraceCheck>& judged, CheckStage stage) {
  std::vector<std::string> out;
  for (const TraceCheck& check : judged) {
    if (row_of(check.id).stage == stage && std::find(out.begin(), out.end(), check.subject) == out.end())
      out.push_back(check.subject);
  }
  return out;
}

Value check_value(const TraceCheck& check) {
  Value::List inputs, errors;
  for (const TraceInput& input : check.inputs)
    inputs.push_back(Value::Map{{"name", input.name}, {"value", input.value}});
  for (const ErrorCode error : check.errors) errors.emplace_back(error_id(error));
  Value out = Value::Map{{"id", check.id}};
  if (!check.subject.empty()) out.set("subject", check.subject);
  return out.set("outcome", outcome_name(check.outcome)).set("inputs", inputs).set("errors", errors);
}

}  // namespace

const std::vector<CheckRow>& check_table() {
  static const std::vector<CheckRow> table{
      {"trust.root", CheckStage::trust, "the root chain begins at the pin, is signed, unbroken and not expired",
       "repo_id, version, sha256, expires_at, seen"},
      {"trust.roster", CheckStage::trust, "a roster of enough signers, not older than one seen before",
       "version, sha256, expires_at, seen"},
      {"trust.policy", CheckStage::trust, "a policy of enough signers, not older than one seen before",
       "version, sha256, expires_at, seen"},
      {"trust.expiry", CheckStage::trust, "roster and policy are in force, a policy within its grace included",
       "roster, policy"},
      {"trust.lint", CheckStage::trust, "roster and policy break none of their rules", ""},
      {"trust.suspensions", CheckStage::trust, "what is suspended is known", "suspension"},
      {"trust.clock", CheckStage::trust, "the clock is not before what was signed", "floor"},
      {"request.read", CheckStage::request, "the request can be read", ""},
      {"request.signature", CheckStage::request, "its requester signed it, who may, for this repository",
       "request_sha256, signature_sha256, requester, key"},
      {"request.withdrawal", CheckStage::request, "nobody withdrew it", "cancellation_sha256"},
      {"request.files", CheckStage::request, "every file it names is there, with its digest", "path, sha256"},
      {"review.sql", CheckStage::request, "the SQL can be reviewed", "engine, server_version"},
      {"review.rules", CheckStage::request, "no rule blocks it", "rule_set, risk, blocking_rule"},
      {"review.runnable", CheckStage::request, "the executor can run it and keep its guarantees",
       "kind, mode, recipient"},
      {"workflow.policy", CheckStage::request, "the policy admits requests of its mode now",
       "policy, expires_at, mode"},
      {"workflow.match", CheckStage::request, "exactly one workflow fits best",
       "database, environment, kind, mode, class, workflow"},
      {"workflow.requester", CheckStage::request, "its requester may use the workflow", "requester, group"},
      {"workflow.requirements", CheckStage::request, "it has what the workflow requires", "required"},
      {"workflow.steps", CheckStage::request, "the required steps are clear, and somebody has to agree",
       "risk, auto_approved, step"},
      {"decision.signature", CheckStage::decision, "a decision in its form, signed by a key that may approve",
       "ref_person, kind, key"},
      {"decision.identity", CheckStage::decision, "name, e-mail and ref are the signer's", "person, approver"},
      {"decision.subject", CheckStage::decision, "it is about this request", "repo_id, request"},
      {"decision.place", CheckStage::decision, "it names the same database, environment and mode",
       "database, environment, mode"},
      {"decision.content", CheckStage::decision, "request, verdict and terms are as they were signed",
       "request_sha256, verdict_sha256, terms_sha256"},
      {"decision.time", CheckStage::decision, "it has not ended and does not last too long", "not_after, approval_ttl"},
      {"decision.eligible", CheckStage::decision, "its person may fill the steps that it names",
       "signed_step, step, group"},
      {"decision.independent", CheckStage::decision, "it is not the requester's or an author's own",
       "human, requester_human"},
      {"decision.revocation", CheckStage::decision, "its person did not take it back", "human"},
      {"approvals.count", CheckStage::state, "there are not too many decisions", "decisions"},
      {"approvals.rejection", CheckStage::state, "nobody's rejection stands", "human"},
      {"approvals.step", CheckStage::state, "a required step (the subject) is filled", "need, group, filled_by"},
      {"request.time", CheckStage::state, "it is in force", "created_at, expires_at"},
      {"request.superseded", CheckStage::state, "no newer request replaces it", "superseded_by"},
      {"request.merged", CheckStage::state, "it is merged where the workflow wants that", "merge_required, merged"},
      {"workflow.window", CheckStage::state, "the workflow's window is open, and no freeze holds it up",
       "freeze, window"},
      {"executor.history", CheckStage::executor, "the log does not say that all of it has run", "ran"},
      {"executor.environment", CheckStage::executor, "the policy gives the environment to this executor",
       "executor, machine"},
      {"executor.capabilities", CheckStage::executor, "this host may and can run it", "database, environment, class"},
      {"executor.fleet", CheckStage::executor, "the canary ran, and not too many members failed (of fleets)",
       "member, done, failed, failures_max"},
      {"executor.post_review", CheckStage::executor, "no break-glass of its workflow waits too long for its review",
       "overdue"},
      {"executor.suspensions", CheckStage::executor, "the target database suspends nobody involved", "involved"},
      {"executor.resumes", CheckStage::executor, "a resume goes on exactly where the run that it names stopped",
       "run, outcome"},
      {"executor.steps", CheckStage::executor, "log and ledger agree, and a step is left to run", "left"},
      {"executor.migration", CheckStage::executor, "a migration is the next one of its database",
       "version, after, checksum"},
      {"executor.snapshot", CheckStage::executor,
       "where the policy asks for it: the newest schema snapshot shows nothing worse than was approved",
       "max_age, sequence, sha256, taken_at, approved_risk, risk, step, blocking_rule"},
      {"executor.ci_identity", CheckStage::executor, "a CI token proves the job that the policy demands, if any",
       "identity, issuer, jti, and claims such as ref, sha, job_id"},
      {"executor.token", CheckStage::executor, "a token fits where the policy requires one", "token_required, tokens"},
      {"token.signature", CheckStage::token, "an issuer of the roster signed it for this environment", "key"},
      {"token.time", CheckStage::token, "it is in force and does not live too long",
       "issued_at, not_before, expires_at"},
      {"token.facts", CheckStage::token, "it says what was verified here",
       "issuer, jti, audience, target, expected_audience, expected_target, log_size"},
  };
  return table;
}

std::string_view outcome_name(CheckOutcome outcome) { return k_outcomes.at(static_cast<std::size_t>(outcome)); }

void Trace::judged(std::string_view id, std::string_view subject, TraceInputs inputs,
                   const std::vector<Refusal>& refusals, std::size_t from) {
  TraceCheck check;
  check.id = row_of(id).id;
  check.subject = printable(subject);
  check.inputs = std::move(inputs);
  // Names of people, keys and refs are attackers' words until they were verified.
  for (TraceInput& input : check.inputs) input.value = printable(input.value);
  for (std::size_t i = from; i < refusals.size(); ++i) {
    if (std::find(check.errors.begin(), check.errors.end(), refusals[i].code) == check.errors.end())
      check.errors.push_back(refusals[i].code);
  }
  check.outcome = check.errors.empty() ? CheckOutcome::pass : CheckOutcome::fail;
  m_judged.push_back(std::move(check));
}

void Trace::failed(std::string_view id, std::string_view subject, TraceInputs inputs, ErrorCode code) {
  judged(id, subject, std::move(inputs), {Refusal{code, {}, {}}});
}

void Trace::append(const Trace& other) {
  m_judged.insert(m_judged.end(), other.m_judged.begin(), other.m_judged.end());
}

std::vector<TraceCheck> Trace::checks() const {
  const std::vector<CheckRow>& table = check_table();
  std::vector<TraceCheck> out;
  for (auto first = table.begin(); first != table.end();) {
    const auto end = std::find_if(first, table.end(), [&](const CheckRow& row) { return row.stage != first->stage; });
    if (first->stage >= CheckStage::executor && !executor) break;
    const std::vector<std::string> subjects =
        per_subject(first->stage) ? subjects_of(m_judged, first->stage) : std::vector<std::string>{};
    for (const std::string& subject : subjects) {
      for (auto row = first; row != end; ++row) add_row(out, m_judged, *row, &subject);
    }
    if (subjects.empty()) {
      for (auto row = first; row != end; ++row) add_row(out, m_judged, *row, nullptr);
    }
    first = end;
  }
  return out;
}

codec::Value trace_value(const Trace& trace) {
  Value::List checks;
  for (const TraceCheck& check : trace.checks()) checks.push_back(check_value(check));
  Value out = Value::Map{{"v", std::int64_t{1}}, {"repo_id", trace.repo_id}, {"at", trace.at.text()}};
  const auto set_if = [&](const char* name, const std::optional<Digest>& digest) {
    if (digest) out.set(name, digest->text());
  };
  if (!trace.request.empty()) out.set("request", trace.request);
  if (!trace.state.empty()) out.set("state", trace.state);
  set_if("request_sha256", trace.request_sha256);
  set_if("verdict_sha256", trace.verdict_sha256);
  set_if("terms_sha256", trace.terms_sha256);
  return out.set("checks", checks);
}

std::string emit_trace(const Trace& trace) { return codec::emit_json(trace_value(trace)); }

}  // namespace dbw::model
