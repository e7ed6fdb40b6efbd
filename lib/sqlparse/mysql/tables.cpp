#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/mysql/columns.hpp"
#include "sqlparse/mysql/options.hpp"

/// The bodies of CREATE TABLE and ALTER TABLE.
namespace dbw::sqlparse::mysql {
namespace {

using Kind = AlterAction::Kind;
using C = StatementClass;

constexpr std::string_view k_rewrites[] = {"engine", "row_format", "convert", "order", "force", "key_block_size"};
constexpr std::string_view k_maintenance[] = {
    "algorithm",  "lock",     "convert",    "order",    "force",     "disable", "enable", "discard",
    "import",     "check",    "checkpoint", "analyze",  "optimize",  "rebuild", "repair", "coalesce",
    "reorganize", "exchange", "remove",     "truncate", "partition", "upgrade", "period"};

class Alteration {
 public:
  Alteration(Shape& shape, Cursor cursor) : m_shape(shape), m_cursor(cursor) {}

  void run() {
    if (m_cursor.done()) return;  // ALTER TABLE t is allowed and does nothing
    for (;;) {
      AlterAction action;
      const std::size_t start = m_cursor.position();
      read(action);
      check_table_options(m_shape, {start, std::min(m_cursor.position(), m_cursor.end())});
      if (!m_handled) m_shape.statement.actions.push_back(std::move(action));
      m_handled = false;
      if (m_cursor.done()) return;
      const bool partitioning = m_cursor.at("partition") || m_cursor.at("remove");  // follows without a comma
      if (!partitioning && !m_cursor.take(",")) return expect_end(m_shape, m_cursor);
    }
  }

 private:
  void read(AlterAction& action) {
    if (m_cursor.take("add")) return add(action);
    if (m_cursor.take("drop")) return drop(action);
    if (m_cursor.take("modify")) return modify(action, false);
    if (m_cursor.take("change")) return modify(action, true);
    if (m_cursor.take("alter")) return alter(action);
    if (m_cursor.take("rename")) return rename(action);
    if (!m_cursor.at_any(k_maintenance) && !m_cursor.at_any(k_options) && m_cursor.at_name() && m_cursor.at("=", 1)) {
      action.kind = Kind::set_options;
      raise_class(m_shape.statement, C::file_or_program, k_engine_option);
      return m_cursor.step(3);
    }
    if (!m_cursor.at_any(k_maintenance) && !m_cursor.at_any(k_options))
      return opaque(m_shape, fmt::format("ALTER TABLE ... {} is unknown", printable(m_cursor.text().substr(0, 60))));
    action.kind = m_cursor.at_any(k_rewrites) ? Kind::storage_rewrite : Kind::set_options;
    const bool list = m_cursor.at("order") || m_cursor.at("partition") || m_cursor.at("reorganize") ||
                      m_cursor.at("truncate") || m_cursor.at("analyze") || m_cursor.at("check") ||
                      m_cursor.at("optimize") || m_cursor.at("rebuild") || m_cursor.at("repair");
    if (m_cursor.at("truncate")) action.kind = Kind::other;
    const std::size_t end = list ? m_cursor.end() : m_cursor.part_end();
    const std::vector<Option> options = read_options(m_shape.tokens, {m_cursor.position(), end});
    if (!options.empty()) action.option = options.front();
    m_shape.statement.options.insert(m_shape.statement.options.end(), options.begin(), options.end());
    m_cursor.move_to(end);
  }

  void add(AlterAction& action) {
    if (m_cursor.at("partition") || m_cursor.at("period") || m_cursor.at("system")) {
      action.option.name = "add " + to_lower(m_cursor.text());
      m_cursor.step();
      m_cursor.take_if_exists();
      while (m_cursor.take("local") || m_cursor.take("no_write_to_binlog")) {
      }
      if (m_cursor.at("partitions")) action.option.value = "partitions";  // of HASH and KEY: their number grows
      return m_cursor.move_to(m_cursor.part_end());
    }
    if (starts_table_constraint(m_cursor)) return add_constraint(m_cursor, action);
    m_cursor.take("column");
    action.if_exists = m_cursor.take_if_exists();
    if (!m_cursor.at("(")) return add_column(m_cursor, action);
    m_handled = true;
    Cursor inside(m_shape.tokens, m_cursor.take_group());
    do {
      AlterAction one;
      one.if_exists = action.if_exists;
      if (starts_table_constraint(inside)) {
        add_constraint(inside, one);
      } else {
        add_column(inside, one);
      }
      m_shape.statement.actions.push_back(std::move(one));
    } while (inside.take(","));
    expect_end(m_shape, inside);
  }

