#include <fmt/format.h>

#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/mysql/columns.hpp"
#include "sqlparse/mysql/options.hpp"

/// CREATE, ALTER, DROP, RENAME and TRUNCATE: which kind of object; bodies of tables are in tables.cpp.
namespace dbw::sqlparse::mysql {
namespace {

using K = StatementKind;
using C = StatementClass;

struct ObjectRow {
  std::string_view word;
  ObjectKind object;
  StatementClass statement_class;
  StatementKind create;
};
constexpr ObjectRow k_objects[] = {
    {"table", ObjectKind::table, C::ddl, K::create_table},
    {"tables", ObjectKind::table, C::ddl, K::other},
    {"index", ObjectKind::index, C::ddl, K::create_index},
    {"view", ObjectKind::view, C::ddl, K::create_view},
    {"database", ObjectKind::database, C::ddl, K::create_database},
    {"schema", ObjectKind::database, C::ddl, K::create_database},
    {"procedure", ObjectKind::function, C::ddl, K::create_function},
    {"function", ObjectKind::function, C::ddl, K::create_function},
    {"trigger", ObjectKind::trigger, C::ddl, K::create_trigger},
    {"event", ObjectKind::other, C::ddl, K::create_function},
    {"sequence", ObjectKind::sequence, C::ddl, K::create_sequence},
    {"user", ObjectKind::role, C::privilege, K::role},
    {"role", ObjectKind::role, C::privilege, K::role},
    {"server", ObjectKind::other, C::admin, K::other},
    {"tablespace", ObjectKind::other, C::admin, K::other},
    {"undo", ObjectKind::other, C::admin, K::other},
    {"logfile", ObjectKind::other, C::admin, K::other},
    {"resource", ObjectKind::other, C::admin, K::other},
    {"spatial", ObjectKind::other, C::admin, K::other},
    {"instance", ObjectKind::other, C::admin, K::other},
    {"prepare", ObjectKind::other, C::procedural, K::prepare},
};

const ObjectRow* find_object(const Cursor& cursor) {
  for (const ObjectRow& row : k_objects) {
    if (cursor.at(row.word)) return &row;
  }
  return nullptr;
}

/// DEFINER = 'user'@'host' | CURRENT_USER[()] | role.
bool take_definer(Cursor& cursor) {
  if (!cursor.take_all("definer", "=")) return false;
  cursor.step();
  cursor.take_group();
  if (cursor.at_kind(TokenKind::variable)) cursor.step();
  return true;
}

/// What stands between CREATE or ALTER and the kind of object; an index's own kind is returned.
std::string modifiers(Shape& shape, Cursor& cursor) {
  Statement& statement = shape.statement;
  std::string index_kind;
  for (;;) {
    if (cursor.take_all("or", "replace")) {
      statement.or_replace = true;
    } else if (cursor.take("temporary")) {
      statement.temporary = true;
    } else if (cursor.take("unique")) {
      statement.unique = true;
    } else if (cursor.at("algorithm") && cursor.at("=", 1)) {
      cursor.step(3);
    } else if (cursor.at("sql") && cursor.at("security", 1)) {
      cursor.step(3);
    } else if (cursor.at("spatial") && !cursor.at("index", 1)) {
      return index_kind;
    } else if (cursor.at("fulltext") || cursor.at("spatial")) {
      index_kind = to_lower(cursor.take_name());
    } else if (!take_definer(cursor) && !cursor.take("aggregate") && !cursor.take("online") &&
               !cursor.take("offline") && !cursor.take("ignore")) {
      return index_kind;
    }
  }
}

void names(Shape& shape, Cursor& cursor, ObjectKind kind, Access access) {
  do {
    if (!cursor.at_name()) return opaque(shape, "a name is missing");
    ObjectName name = cursor.take_object_name();
    add_object(shape, kind, name, access);
    shape.statement.targets.push_back(std::move(name));
  } while (cursor.take(","));
  shape.statement.target = shape.statement.targets.front();
  shape.statement.target_kind = kind;
}

void lock_wait(Cursor& cursor) {
  if (cursor.take("wait")) {
    cursor.step();
  } else {
    cursor.take("nowait");
  }
}

void create_index(Shape& shape, Cursor cursor, std::string kind) {
  Statement& statement = shape.statement;
  statement.if_exists = cursor.take_if_exists();
  ObjectName index{{}, cursor.take_name()};
  if (cursor.take("using")) cursor.step();
  if (!cursor.take("on")) return opaque(shape, "CREATE INDEX without ON");
  set_target(shape, ObjectKind::table, cursor.take_object_name(), Access::alter);
  add_object(shape, ObjectKind::index, index, Access::create);
  if (!cursor.at("(")) return opaque(shape, "CREATE INDEX without columns");
  statement.indexes.push_back({index.name, std::move(kind), read_key_columns(shape, cursor)});
  lock_wait(cursor);
  statement.options = read_options(shape.tokens, {cursor.position(), cursor.end()});
  for (; !cursor.done(); cursor.step()) {  // ALGORITHM=x LOCK=x USING x COMMENT 'x' ...
    const bool option =
        cursor.at_name() || cursor.at("=") || cursor.at_kind(TokenKind::string) || cursor.at_kind(TokenKind::number);
    if (!option) return expect_end(shape, cursor);
  }
}

void create_view(Shape& shape, Cursor cursor) {
  shape.statement.if_exists = cursor.take_if_exists();
  set_target(shape, ObjectKind::view, cursor.take_object_name(), Access::create);
  cursor.take_group();
  if (!cursor.take("as")) return opaque(shape, "CREATE VIEW without AS");
  Cursor lead = cursor;
  while (lead.at("(")) lead.step();
  if (!lead.at("select") && !lead.at("with") && !lead.at("values") && !lead.at("table"))
    return opaque(shape, "CREATE VIEW without a query");
  scan(shape, {cursor.position(), cursor.end()});
}

/// Procedures, functions, triggers and events; their bodies are read elsewhere.
void create_routine(Shape& shape, Cursor cursor, const ObjectRow& row) {
  shape.statement.if_exists = cursor.take_if_exists();
  set_target(shape, row.object, cursor.take_object_name(), Access::create);
  for (Cursor rest = cursor; !rest.done(); rest.skip()) {
    if (rest.at("soname"))
      raise_class(shape.statement, C::file_or_program, "a function from a library of the server's host");
  }
  if (row.object != ObjectKind::trigger) return;
  while (!cursor.done() && !cursor.at("on")) cursor.step();
  if (cursor.take("on")) add_object(shape, ObjectKind::table, cursor.take_object_name(), Access::alter);
}

}  // namespace

void read_create(Shape& shape, Cursor cursor) {
  Statement& statement = shape.statement;
  std::string index_kind = modifiers(shape, cursor);
  const ObjectRow* row = find_object(cursor);
  if (row == nullptr || row->word == "tables" || row->word == "prepare")
    return opaque(shape, fmt::format("CREATE {} is unknown", printable(cursor.text().substr(0, 60))));
  cursor.step();
  statement.kind = row->create;
  raise_class(statement, row->statement_class, {});
  if (row->word == "table") return read_create_table(shape, cursor);
  if (row->word == "index") return create_index(shape, cursor, std::move(index_kind));
  if (row->word == "view") return create_view(shape, cursor);
  if (row->create == K::create_function || row->create == K::create_trigger) return create_routine(shape, cursor, *row);
  if (row->statement_class == C::admin) return;
  statement.if_exists = cursor.take_if_exists();
  if (row->object == ObjectKind::role) return;
  set_target(shape, row->object, cursor.take_object_name(), Access::create);
  scan(shape, {cursor.position(), cursor.end()});
}

void read_alter(Shape& shape, Cursor cursor) {
  Statement& statement = shape.statement;
  modifiers(shape, cursor);
  const ObjectRow* row = find_object(cursor);
  if (row == nullptr || row->word == "tables" || row->word == "prepare" || row->word == "index" ||
      row->word == "trigger")
    return opaque(shape, fmt::format("ALTER {} is unknown", printable(cursor.text().substr(0, 60))));
  cursor.step();
  statement.kind = row->word == "table" ? K::alter_table : row->object == ObjectKind::role ? K::role : K::other;
  if (row->object == ObjectKind::sequence) statement.kind = K::alter_sequence;
  raise_class(statement, row->statement_class, {});
  if (row->statement_class != C::ddl) return;
  statement.if_exists = cursor.take_if_exists();
  if (row->object == ObjectKind::database && !cursor.at_name()) return opaque(shape, "ALTER DATABASE without a name");
  set_target(shape, row->object, cursor.take_object_name(), Access::alter);
  if (row->word == "table") {
    lock_wait(cursor);
    return read_alter_actions(shape, cursor);
  }
  if (row->word == "view") {
    cursor.take_group();
    if (!cursor.take("as")) return opaque(shape, "ALTER VIEW without AS");
    scan(shape, {cursor.position(), cursor.end()});
  }
}

void read_drop(Shape& shape, Cursor cursor) {
  Statement& statement = shape.statement;
  statement.kind = K::drop;
  statement.temporary = cursor.take("temporary");
  while (cursor.take("online") || cursor.take("offline") || cursor.take("undo")) {
  }
  const ObjectRow* row = find_object(cursor);
  if (row == nullptr) return opaque(shape, fmt::format("DROP {} is unknown", printable(cursor.text().substr(0, 60))));
  cursor.step();
  raise_class(statement, row->statement_class, {});
  statement.target_kind = row->object;
  if (row->object == ObjectKind::role) statement.kind = K::role;
  if (row->word == "prepare") statement.kind = K::prepare;
  if (row->statement_class != C::ddl) return;
  statement.if_exists = cursor.take_if_exists();
  names(shape, cursor, row->object, Access::drop);
  if (row->word == "index") {
    if (!cursor.take("on")) return opaque(shape, "DROP INDEX without ON");
    add_object(shape, ObjectKind::table, cursor.take_object_name(), Access::alter);
    shape.statement.options = read_options(shape.tokens, {cursor.position(), cursor.end()});
    while (cursor.at("algorithm") || cursor.at("lock")) {
      cursor.step();
      cursor.take("=");
      cursor.step();
    }
  }
  if (!cursor.take("restrict")) statement.cascade = cursor.take("cascade");
  lock_wait(cursor);
  expect_end(shape, cursor);
}

/// RENAME TABLE a TO b, c TO d; RENAME USER.
void read_rename(Shape& shape, Cursor cursor) {
  Statement& statement = shape.statement;
  if (cursor.take("user")) {
    statement.kind = K::role;
    return raise_class(statement, C::privilege, {});
  }
  if (!cursor.take("table") && !cursor.take("tables")) return opaque(shape, "RENAME of something unknown");
  statement.kind = K::alter_table;
  raise_class(statement, C::ddl, {});
  statement.if_exists = cursor.take_if_exists();
  do {
    const ObjectName from = cursor.take_object_name();
    lock_wait(cursor);
    if (!cursor.take("to")) return opaque(shape, "RENAME TABLE without TO");
    const ObjectName to = cursor.take_object_name();
    if (statement.actions.empty()) {
      set_target(shape, ObjectKind::table, from, Access::alter);
    } else {
      add_object(shape, ObjectKind::table, from, Access::alter);
    }
    add_object(shape, ObjectKind::table, to, Access::create);
    AlterAction action;
    action.kind = AlterAction::Kind::rename_table;
    action.name = from.name;
    action.other_table = from;
    action.new_name = to.name;
    statement.actions.push_back(std::move(action));
  } while (cursor.take(","));
  expect_end(shape, cursor);
}

void read_truncate(Shape& shape, Cursor cursor) {
  cursor.take("table");
  shape.statement.kind = K::truncate;
  raise_class(shape.statement, C::ddl, {});
  if (!cursor.at_name()) return opaque(shape, "TRUNCATE without a table");
  set_target(shape, ObjectKind::table, cursor.take_object_name(), Access::write);
  shape.statement.targets.push_back(shape.statement.target);
  lock_wait(cursor);
  expect_end(shape, cursor);
}

}  // namespace dbw::sqlparse::mysql
