#pragma once

#include "sqlparse/postgresql/tree.hpp"
#include "sqlparse/statement.hpp"

/// The pass over a whole parse tree that decides what a statement can do: it visits every node whatever its type, so
/// that nothing hides in a CTE, subquery, MERGE arm, function body or option.
namespace dbw::sqlparse::postgresql {

/// Fills class, reason, objects, functions and restriction. `root` is the top statement node.
void walk_statement(Statement& statement, const Node& root);

/// How a condition restricts the rows: none without one, always_true where it holds for every row or for none whatever
/// their values.
Restriction restriction_of(const Node& condition);

}  // namespace dbw::sqlparse::postgresql
