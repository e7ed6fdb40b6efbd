#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// The rule that such problems have of their own, else nullptr.
const RuleInfo* own_rule_of(ParseProblem::Kind kind) {
  switch (kind) {
    case ParseProblem::Kind::client_command:
    case ParseProblem::Kind::template_braces:
    case ParseProblem::Kind::copy_data:
      return &k_rule_client_meta_command.info;
    case ParseProblem::Kind::too_large:
    case ParseProblem::Kind::too_deep:
      return &k_rule_max_sql_size.info;
    case ParseProblem::Kind::forbidden_character:
      return &k_rule_hidden_unicode.info;
    case ParseProblem::Kind::ambiguous:
      return &k_rule_tokenization_ambiguity.info;
    default:
      return nullptr;
  }
}

/// Text that nobody read must not pass in silence because the rule that would name it is off.
void check_syntax_error_file(const RuleInput& in, Findings& out) {
  for (const ParseProblem& problem : in.file.parsed.problems) {
    const RuleInfo* own = own_rule_of(problem.kind);
    const bool named =
        own != nullptr && effective_severity(*own, in.review.severities, in.review.environment) != model::Severity::off;
    if (!named) out.add(problem.range, problem.message);
  }
}

}  // namespace

constinit const Rule k_rule_syntax_error = {
    .info =
        {
            .id = "syntax-error",
            .category = "security",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::block,
            .suppressible = false,
            .summary = "Text that the parser of this engine cannot read, or that only a newer grammar could; what "
                       "another rule would say of such text, where that rule is off.",
            .why = "What cannot be read cannot be judged: the engine may run something else than reviewers see, or "
                   "fail halfway.",
            .instead = "Correct the SQL. Where it needs a newer server than the grammar of dbw (PostgreSQL 15), the "
                       "message says so; such a request needs a workflow that names class opaque.",
            .sources = "The parser of PostgreSQL 15 (libpg_query) and of SQLite; for MySQL and MariaDB dbw's own.",
        },
    .on_file = check_syntax_error_file,
};

}  // namespace dbw::review
