#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_client_meta_command_file(const RuleInput& in, Findings& out) {
  report_problems(
      in, out,
      {ParseProblem::Kind::client_command, ParseProblem::Kind::template_braces, ParseProblem::Kind::copy_data});
}

}  // namespace

constinit const Rule k_rule_client_meta_command = {
    .info =
        {
            .id = "client-meta-command",
            .category = "security",
            .engines = k_every_engine,
            .severity = model::Severity::block,
            .suppressible = false,
            .summary = "Commands and placeholders of a client program: psql backslash commands and variables, COPY "
                       "data, DELIMITER, .read, template braces.",
            .why = "They are not SQL. dbw sends SQL to the server as it is, without psql or a template engine, so what "
                   "reviewers read is not what would run.",
            .instead = "Write plain SQL; put values in where a template would.",
            .sources = "PostgreSQL manual, psql \"Meta-Commands\"; sqlite3 shell documentation.",
        },
    .on_file = check_client_meta_command_file,
};

}  // namespace dbw::review
