#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_security_definer_search_path(const RuleInput& in, Findings& out) {
  if (!in.statement.security_definer || in.statement.sets_search_path) return;
  out.add(in.statement.range,
          quoted(in.statement.target) + " runs with its owner's rights but with its caller's search_path",
          in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_security_definer_search_path = {
    .info =
        {
            .id = "security-definer-search-path",
            .category = "security",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "SECURITY DEFINER for a function or procedure without SET search_path in the same statement.",
            .why = "Whoever calls it chooses what the unqualified names in its body mean: a function or table of the "
                   "caller, found first, runs or is read with the rights of the owner.",
            .instead = "CREATE FUNCTION f() ... SECURITY DEFINER SET search_path = app, pg_temp; (pg_temp last), and "
                       "REVOKE EXECUTE ON FUNCTION f FROM PUBLIC;",
            .sources = "PostgreSQL manual, CREATE FUNCTION, \"Writing SECURITY DEFINER Functions Safely\".",
        },
    .on_statement = check_security_definer_search_path,
};

}  // namespace dbw::review
