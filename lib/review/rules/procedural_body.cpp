#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_procedural_body(const RuleInput& in, Findings& out) {
  const StatementKind kind = in.statement.kind;
  const bool body = kind == StatementKind::do_block || kind == StatementKind::create_function ||
                    kind == StatementKind::create_trigger;
  if (!body && in.statement.nested_sql.empty()) return;
  const bool foreign_body = kind == StatementKind::create_trigger && in.statement.nested_sql.empty();
  if (foreign_body) return;  // PostgreSQL: the trigger's function has the body
  std::size_t count = 0;
  bool dynamic = false;
  for (const Body& read : in.bodies) {
    dynamic = dynamic || read.dynamic;
    for (const Piece& piece : read.pieces) count += piece.parsed.statements.size();
    for (const std::string& unread : read.unread) {
      out.add(in.statement.range, "the body holds text that could not be read: " + unread, in.statement.target.text());
    }
  }
  const std::string known =
      std::to_string(count) + (count == 1 ? " statement" : " statements") + " of it went through the rules";
  const std::string built = dynamic ? ", and it runs SQL that is built at run time" : "";
  out.add(in.statement.range, "the body may do more than the rules can see: " + known + built,
          in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_procedural_body = {
    .info =
        {
            .id = "procedural-body",
            .category = "security",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "DO blocks, functions, procedures and triggers. SQL found in their bodies goes through all "
                       "rules; what cannot be read there is named.",
            .why = "A body may build and run any SQL, loop, and commit. What it does depends on data that reviewers do "
                   "not see.",
            .instead = "Plain statements where possible. Otherwise keep the body short and its SQL static, and say in "
                       "the reason what it does.",
            .sources = "PostgreSQL manual, DO and CREATE FUNCTION; SQLite documentation, CREATE TRIGGER.",
        },
    .on_statement = check_procedural_body,
};

}  // namespace dbw::review
