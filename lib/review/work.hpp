#pragma once

#include "review/facts.hpp"
#include "sqlparse/statement.hpp"

/// Statements of PostgreSQL whose time grows with the data of a table that is older than the change.
namespace dbw::review {

/// Writes a table or an index anew.
bool rewrites_old_table(const sqlparse::Statement& statement, const ChangeFacts& facts);
/// Rewrites, reads every row, or changes every row. What has a condition may be quick and does not count.
bool works_through_old_table(const sqlparse::Statement& statement, const ChangeFacts& facts);

}  // namespace dbw::review
