#include <fmt/format.h>

#include "base/text.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Below so many rows in all reached tables together a cascade is worth a warning, no more.
constexpr std::int64_t k_rows_max = 10'000;

/// The tables that deleting rows of one reaches through ON DELETE CASCADE, itself left out, each once.
class Cascade {
 public:
  Cascade(const SchemaState& schema, const schema::Relation& root) : m_schema(schema) {
    m_seen.insert(root.name);
    reach(root);
  }
  const std::vector<const schema::Relation*>& tables() const { return m_tables; }
  /// Rows of all of them; nullopt where one has no estimate.
  std::optional<std::int64_t> rows() const {
    std::int64_t sum = 0;
    for (const schema::Relation* table : m_tables) {
      if (!table->rows) return std::nullopt;
      sum += *table->rows;
    }
    return sum;
  }

 private:
  void reach(const schema::Relation& root) {
    std::vector<const schema::Relation*> open = {&root};
    while (!open.empty()) {
      const schema::Relation& from = *open.back();
      open.pop_back();
      for (const schema::Relation* table : m_schema.referencing(from)) {
        if (!cascades(*table, from) || !m_seen.insert(table->name).second) continue;
        m_tables.push_back(table);
        open.push_back(table);
      }
    }
  }
  static bool cascades(const schema::Relation& table, const schema::Relation& from) {
    for (const schema::Constraint& key : table.constraints) {
      if (key.kind == ConstraintKind::foreign_key && key.on_delete == "cascade" &&
          to_lower(key.references.name) == to_lower(from.name.name))
        return true;
    }
    return false;
  }

  const SchemaState& m_schema;
  std::set<schema::Name> m_seen;
  std::vector<const schema::Relation*> m_tables;
};

void check_delete_cascade_fanout(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::delete_) return;
  const schema::Relation* table = in.schema.relation(in.statement.target);
  if (table == nullptr) return;
  const Cascade cascade(in.schema, *table);
  if (cascade.tables().empty()) return;
  std::vector<std::string> names;
  for (const schema::Relation* each : cascade.tables()) names.push_back("\"" + each->name.text() + "\"");
  const std::optional<std::int64_t> rows = cascade.rows();
  model::Finding& finding = out.add(
      in.statement.range,
      fmt::format("deleting from {} also deletes rows of {}, which {}", quoted(in.statement.target), join(names, ", "),
                  rows ? fmt::format("hold about {} rows", *rows) : "hold an unknown number of rows"),
      in.statement.target.text());
  if (rows && *rows <= k_rows_max) Findings::at_most(finding, model::Severity::warning);
}

}  // namespace

constinit const Rule k_rule_delete_cascade_fanout = {
    .info =
        {
            .id = "delete-cascade-fanout",
            .category = "destructive",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary = "DELETE from a table whose rows others follow through ON DELETE CASCADE, as this change or the "
                       "schema snapshot says it; a warning up to 10,000 rows in all of them.",
            .why = "The statement names one table and empties several. The row guard of a request counts the rows of "
                   "the named table alone, the cascade holds locks on all of them, and no rollback script knows what "
                   "was there.",
            .instead =
                "Delete the dependent rows first, in batches, table by table; then the DELETE meets nothing that "
                "cascades.",
            .sources = "PostgreSQL manual, \"Constraints\"; MySQL manual, \"FOREIGN KEY Constraints\"; SQLite manual, "
                       "\"Foreign Key Support\".",
        },
    .on_statement = check_delete_cascade_fanout,
    .kinds = {StatementKind::delete_},
};

}  // namespace dbw::review
