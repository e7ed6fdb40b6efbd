#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// What one change may use of the row versions of a table whose count is not known.
constexpr std::size_t k_row_versions_share = 8;

std::size_t row_versions_max(ServerVersion version) { return version >= ServerVersion{9, 1, 0} ? 255 : 64; }

void check_instant_version_limit(const RuleInput& in, Findings& out) {
  const ServerVersion version = version_of(in);
  if (version < ServerVersion{8, 0, 29}) return;
  const std::size_t number = in.index.row_version(in.statement);
  if (number == 0) return;
  const std::size_t limit = row_versions_max(version);
  const std::string table = quoted(in.statement.target);
  const std::string of_limit = " of the " + std::to_string(limit) + " row versions that " + table + " can have";
  if (number == limit + 1) {
    out.add(in.statement.range,
            "statement " + std::to_string(number) + " that adds or drops columns of " + table +
                ": the server refuses ALGORITHM=INSTANT, or rebuilds the table without it",
            in.statement.target.text());
  } else if (number == limit / k_row_versions_share) {
    Findings::at_most(
        out.add(in.statement.range, "with this statement the change uses up " + std::to_string(number) + of_limit,
                in.statement.target.text()),
        model::Severity::info);
  }
}

}  // namespace

constinit const Rule k_rule_instant_version_limit = {
    .info =
        {
            .id = "instant-version-limit",
            .category = "online-ddl",
            .engines = k_mysql_alone,
            .severity = model::Severity::warning,
            .summary = "More statements that add or drop columns of a table than InnoDB can carry out INSTANT: 64 row "
                       "versions, 255 from MySQL 9.1 on. As a notice where one change uses up an eighth of them.",
            .why = "Each such statement makes a row version, and only a rebuild takes them back. Past the limit "
                   "ALGORITHM=INSTANT is refused, and without the clause the server rebuilds the table: what was done "
                   "at once last week takes hours.",
            .instead = "All columns of one table in one ALTER TABLE. Look first:\n"
                       "SELECT name, total_row_versions FROM information_schema.innodb_tables;\n"
                       "and rebuild in a maintenance window: OPTIMIZE TABLE t;",
            .sources = "MySQL manual, \"Online DDL Operations\", \"Column Operations\" (8.0, 8.4, 9.1).",
        },
    .on_statement = check_instant_version_limit,
};

}  // namespace dbw::review
