#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_unknown_statement(const RuleInput& in, Findings& out) {
  if (in.statement.statement_class != StatementClass::opaque) return;
  if (in.index.has_problem(in.file, in.statement.range)) return;
  const std::string reason = in.statement.reason.empty() ? "its effect is not known" : in.statement.reason;
  out.add(in.statement.range, "this statement cannot be judged: " + reason, in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_unknown_statement = {
    .info =
        {
            .id = "unknown-statement",
            .category = "security",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .suppressible = false,
            .summary = "A statement whose effect dbw does not know: class opaque without a syntax error.",
            .why = "Rules and limits are made for statements that are understood; this one only runs in a workflow "
                   "that names class opaque.",
            .instead =
                "Write it as statements that dbw knows, or use a workflow that names opaque and has its own approvers.",
            .sources = "dbw: statement classes.",
        },
    .on_statement = check_unknown_statement,
};

}  // namespace dbw::review
