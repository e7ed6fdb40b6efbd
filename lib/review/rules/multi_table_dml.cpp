#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_multi_table_dml(const RuleInput& in, Findings& out) {
  const Lexemes& lexemes = in.lexemes;
  bool several = false;
  if (in.statement.kind == StatementKind::update) {
    const std::size_t set = lexemes.find(0, {"set"});
    several = lexemes.find(0, {",", "join"}) < set || lexemes.find(set, {"from"}) < lexemes.find(set, {"where"});
  } else if (in.statement.kind == StatementKind::delete_) {
    several = lexemes.find(0, {"using", "join"}) < lexemes.find(0, {"where", "limit"});
  }
  if (several) out.add(in.statement.range, "which rows are changed depends on a join", in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_multi_table_dml = {
    .info =
        {
            .id = "multi-table-dml",
            .category = "dml",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::info,
            .summary = "UPDATE or DELETE whose rows are chosen by a join.",
            .why = "A row that finds several partners takes the values of one of them, and which is not said. Rows "
                   "of all joined tables may be locked.",
            .instead = "Choose by key: UPDATE t SET a = ... WHERE id IN (SELECT ...); and count the rows of the SELECT "
                       "first.",
            .sources =
                "PostgreSQL manual, UPDATE, \"Notes\"; MySQL manual, \"UPDATE Statement\" and \"DELETE Statement\", "
                "multiple-table syntax.",
        },
    .on_statement = check_multi_table_dml,
    .kinds = {StatementKind::update, StatementKind::delete_},
};

}  // namespace dbw::review
