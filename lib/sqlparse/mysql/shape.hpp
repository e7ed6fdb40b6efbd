#pragma once

#include <string_view>
#include <vector>

#include "sqlparse/mysql/split.hpp"
#include "sqlparse/mysql/tokens.hpp"
#include "sqlparse/statement.hpp"

/// The shape of one statement from its tokens: class, objects, functions and the facts that rules need. Leaders come
/// from an allow-list; a token that is left over where a shape is complete makes the statement opaque.
namespace dbw::sqlparse::mysql {

/// What the parts of the shape parser share.
struct Shape {
  Statement& statement;
  const Tokens& tokens;
  Engine engine;
};

/// Fills a new statement; `split` has the statements of its body, where it has one.
void read_shape(Statement& statement, const Tokens& tokens, Engine engine, const SplitStatement& split);

/// Functions, relations and everything else that raises a class anywhere between two positions.
void scan(Shape& shape, ByteRange positions);
/// The same for what follows FROM: tables and joins.
void scan_references(Shape& shape, ByteRange positions);
/// How the condition between two positions restricts.
Restriction restriction_of(const Tokens& tokens, ByteRange positions);

/// The cursor stands behind the leader.
void read_insert(Shape& shape, Cursor cursor, std::string_view lead);
void read_update(Shape& shape, Cursor cursor);
void read_delete(Shape& shape, Cursor cursor);
void read_set(Shape& shape, Cursor cursor);
void read_create(Shape& shape, Cursor cursor);
void read_drop(Shape& shape, Cursor cursor);
void read_rename(Shape& shape, Cursor cursor);
void read_truncate(Shape& shape, Cursor cursor);
void read_alter(Shape& shape, Cursor cursor);
/// Behind CREATE ... TABLE.
void read_create_table(Shape& shape, Cursor cursor);
/// Behind ALTER TABLE name.
void read_alter_actions(Shape& shape, Cursor cursor);

void opaque(Shape& shape, std::string_view reason);
/// Opaque unless the cursor is done.
void expect_end(Shape& shape, const Cursor& cursor);
void add_object(Shape& shape, ObjectKind kind, const ObjectName& name, Access access);
void set_target(Shape& shape, ObjectKind kind, ObjectName name, Access access);

}  // namespace dbw::sqlparse::mysql
