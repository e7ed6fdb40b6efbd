#pragma once

#include "review/facts.hpp"
#include "sqlparse/statement.hpp"

/// Statements of PostgreSQL whose time grows with the data of a table that is older than the change.
namespace dbw::review {

/// A column of such a definition has a value of its own in every row: adding it writes the table anew.
bool fills_every_row(const sqlparse::ColumnDefinition& column);
/// Adding the constraint to a table checks its rows or builds an index over them.
bool works_through_rows(const sqlparse::Constraint& constraint);
/// Writes a table or an index anew.
bool rewrites_old_table(const sqlparse::Statement& statement, const ChangeFacts& facts);
/// Rewrites, reads every row, or changes every row. What has a condition may be quick and does not count.
bool works_through_old_table(const sqlparse::Statement& statement, const ChangeFacts& facts);

}  // namespace dbw::review
