#include <algorithm>

#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// What one change may use of the row versions of a table whose count is not known.
constexpr std::size_t k_row_versions_share = 8;

std::size_t row_versions_max(ServerVersion version) { return version >= ServerVersion{9, 1, 0} ? 255 : 64; }

/// The server that the snapshot was taken of knows its own version better than settings such as "8.0".
ServerVersion instant_version_of(const RuleInput& in) {
  const std::string seen = in.schema.has_snapshot() ? in.review.snapshot->catalogue.server_version : std::string();
  return seen.empty() ? version_of(in) : server_version(in.review.engine, seen);
}

/// nullptr where the schema shows none.
const schema::Index* fulltext_index(const schema::Relation& table) {
  const auto found = std::find_if(table.indexes.begin(), table.indexes.end(),
                                  [](const schema::Index& it) { return to_lower(it.method) == "fulltext"; });
  return found != table.indexes.end() ? &*found : nullptr;
}

bool asks_for_more_than_instant(const Statement& statement) {
  const std::string_view algorithm = ddl_clause(statement, "algorithm");
  return algorithm == "inplace" || algorithm == "copy";
}

/// True where the schema shows that the table has no row versions at all.
bool check_never_instant(const RuleInput& in, Findings& out) {
  const schema::Relation* table = in.schema.relation(in.statement.target);
  if (table == nullptr) return false;
  if (!table->storage_engine.empty() && to_lower(table->storage_engine) != "innodb") return true;
  const schema::Index* index = fulltext_index(*table);
  if (index == nullptr) return false;
  if (!asks_for_more_than_instant(in.statement))
    out.add(in.statement.range,
            quoted(in.statement.target) + " has the FULLTEXT index " + quoted(index->name) +
                ", so no column is added or dropped INSTANT: the server refuses ALGORITHM=INSTANT, or rebuilds the "
                "table without it",
            in.statement.target.text());
  return true;
}

void check_instant_version_limit(const RuleInput& in, Findings& out) {
  const ServerVersion version = instant_version_of(in);
  if (version < ServerVersion{8, 0, 29}) return;
  const std::size_t number = in.index.row_version(in.statement);
  if (number == 0 || check_never_instant(in, out)) return;
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
            .revision = 2,
            .severity = model::Severity::warning,
            .summary =
                "More statements that add or drop columns of a table than InnoDB can carry out INSTANT: 64 row "
                "versions, 255 from MySQL 9.1 on. As a notice where one change uses up an eighth of them. With a "
                "schema snapshot also each such statement on a table with a FULLTEXT index, which is never "
                "INSTANT; the snapshot's server version counts, and tables of other storage engines do not.",
            .why = "Each such statement makes a row version, and only a rebuild takes them back. Past the limit "
                   "ALGORITHM=INSTANT is refused, and without the clause the server rebuilds the table: what was done "
                   "at once last week takes hours.",
            .instead = "All columns of one table in one ALTER TABLE. Look first:\n"
                       "SELECT name, total_row_versions FROM information_schema.innodb_tables;\n"
                       "and rebuild in a maintenance window: OPTIMIZE TABLE t;",
            .sources =
                "MySQL manual, \"Online DDL Operations\", \"Column Operations\" (8.0, 8.4, 9.1): FULLTEXT, and the "
                "number of row versions. A snapshot does not hold the versions in use, nor ROW_FORMAT.",
        },
    .on_statement = check_instant_version_limit,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
