#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_drop_sequence(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::drop || in.statement.target_kind != ObjectKind::sequence) return;
  for (const ObjectName& sequence : in.statement.targets) {
    if (!in.index.creates(ObjectKind::sequence, sequence.name))
      out.add(in.statement.range, "sequence " + quoted(sequence) + " and where it stands are gone", sequence.text());
  }
}

}  // namespace

constinit const Rule k_rule_drop_sequence = {
    .info =
        {
            .id = "drop-sequence",
            .category = "destructive",
            .engines = k_postgresql | k_mariadb,
            .severity = model::Severity::warning,
            .summary = "DROP SEQUENCE of a sequence that this change does not create.",
            .why = "Inserts that take numbers from it fail. A new sequence starts from the beginning and gives out "
                   "numbers that are in use.",
            .instead = "Keep its last value in the rollback SQL: CREATE SEQUENCE s START WITH ...; and drop it after "
                       "nothing uses it.",
            .sources = "PostgreSQL and MariaDB manuals, DROP SEQUENCE.",
        },
    .on_statement = check_drop_sequence,
    .kinds = {StatementKind::drop},
};

}  // namespace dbw::review
