#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool differs_on_replicas(std::string_view function) {
  for (const std::string_view name : {"uuid", "uuid_short", "rand", "sysdate", "random_bytes", "found_rows",
                                      "row_count", "user", "current_user", "version"}) {
    if (function == name) return true;
  }
  return false;
}

void check_nondeterministic_dml(const RuleInput& in, Findings& out) {
  if (in.statement.statement_class != StatementClass::dml) return;
  for (const sqlparse::FunctionUse& use : in.statement.functions) {
    if (use.name.schema.empty() && differs_on_replicas(use.name.name))
      out.add(in.statement.range, use.name.name + "() gives another value on every server that runs the statement",
              in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_nondeterministic_dml = {
    .info =
        {
            .id = "nondeterministic-dml",
            .category = "dml",
            .engines = k_mysql,
            .severity = model::Severity::off,
            .summary = "INSERT, UPDATE or DELETE with a function that gives another value on each server: UUID(), "
                       "RAND(), SYSDATE() ... For servers with binlog_format = STATEMENT.",
            .why = "Under statement-based replication the replica computes its own value, and its rows differ from "
                   "then on.",
            .instead = "binlog_format = ROW; or compute the value in the application and write it as a literal.",
            .sources =
                "MySQL manual, \"Determination of Safe and Unsafe Statements in Binary Logging\"; MariaDB manual, "
                "\"Unsafe Statements for Statement-based Replication\".",
        },
    .on_statement = check_nondeterministic_dml,
};

}  // namespace dbw::review
