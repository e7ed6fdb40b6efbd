#pragma once

#include "review/fix_rewrite.hpp"

/// What the other statements of a change mean for one that changes rows. For the fixes of such statements alone.
namespace dbw::review {

/// Its target, or one of its objects, has the table's bare name.
bool names_table(const sqlparse::Statement& statement, const sqlparse::ObjectName& table);

/// It adds columns, indexes, tables or constraints that nothing has to meet yet, or sets up its transaction: rows,
/// rights, triggers and what holds for the tables stay as they are.
bool only_builds(const sqlparse::Statement& statement);

/// A statement of the change before this one makes a trigger or a rule that names the table.
bool has_new_code(const FixInput& in, const sqlparse::ObjectName& table);

/// Every column that an UPDATE of the file sets is new: nothing else can depend on its rows changing together.
bool fills_new_columns(const FixInput& in, const sqlparse::Statement& update);

/// Why the rest of the file does not allow the statement to be a step of its own in pieces.
std::optional<std::string> why_not_beside_others(const FixInput& in);

/// The change has added the column, and every row still has NULL there.
bool is_null_everywhere(const FixInput& in, const std::string& column);

}  // namespace dbw::review
