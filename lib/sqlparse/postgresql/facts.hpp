#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "sqlparse/postgresql/lexer.hpp"
#include "sqlparse/postgresql/tree.hpp"
#include "sqlparse/statement.hpp"

/// What rules ask about a statement beyond its class: targets, columns, constraints, actions, options.
namespace dbw::sqlparse::postgresql {

/// Where a tree's locations point: byte `base` of `sql` is the statement's first.
struct Source {
  std::string_view sql;
  const std::vector<Token>& tokens;
  std::size_t base;
};

/// Fills everything that walk_statement() does not. Runs after it.
void fill_facts(Statement& statement, const Node& root, const Source& source);

ColumnDefinition column_definition(const Node& column_def, const Source& source);
Constraint constraint(const Node& node, const Source& source);
/// Fills type, type_arguments and array of a TypeName.
void fill_type(ColumnDefinition& column, const Node& type_name);
void fill_alter_table(Statement& statement, const Node& root, const Source& source);

}  // namespace dbw::sqlparse::postgresql
