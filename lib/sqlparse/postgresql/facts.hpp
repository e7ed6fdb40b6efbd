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
/// CREATE TYPE ... AS ENUM or RANGE, ALTER TYPE.
void fill_named_type(Statement& statement, const Node& root, const Source& source);
void fill_create_domain(Statement& statement, const Node& root, const Source& source);
void fill_alter_domain(Statement& statement, const Node& root, const Source& source);
/// CREATE and ALTER of functions and procedures.
void fill_create_function(Statement& statement, const Node& root, const Source& source);
void fill_alter_function(Statement& statement, const Node& root, const Source& source);
void fill_policy(Statement& statement, const Node& root, const Source& source);

void add_object(Statement& statement, ObjectKind kind, const ObjectName& name, Access access);
/// For statements that create or alter one thing named outside a RangeVar: lists it and makes it the target.
void take_named(Statement& statement, ObjectKind kind, const ObjectName& name, Access access);

}  // namespace dbw::sqlparse::postgresql
