#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_auto_increment_initial_value(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::create_table || in.statement.temporary) return;
  for (const sqlparse::Option& option : in.statement.options) {
    if (option.name == "auto_increment" && option.value != "0" && option.value != "1")
      out.add(in.statement.range, "table " + quoted(in.statement.target) + " begins to count at " + option.value,
              in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_auto_increment_initial_value = {
    .info =
        {
            .id = "auto-increment-initial-value",
            .category = "type-choice",
            .engines = k_mysql,
            .severity = model::Severity::info,
            .summary = "CREATE TABLE with AUTO_INCREMENT = other than 1.",
            .why = "The value mostly comes from SHOW CREATE TABLE of another server: numbers are given away, and a "
                   "value near the end of the type makes inserts fail at once.",
            .instead = "Leave the option out, or say in the reason why numbers start there.",
            .sources = "MySQL manual, \"CREATE TABLE Statement\" and \"Using AUTO_INCREMENT\"; MariaDB manual, "
                       "\"AUTO_INCREMENT\".",
        },
    .on_statement = check_auto_increment_initial_value,
    .kinds = {StatementKind::create_table},
};

}  // namespace dbw::review