  void add_constraint(Cursor& cursor, AlterAction& action) {
    auto constraint = read_table_constraint(m_shape, cursor, action.index);
    if (!constraint) {
      action.kind = Kind::add_index;
      action.name = action.index.name;
      return;
    }
    action.kind = Kind::add_constraint;
    action.name = constraint->name;
    action.constraint = std::move(*constraint);
  }

  void add_column(Cursor& cursor, AlterAction& action) {
    action.kind = Kind::add_column;
    action.column = read_column(m_shape, cursor);
    action.name = action.column.name;
    action.positioned = take_position(cursor);
  }

  static bool take_position(Cursor& cursor) {
    if (!cursor.take("after")) return cursor.take("first");
    cursor.take_name();
    return true;
  }

  void drop(AlterAction& action) {
    if (m_cursor.at("partition") || m_cursor.at("period") || m_cursor.at("system")) {
      action.option.name = "drop " + to_lower(m_cursor.text());
      return m_cursor.move_to(m_cursor.end());
    }
    action.kind = Kind::drop_constraint;
    if (m_cursor.take_all("primary", "key")) {
      action.name = "PRIMARY";
      return;
    }
    const bool index = m_cursor.take("index") || m_cursor.take("key");
    const bool constraint = m_cursor.take_all("foreign", "key") || m_cursor.take("constraint") ||
                            (m_cursor.at("check") && m_cursor.take("check"));
    if (index) action.kind = Kind::drop_index;
    if (!index && !constraint) {
      m_cursor.take("column");
      action.kind = Kind::drop_column;
    }
    action.if_exists = m_cursor.take_if_exists();
    const bool primary = constraint && m_cursor.at("primary") && m_cursor.at("key", 1);
    action.name = m_cursor.take_name();
    if (primary) {
      action.name = "PRIMARY";
      m_cursor.step();
    }
    if (action.name.empty()) return opaque(m_shape, "DROP without a name");
    if (!m_cursor.take("restrict")) action.cascade = m_cursor.take("cascade");
  }

  /// MODIFY gives a column a whole new definition; CHANGE may rename it too.
  void modify(AlterAction& action, bool names_twice) {
    m_cursor.take("column");
    action.if_exists = m_cursor.take_if_exists();
    const std::string old_name = names_twice ? m_cursor.take_name() : std::string();
    ColumnDefinition column = read_column(m_shape, m_cursor);
    action.positioned = take_position(m_cursor);
    action.redefines = true;
    action.changes = names_twice;
    action.kind = Kind::alter_type;
    action.name = names_twice ? old_name : column.name;
    if (names_twice && to_lower(old_name) != to_lower(column.name)) {
      AlterAction renamed;
      renamed.kind = Kind::rename_column;
      renamed.name = old_name;
      renamed.new_name = column.name;
      m_shape.statement.actions.push_back(std::move(renamed));
    }
    if (column.not_null) {
      AlterAction not_null;
      not_null.kind = Kind::set_not_null;
      not_null.name = column.name;
      m_shape.statement.actions.push_back(std::move(not_null));
    }
    action.column = std::move(column);
  }

  void alter(AlterAction& action) {
    if (m_cursor.at("index") || m_cursor.at("check") || m_cursor.at("constraint") || m_cursor.at("key")) {
      const std::size_t end = m_cursor.part_end();
      action.option.name = "alter " + to_lower(m_cursor.text());
      action.option.value = to_lower(m_shape.tokens.source({m_cursor.position() + 2, end}));  // "not enforced"
      m_cursor.step();
      action.name = m_cursor.take_name();
      m_cursor.move_to(end);
      action.kind = Kind::set_options;
      return;
    }
    m_cursor.take("column");
    m_cursor.take_if_exists();
    action.name = m_cursor.take_name();
    if (m_cursor.take_all("set", "default")) {
      action.kind = Kind::set_default;
      const std::size_t end = m_cursor.part_end();
      scan(m_shape, {m_cursor.position(), end});
      m_cursor.move_to(end);
    } else if (m_cursor.take_all("drop", "default")) {
      action.kind = Kind::drop_default;
    } else if (m_cursor.take_all("set", "visible") || m_cursor.take_all("set", "invisible")) {
      action.kind = Kind::set_options;
    } else {
      opaque(m_shape, "ALTER COLUMN of something unknown");
    }
  }

