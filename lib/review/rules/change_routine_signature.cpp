#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_change_routine_signature(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::drop || in.statement.target_kind != ObjectKind::function) return;
  for (const ObjectName& routine : in.statement.targets) {
    if (in.index.creates_behind(in.statement, ObjectKind::function, routine.name))
      out.add(in.statement.range,
              "the change drops " + quoted(routine) + " and makes it anew, with other arguments or another result",
              routine.text());
  }
}

}  // namespace

constinit const Rule k_rule_change_routine_signature = {
    .info =
        {
            .id = "change-routine-signature",
            .category = "backward-compat",
            .engines = k_postgresql | k_mysql,
            .revision = 2,
            .severity = model::Severity::warning,
            .summary = "DROP FUNCTION or DROP PROCEDURE of a routine that the same change creates again behind it.",
            .why = "CREATE OR REPLACE keeps name, arguments and result; whoever drops first changes one of them. "
                   "Running code calls the old form until it is deployed, and rights on the routine are gone with it.",
            .instead = "A second routine with the new arguments, then move the callers, then drop the old one in a "
                       "later change. Where nothing of the kind changes: CREATE OR REPLACE.",
            .sources = "PostgreSQL manual, CREATE FUNCTION, \"Notes\"; MySQL manual, \"CREATE PROCEDURE and CREATE "
                       "FUNCTION Statements\"; MariaDB manual, \"CREATE FUNCTION\".",
        },
    .on_statement = check_change_routine_signature,
    .kinds = {StatementKind::drop},
};

}  // namespace dbw::review
