#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Slices of one operation that a reader still adds up.
constexpr std::size_t k_slices_max = 20;

void check_slices(const RuleInput& in, Findings& out) {
  const Repetitions& repetitions = in.index.repetitions();
  const ObjectName& table = in.statement.target;
  if (repetitions.number(in.statement) != k_slices_max + 1 || in.facts.created_table(table)) return;
  out.add(in.statement.range,
          "the change has " + std::to_string(repetitions.total(in.statement)) + " statements like this one on " +
              quoted(table) + ": together they change as many rows as one would",
          table.text());
}

void check_split_evasion(const RuleInput& in, Findings& out) {
  check_slices(in, out);
  const Statement& statement = in.statement;
  if (statement.kind != StatementKind::drop || statement.target_kind != ObjectKind::table) return;
  for (const ObjectName& table : statement.targets) {
    const std::string* old_name = in.index.renamed_from(statement, table.name);
    if (old_name != nullptr && !in.facts.created_table(table))
      out.add(statement.range,
              "the change renames " + quoted(*old_name) + " to " + quoted(table) + " and drops it under that name",
              table.text());
  }
}

}  // namespace

constinit const Rule k_rule_split_evasion = {
    .info =
        {
            .id = "split-evasion",
            .category = "security",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::warning,
            .summary = "One operation in pieces: more than twenty UPDATEs, or DELETEs, of one existing table over all "
                       "files of the change, or a table that is renamed and dropped under its new name.",
            .why = "Each piece stays below the limits of rows and the rules for names; together they do what one "
                   "statement would need more approvals for.",
            .instead = "One statement with a range of the key and the number of rows that it may change; rename now, "
                       "and drop in a later change.",
            .sources = "dbw: limits hold per step, see docs/limits.md.",
        },
    .on_statement = check_split_evasion,
    .kinds = {StatementKind::update, StatementKind::delete_, StatementKind::drop},
};

}  // namespace dbw::review
