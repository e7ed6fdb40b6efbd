#include "report/trace_text.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/paths.hpp"

namespace dbw::report {
namespace {

using testing::HasSubstr;

model::Trace example() {
  model::Trace trace;
  trace.repo_id = "4f1c0a6b2d3e4f5061728394a5b6c7d8";
  trace.request = "REQ-1";
  trace.state = "awaiting_approval";
  trace.at = Timestamp::parse("2026-11-20T12:00:00Z");
  trace.passed("trust.root", "", {{"version", "3"}});
  trace.failed("approvals.step", "dba", {{"need", "2"}, {"filled_by", ""}}, ErrorCode::trust_approvals_missing);
  return trace;
}

TEST(TraceText, NamesChecksInputsAndErrors) {
  const std::string text = trace_text(example());
  EXPECT_THAT(text, HasSubstr("trace of REQ-1 at 2026-11-20T12:00:00Z: awaiting_approval\n"));
  EXPECT_THAT(text, HasSubstr("   1. pass     trust.root: the root chain begins at the pin"));
  EXPECT_THAT(text, HasSubstr("\n        version: 3\n   2. skipped  trust.roster: "));
  EXPECT_THAT(text, HasSubstr(". fail     approvals.step dba: a required step (the subject) is filled\n"
                              "        need: 2\n        filled_by: -\n        DBW-E"));
}

TEST(TraceText, OfTrustAloneHasNoRequest) {
  model::Trace trace;
  trace.failed("trust.policy", "", {}, ErrorCode::trust_rollback);
  EXPECT_THAT(trace_text(trace), HasSubstr("trace of trust at "));
}

TEST(TraceText, IsSafeForTerminals) {
  model::Trace trace = example();
  trace.passed("decision.identity", "x\x1b[2J", {{"person", "\x1b]0;x\a"}});
  EXPECT_EQ(trace_text(trace).find('\x1b'), std::string::npos);
}

TEST(Trace, SubjectsStayTogetherAndEveryRowIsThere) {
  model::Trace trace = example();
  trace.passed("decision.signature", "b", {});
  trace.passed("decision.signature", "a", {});
  trace.passed("decision.place", "b", {});
  std::vector<std::string> found;
  for (const model::TraceCheck& check : trace.checks()) {
    if (check.id.rfind("decision.", 0) == 0) found.push_back(check.subject + " " + check.id.substr(9));
  }
  ASSERT_EQ(found.size(), 18u);
  EXPECT_EQ(found[0], "b signature");
  EXPECT_EQ(found[3], "b place");
  EXPECT_EQ(found[9], "a signature");
}

TEST(Trace, AnUnknownCheckIsABug) {
  model::Trace trace;
  EXPECT_THROW(trace.passed("no.such-check", "", {}), std::logic_error);
}

/// docs/trace.md lists every check in its order, and names no other.
TEST(Trace, DocumentationListsTheTable) {
  std::string expected;
  for (const model::CheckRow& row : model::check_table())
    expected += fmt::format("| `{}` | {} | {} |\n", row.id, row.title, row.inputs.empty() ? "-" : row.inputs);
  std::string found;
  const std::string page = test::slurp(test::source_dir() / "docs/trace.md");
  for (const std::string_view line : split_lines(page)) {
    if (line.rfind("| `", 0) == 0) found += std::string(line) + "\n";
  }
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace dbw::report
