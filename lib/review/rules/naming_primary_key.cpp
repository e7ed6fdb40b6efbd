#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// PostgreSQL cuts names that it makes itself to this length.
constexpr std::size_t k_identifier_bytes_max = 63;

void check_naming_primary_key(const RuleInput& in, Findings& out) {
  const std::string wanted = in.statement.target.name + "_pkey";
  const auto look = [&](const sqlparse::Constraint& key) {
    if (key.kind != ConstraintKind::primary_key || key.name.empty() || key.name == wanted) return;
    if (wanted.size() > k_identifier_bytes_max) return;
    out.add(in.statement.range, "primary key " + quoted(key.name) + " is not called " + quoted(wanted),
            in.statement.target.text());
  };
  for (const sqlparse::Constraint& constraint : in.statement.constraints) look(constraint);
  for_declared_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    for (const sqlparse::Constraint& constraint : column.constraints) look(constraint);
  });
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::add_constraint) look(action.constraint);
  }
}

}  // namespace

constinit const Rule k_rule_naming_primary_key = {
    .info =
        {
            .id = "naming-primary-key",
            .category = "naming",
            .engines = k_postgresql,
            .severity = model::Severity::off,
            .summary = "A primary key with a name other than <table>_pkey, which PostgreSQL itself gives. Off unless "
                       "the policy gives it a severity.",
            .why =
                "Error messages, ON CONFLICT ON CONSTRAINT and later changes name the key. With one pattern everybody "
                "can write the name without looking it up, and databases that were set up in different ways agree.",
            .instead = "Leave the name out, or ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY (id);",
            .sources = "PostgreSQL manual, CREATE TABLE, \"CONSTRAINT constraint_name\".",
        },
    .on_statement = check_naming_primary_key,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
