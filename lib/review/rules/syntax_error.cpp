#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_syntax_error_file(const RuleInput& in, Findings& out) {
  report_problems(in, out,
                  {ParseProblem::Kind::syntax, ParseProblem::Kind::newer_grammar, ParseProblem::Kind::cut_off});
}

}  // namespace

constinit const Rule k_rule_syntax_error = {
    .info =
        {
            .id = "syntax-error",
            .category = "security",
            .engines = k_every_engine,
            .severity = model::Severity::block,
            .suppressible = false,
            .summary = "Text that the parser of this engine cannot read, or that only a newer grammar could.",
            .why = "What cannot be read cannot be judged: the engine may run something else than reviewers see, or "
                   "fail halfway.",
            .instead = "Correct the SQL. Where it needs a newer server than the grammar of dbw (PostgreSQL 15), the "
                       "message says so; such a request needs a workflow that names class opaque.",
            .sources = "The parser of PostgreSQL 15 (libpg_query) and of SQLite; for MySQL and MariaDB dbw's own.",
        },
    .on_file = check_syntax_error_file,
};

}  // namespace dbw::review
