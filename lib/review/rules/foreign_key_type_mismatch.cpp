#include <algorithm>

#include <fmt/format.h>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Types that hold the same values: what numbers itself, spellings of one type.
std::string plain_type(const RuleInput& in, const schema::Column& column) {
  std::string type = column.type;
  if (type == "int" || type == "serial") type = "integer";
  if (type == "bigserial") type = "bigint";
  if (type == "smallserial") type = "smallint";
  if (is_mysql(in) && column.is_unsigned) type += " unsigned";
  if (is_mysql(in) && !column.charset.empty()) type += " of " + column.charset;
  return type;
}

std::vector<std::string> referenced_columns(const RuleInput& in, const sqlparse::Constraint& key) {
  if (!key.referenced_columns.empty()) return key.referenced_columns;
  const schema::Relation* table = in.schema.relation(key.references);
  if (table == nullptr) return {};
  for (const schema::Constraint& constraint : table->constraints) {
    if (constraint.kind == ConstraintKind::primary_key) return constraint.columns;
  }
  return {};
}

/// As the statement itself declares it, else nullptr.
const sqlparse::ColumnDefinition* declared_column(const Statement& statement, const std::string& name) {
  for (const sqlparse::ColumnDefinition& column : statement.columns) {
    if (column.name == name) return &column;
  }
  for (const AlterAction& action : statement.actions) {
    if (action.kind == AlterAction::Kind::add_column && action.column.name == name) return &action.column;
  }
  return nullptr;
}

const schema::Column* own_column(const RuleInput& in, const std::string& name, schema::Column& made) {
  const sqlparse::ColumnDefinition* column = declared_column(in.statement, name);
  if (column == nullptr) return in.schema.column(in.statement.target, name);
  made.type = column->type;
  made.is_unsigned = column->is_unsigned;
  made.charset = column->charset;
  return &made;
}

void check_key(const RuleInput& in, const sqlparse::Constraint& key, const std::string& inline_column, Findings& out) {
  if (key.kind != ConstraintKind::foreign_key) return;
  const std::vector<std::string> own =
      key.columns.empty() && !inline_column.empty() ? std::vector<std::string>{inline_column} : key.columns;
  const std::vector<std::string> others = referenced_columns(in, key);
  for (std::size_t i = 0; i < std::min(own.size(), others.size()); ++i) {
    schema::Column made;
    const schema::Column* column = own_column(in, own[i], made);
    const schema::Column* other = in.schema.column(key.references, others[i]);
    if (column == nullptr || other == nullptr || column->type.empty() || other->type.empty()) continue;
    const std::string type = plain_type(in, *column), wanted = plain_type(in, *other);
    // A character set that is not written is the table's, which is not known.
    const bool unknown = type.find(" of ") == std::string::npos || wanted.find(" of ") == std::string::npos;
    if (type == wanted || (unknown && type.substr(0, type.find(" of ")) == wanted.substr(0, wanted.find(" of "))))
      continue;
    out.add(in.statement.range,
            fmt::format("{} is {}, but {} of {} is {}", quoted(own[i]), type, quoted(others[i]), quoted(key.references),
                        wanted),
            in.statement.target.text() + "." + own[i]);
  }
}

void check_foreign_key_type_mismatch(const RuleInput& in, Findings& out) {
  const auto check_column = [&](const sqlparse::ColumnDefinition& column) {
    for (const sqlparse::Constraint& key : column.constraints) check_key(in, key, column.name, out);
  };
  for (const sqlparse::ColumnDefinition& column : in.statement.columns) check_column(column);
  for (const sqlparse::Constraint& key : in.statement.constraints) check_key(in, key, {}, out);
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::add_column) check_column(action.column);
    if (action.kind == AlterAction::Kind::add_constraint) check_key(in, action.constraint, {}, out);
  }
}

}  // namespace

constinit const Rule k_rule_foreign_key_type_mismatch = {
    .info =
        {
            .id = "foreign-key-type-mismatch",
            .category = "data-dependent",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary =
                "A foreign key whose column has another type than the column it refers to, as this change or the "
                "schema snapshot says it.",
            .why = "PostgreSQL accepts types that compare (integer and bigint) and casts on every check; from the day "
                   "the referenced numbers outgrow the narrower type, rows cannot be referred to. Others it refuses. "
                   "MySQL and MariaDB refuse the statement, different signs and character sets included. SQLite "
                   "accepts all, and texts never equal numbers.",
            .instead = "Give the column the type of the one it refers to.",
            .sources = "MySQL manual, \"FOREIGN KEY Constraints\"; SQLite manual, \"Foreign Key Support\"; measured on "
                       "PostgreSQL 15 and MariaDB 10.11.",
        },
    .on_statement = check_foreign_key_type_mismatch,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