  void rename(AlterAction& action) {
    if (m_cursor.take("column")) {
      action.kind = Kind::rename_column;
      action.if_exists = m_cursor.take_if_exists();
      action.name = m_cursor.take_name();
    } else if (m_cursor.take("index") || m_cursor.take("key")) {
      action.kind = Kind::rename_other;
      m_cursor.take_if_exists();
      action.name = m_cursor.take_name();
    } else {
      action.kind = Kind::rename_table;
      action.name = m_shape.statement.target.name;
      if (!m_cursor.take("to") && !m_cursor.take("as")) m_cursor.take("=");
      const ObjectName to = m_cursor.take_object_name();
      action.new_name = to.name;
      add_object(m_shape, ObjectKind::table, to, Access::create);
      if (to.name.empty()) opaque(m_shape, "RENAME without a name");
      return;
    }
    if (!m_cursor.take("to")) return opaque(m_shape, "RENAME without TO");
    action.new_name = m_cursor.take_name();
    if (action.new_name.empty()) opaque(m_shape, "RENAME without a name");
  }

  Shape& m_shape;
  Cursor m_cursor;
  bool m_handled = false;  ///< the action stands in the statement already
};

void definitions(Shape& shape, Cursor inside) {
  Statement& statement = shape.statement;
  do {
    if (inside.at("period") && inside.at("for", 1)) {
      inside.move_to(inside.part_end());
    } else if (starts_table_constraint(inside)) {
      IndexDefinition index;
      if (auto constraint = read_table_constraint(shape, inside, index)) {
        statement.constraints.push_back(std::move(*constraint));
      } else {
        statement.indexes.push_back(std::move(index));
      }
    } else {
      statement.columns.push_back(read_column(shape, inside));
    }
  } while (inside.take(","));
  expect_end(shape, inside);
}

}  // namespace

void read_create_table(Shape& shape, Cursor cursor) {
  Statement& statement = shape.statement;
  statement.if_exists = cursor.take_if_exists();
  set_target(shape, ObjectKind::table, cursor.take_object_name(), Access::create);
  if (cursor.take("like")) {
    add_object(shape, ObjectKind::table, cursor.take_object_name(), Access::read);
    return expect_end(shape, cursor);
  }
  const bool query_first = cursor.at("(") && (cursor.at("select", 1) || cursor.at("(", 1) || cursor.at("with", 1) ||
                                              (cursor.at("values", 1) && cursor.at("(", 2)));
  if (cursor.at("(") && cursor.at("like", 1)) {
    Cursor inside(shape.tokens, cursor.take_group());
    inside.step();
    add_object(shape, ObjectKind::table, inside.take_object_name(), Access::read);
    return expect_end(shape, cursor);
  }
  if (cursor.at("(") && !query_first) definitions(shape, Cursor(shape.tokens, cursor.take_group()));
  take_table_options(shape, cursor);
  if (cursor.at("partition")) {
    const std::size_t start = cursor.position();
    while (!cursor.done() && !cursor.at("select") && !cursor.at("as")) cursor.skip();
    // Partitioning expressions call built-in functions only, says the server.
    const ByteRange partitions{start, std::min(cursor.position(), cursor.end())};
    for (std::size_t i = partitions.start; i < partitions.end; ++i) {
      if (shape.tokens.is(i, "(")) check_table_options(shape, {i + 1, shape.tokens.match(i)});
    }
  }
  if (!cursor.take("ignore")) cursor.take("replace");
  cursor.take("as");
  if (cursor.done()) return;
  if (!cursor.at("select") && !cursor.at("with") && !cursor.at("(") && !cursor.at("values") && !cursor.at("table"))
    return expect_end(shape, cursor);
  statement.kind = StatementKind::create_table_as;
  scan(shape, {cursor.position(), cursor.end()});
}

void read_alter_actions(Shape& shape, Cursor cursor) { Alteration(shape, cursor).run(); }

}  // namespace dbw::sqlparse::mysql
