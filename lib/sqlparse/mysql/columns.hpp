#pragma once

#include "sqlparse/mysql/shape.hpp"

/// Column definitions and constraints, as CREATE TABLE and ALTER TABLE write them.
namespace dbw::sqlparse::mysql {

/// CONSTRAINT, PRIMARY, UNIQUE, FOREIGN, CHECK and indexes begin no column.
bool starts_table_constraint(const Cursor& cursor);
/// One of these up to the next comma; nullopt for a plain index. What is left over makes the statement opaque.
std::optional<Constraint> read_table_constraint(Shape& shape, Cursor& cursor, IndexDefinition& index);
/// (name [(length)] [ASC | DESC], (expression), ...): the names.
std::vector<std::string> read_key_columns(Shape& shape, Cursor& cursor);
/// A name, its type and attributes, up to the next comma, FIRST or AFTER.
ColumnDefinition read_column(Shape& shape, Cursor& cursor);

}  // namespace dbw::sqlparse::mysql
