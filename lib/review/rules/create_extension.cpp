#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_create_extension(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.kind != StatementKind::create_extension) return;
  out.add(statement.range,
          "what extension " + quoted(statement.target) + " brings or changes is in no text that the rules can read",
          statement.target.text());
}

}  // namespace

constinit const Rule k_rule_create_extension = {
    .info =
        {
            .id = "create-extension",
            .category = "security",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "CREATE EXTENSION or ALTER EXTENSION.",
            .why = "The script of an extension may do anything, trusted ones run as superuser, and what it installs "
                   "(functions in C, file and network access) is then open to others. Another version may be installed "
                   "on each server.",
            .instead = "Install extensions where servers are set up, in a fixed version: CREATE EXTENSION e VERSION x "
                       "SCHEMA s; by the people who run the servers.",
            .sources =
                "PostgreSQL manual, CREATE EXTENSION, \"Notes\", and \"Packaging Related Objects into an Extension\".",
        },
    .on_statement = check_create_extension,
    .kinds = {StatementKind::create_extension},
};

}  // namespace dbw::review
