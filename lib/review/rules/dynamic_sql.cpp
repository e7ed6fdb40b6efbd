#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_dynamic_sql(const RuleInput& in, Findings& out) {
  const bool built = std::any_of(in.bodies.begin(), in.bodies.end(), [](const Body& body) { return body.dynamic; });
  if (built)
    out.add(in.statement.range, "the body builds SQL and runs it: no rule has seen it", in.statement.target.text());
  if (in.statement.kind != StatementKind::prepare || in.review.engine == Engine::postgresql) return;
  const bool prepares = in.lexemes.is(0, "prepare") && in.lexemes.find(0, {"from"}) < in.lexemes.size();
  const bool at_once = in.lexemes.is(0, "execute") && in.lexemes.is(1, "immediate");
  if (prepares || at_once) out.add(in.statement.range, "the SQL that runs here is a text: no rule has seen it");
}

}  // namespace

constinit const Rule k_rule_dynamic_sql = {
    .info =
        {
            .id = "dynamic-sql",
            .category = "security",
            .engines = k_postgresql | k_mysql,
            .revision = 2,
            .severity = model::Severity::error,
            .summary =
                "SQL that is held as text when it runs: EXECUTE in PL/pgSQL but of a literal, which is reviewed; "
                "PREPARE ... FROM and EXECUTE IMMEDIATE of MySQL and MariaDB.",
            .why = "What runs is not what was reviewed: the text may come from a table or variable and hold any "
                   "statement.",
            .instead =
                "The statement itself. Where names must vary, a list of statements that a script writes out before "
                "the review.",
            .sources = "PostgreSQL manual, \"Executing Dynamic Commands\"; MySQL manual, \"Prepared Statements\"; "
                       "MariaDB manual, \"PREPARE Statement\" and \"EXECUTE "
                       "IMMEDIATE\".",
        },
    .on_statement = check_dynamic_sql,
    .kinds = {StatementKind::prepare, StatementKind::do_block, StatementKind::create_function},
};

}  // namespace dbw::review
