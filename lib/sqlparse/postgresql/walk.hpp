#pragma once

#include "sqlparse/postgresql/tree.hpp"
#include "sqlparse/statement.hpp"

/// The pass over a whole parse tree that decides what a statement can do: it visits every node whatever its type, so
/// that nothing hides in a CTE, subquery, MERGE arm, function body or option.
namespace dbw::sqlparse::postgresql {

/// Fills class, reason, objects, functions and restriction. `root` is the top statement node.
void walk_statement(Statement& statement, const Node& root);

}  // namespace dbw::sqlparse::postgresql
