#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_listed_key_type(const std::string& type) {
  for (const std::string_view listed : {"int", "integer", "bigint", "serial", "bigserial", "uuid", "binary"}) {
    if (type == listed) return true;
  }
  return false;
}

void check_primary_key_type_allowlist(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::create_table || in.statement.temporary) return;
  const std::set<std::string> key = primary_key_columns(in.statement);
  for (const sqlparse::ColumnDefinition& column : in.statement.columns) {
    if (key.count(column.name) != 0 && !is_listed_key_type(to_lower(column.type)))
      out.add(in.statement.range, "the primary key holds column " + quoted(column.name) + " of type " + column.type,
              in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_primary_key_type_allowlist = {
    .info =
        {
            .id = "primary-key-type-allowlist",
            .category = "type-choice",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "CREATE TABLE whose primary key holds a column of another type than int, bigint, serial, uuid "
                       "or binary.",
            .why = "Every foreign key and every index entry repeats the key; texts are large, compare by collation, "
                   "and change when names do.",
            .instead = "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, with a UNIQUE constraint on the text.",
            .sources = "PostgreSQL manual, \"Constraints\", \"Primary Keys\"; MySQL manual, \"Clustered and Secondary "
                       "Indexes\"; SQLite documentation, \"Rowid Tables\".",
        },
    .on_statement = check_primary_key_type_allowlist,
    .kinds = {StatementKind::create_table},
};

}  // namespace dbw::review
