#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_truncate_cascade(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.kind != StatementKind::truncate || !statement.cascade) return;
  const auto old = std::find_if(statement.targets.begin(), statement.targets.end(),
                                [&](const ObjectName& table) { return !in.facts.created_table(table); });
  if (old == statement.targets.end()) return;
  out.add(statement.range,
          "CASCADE also empties every table with a foreign key to " + quoted(*old) + ", and those that refer to them",
          old->text());
}

}  // namespace

constinit const Rule k_rule_truncate_cascade = {
    .info =
        {
            .id = "truncate-cascade",
            .category = "destructive",
            .engines = k_postgresql,
            .severity = model::Severity::block,
            .summary = "TRUNCATE ... CASCADE of an existing table.",
            .why = "All tables that refer to the named ones are emptied too, whatever ON DELETE their foreign keys "
                   "say, and the statement does not name them.",
            .instead = "List every table: TRUNCATE parent, child; fails where one is missing, and so tells what "
                       "CASCADE would have emptied.",
            .sources =
                "PostgreSQL manual, TRUNCATE, \"CASCADE\"; locks of the referencing tables measured on PostgreSQL 15.",
        },
    .on_statement = check_truncate_cascade,
    .kinds = {StatementKind::truncate},
};

}  // namespace dbw::review
