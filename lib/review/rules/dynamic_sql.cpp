#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_dynamic_sql(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::prepare) return;
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
            .engines = k_mysql,
            .severity = model::Severity::error,
            .summary = "PREPARE ... FROM and EXECUTE IMMEDIATE, which run SQL that is held as text.",
            .why = "What runs is not what was reviewed: the text may come from a table or variable and hold any "
                   "statement.",
            .instead = "The statement itself.",
            .sources = "MySQL manual, \"Prepared Statements\"; MariaDB manual, \"PREPARE Statement\" and \"EXECUTE "
                       "IMMEDIATE\".",
        },
    .on_statement = check_dynamic_sql,
    .kinds = {StatementKind::prepare},
};

}  // namespace dbw::review
