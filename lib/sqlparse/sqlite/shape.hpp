#pragma once

#include <string_view>
#include <vector>

#include "sqlparse/sqlite/cursor.hpp"
#include "sqlparse/statement.hpp"

/// The shape of one SQLite statement from its tokens: class, objects, functions and the facts that rules need. It reads
/// only as far as it understands, and what it does not understand never lowers a class; SQLite itself checks the syntax
/// afterwards.
namespace dbw::sqlparse::sqlite {

/// `sql` is the whole input, which the tokens' ranges index.
Statement read_shape(std::string_view sql, const std::vector<Token>& tokens);

/// Relations and functions anywhere in the tokens from `begin` on. Relations count as read.
void scan_expressions(Statement& statement, const std::vector<Token>& tokens, std::size_t begin);

/// How the condition between two token positions restricts.
Restriction restriction_of(const std::vector<Token>& tokens, ByteRange positions);

/// CREATE TABLE and ALTER TABLE bodies.
void fill_create_table(Statement& statement, std::string_view sql, Cursor cursor);
void fill_alter_table(Statement& statement, std::string_view sql, Cursor cursor);

}  // namespace dbw::sqlparse::sqlite
