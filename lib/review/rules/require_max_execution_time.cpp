#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool has_time_hint(const RuleInput& in) {
  return to_lower(text_of(in)).find("max_execution_time(") != std::string::npos;
}

bool sets_time_limit(const RuleInput& in) {
  return in.index.sets("max_execution_time") || in.index.sets("max_statement_time");
}

void check_require_max_execution_time(const RuleInput& in, Findings& out) {
  const bool reads = std::any_of(in.statement.objects.begin(), in.statement.objects.end(),
                                 [](const sqlparse::ObjectUse& use) { return use.kind == ObjectKind::table; });
  const bool wrapped = in.lexemes.is(0, "set");  // SET STATEMENT max_statement_time = 5 FOR SELECT
  if (in.statement.kind != StatementKind::select || !reads || wrapped || has_time_hint(in) || sets_time_limit(in))
    return;
  out.add(in.statement.range, "nothing ends this query when it takes long");
}

}  // namespace

constinit const Rule k_rule_require_max_execution_time = {
    .info =
        {
            .id = "require-max-execution-time",
            .category = "dml",
            .engines = k_mysql,
            .severity = model::Severity::off,
            .summary = "A SELECT from a table without MAX_EXECUTION_TIME (MySQL) or max_statement_time (MariaDB) in "
                       "the statement or anywhere in the change.",
            .why = "A query with a poor plan runs for hours, keeps old row versions alive for everybody, and slows "
                   "down all others.",
            .instead = "MySQL: SELECT /*+ MAX_EXECUTION_TIME(5000) */ ... or SET SESSION max_execution_time = "
                       "5000;\nMariaDB: SET STATEMENT max_statement_time = 5 FOR SELECT ...",
            .sources = "MySQL manual, \"Optimizer Hints\", \"Statement Execution Time\"; MariaDB manual, \"Aborting "
                       "Statements that Exceed a Certain Time to Execute\".",
        },
    .on_statement = check_require_max_execution_time,
    .kinds = {StatementKind::select},
};

}  // namespace dbw::review
