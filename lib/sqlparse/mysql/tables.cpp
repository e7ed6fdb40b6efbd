#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/mysql/columns.hpp"

/// The bodies of CREATE TABLE and ALTER TABLE.
namespace dbw::sqlparse::mysql {
namespace {

using Kind = AlterAction::Kind;
using C = StatementClass;

/// Engines that keep their rows in the server's own files. Others read files by name or speak to other hosts.
constexpr std::string_view k_plain_engines[] = {
    "innodb",     "myisam",    "aria",     "memory", "heap",       "rocksdb",     "archive", "merge",
    "mrg_myisam", "blackhole", "sequence", "ndb",    "ndbcluster", "columnstore", "tokudb",  "csv"};

constexpr std::string_view k_engine_option = "an option that only some engines know, which may name files and hosts";

/// Words that begin table options, or actions of ALTER TABLE that only rearrange how a table is kept.
constexpr std::string_view k_options[] = {"engine",
                                          "auto_increment",
                                          "avg_row_length",
                                          "character",
                                          "charset",
                                          "checksum",
                                          "collate",
                                          "comment",
                                          "compression",
                                          "connection",
                                          "data",
                                          "default",
                                          "delay_key_write",
                                          "encrypted",
                                          "encryption",
                                          "encryption_key_id",
                                          "fetch",
                                          "ietf_quotes",
                                          "index",
                                          "insert_method",
                                          "itef_quotes",
                                          "key_block_size",
                                          "max_rows",
                                          "min_rows",
                                          "pack_keys",
                                          "page_checksum",
                                          "page_compressed",
                                          "page_compression_level",
                                          "password",
                                          "row_format",
                                          "sequence",
                                          "stats_auto_recalc",
                                          "stats_persistent",
                                          "stats_sample_pages",
                                          "storage",
                                          "table_checksum",
                                          "tablespace",
                                          "transactional",
                                          "type",
                                          "union",
                                          "with",
                                          "without",
                                          "autoextend_size",
                                          "engine_attribute",
                                          "secondary_engine_attribute",
                                          "secondary_engine",
                                          "start"};
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
      if (!m_cursor.take(",")) return expect_end(m_shape, m_cursor);
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
    m_cursor.move_to(end);
  }

  void add(AlterAction& action) {
    if (m_cursor.at("partition") || m_cursor.at("period") || m_cursor.at("system")) {
      m_cursor.move_to(m_cursor.part_end());
      return;
    }
    if (starts_table_constraint(m_cursor)) {
      if (auto constraint = read_table_constraint(m_shape, m_cursor)) {
        action.kind = Kind::add_constraint;
        action.name = constraint->name;
        action.constraint = std::move(*constraint);
      }
      return;
    }
    m_cursor.take("column");
    action.if_exists = m_cursor.take_if_exists();
    if (!m_cursor.at("(")) return add_column(m_cursor, action);
    m_handled = true;
    Cursor inside(m_shape.tokens, m_cursor.take_group());
    do {
      AlterAction one;
      one.if_exists = action.if_exists;
      if (starts_table_constraint(inside)) {
        if (auto constraint = read_table_constraint(m_shape, inside)) {
          one.kind = Kind::add_constraint;
          one.constraint = std::move(*constraint);
        }
      } else {
        add_column(inside, one);
      }
      m_shape.statement.actions.push_back(std::move(one));
    } while (inside.take(","));
    expect_end(m_shape, inside);
  }

  void add_column(Cursor& cursor, AlterAction& action) {
    action.kind = Kind::add_column;
    action.column = read_column(m_shape, cursor);
    action.name = action.column.name;
    position(cursor);
  }

  static void position(Cursor& cursor) {
    if (cursor.take("after")) {
      cursor.take_name();
    } else {
      cursor.take("first");
    }
  }

  void drop(AlterAction& action) {
    if (m_cursor.take("partition") || m_cursor.take("period") || m_cursor.take("system")) {
      m_cursor.move_to(m_cursor.end());
      return;
    }
    action.kind = Kind::drop_constraint;
    if (m_cursor.take_all("primary", "key")) {
      action.name = "PRIMARY";
      return;
    }
    const bool index = m_cursor.take("index") || m_cursor.take("key");
    const bool constraint = m_cursor.take_all("foreign", "key") || m_cursor.take("constraint") ||
                            (m_cursor.at("check") && m_cursor.take("check"));
    if (index) action.kind = Kind::other;
    if (!index && !constraint) {
      m_cursor.take("column");
      action.kind = Kind::drop_column;
    }
    action.if_exists = m_cursor.take_if_exists();
    action.name = m_cursor.take_name();
    if (action.name.empty()) return opaque(m_shape, "DROP without a name");
    if (!m_cursor.take("restrict")) action.cascade = m_cursor.take("cascade");
  }

  /// MODIFY gives a column a whole new definition; CHANGE may rename it too.
  void modify(AlterAction& action, bool names_twice) {
    m_cursor.take("column");
    action.if_exists = m_cursor.take_if_exists();
    const std::string old_name = names_twice ? m_cursor.take_name() : std::string();
    ColumnDefinition column = read_column(m_shape, m_cursor);
    position(m_cursor);
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
    if (m_cursor.take("index") || m_cursor.take("check") || m_cursor.take("constraint") || m_cursor.take("key")) {
      m_cursor.move_to(m_cursor.part_end());
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
      if (auto constraint = read_table_constraint(shape, inside))
        statement.constraints.push_back(std::move(*constraint));
    } else {
      statement.columns.push_back(read_column(shape, inside));
    }
  } while (inside.take(","));
  expect_end(shape, inside);
}

/// Options up to PARTITION BY or the query. True where all of them are known.
void table_options(Shape& shape, Cursor& cursor) {
  const std::size_t start = cursor.position();
  while (!cursor.done() && !cursor.at("partition") && !cursor.at("as") && !cursor.at("select") && !cursor.at("with") &&
         !cursor.at("(") && !cursor.at("ignore") && !cursor.at("replace") && !cursor.at("values") &&
         !cursor.at("table")) {
    if (cursor.take(",")) continue;
    if (!cursor.at_any(k_options)) {
      if (!cursor.at_name() || !cursor.at("=", 1)) return expect_end(shape, cursor);
      raise_class(shape.statement, C::file_or_program, k_engine_option);
    }
    cursor.take("default");
    const bool two_words = cursor.at("character") || cursor.at("data") || cursor.at("index") || cursor.at("with");
    cursor.step(two_words ? 2 : 1);
    if (cursor.take("versioning")) continue;
    cursor.take("=");
    cursor.skip();
  }
  check_table_options(shape, {start, std::min(cursor.position(), cursor.end())});
}

}  // namespace

void check_table_options(Shape& shape, ByteRange positions) {
  const Tokens& t = shape.tokens;
  Cursor cursor(t, positions);
  for (; !cursor.done(); cursor.skip()) {
    const bool directory = (cursor.at("data") || cursor.at("index")) && cursor.at("directory", 1);
    if (directory) raise_class(shape.statement, C::file_or_program, "a directory of the server is named");
    if (cursor.at("connection") && (cursor.at("=", 1) || t.is_kind(cursor.position() + 1, TokenKind::string)))
      raise_class(shape.statement, C::file_or_program, "a connection to another server is named");
    if (!cursor.at("engine") || cursor.position() + 1 >= positions.end) continue;
    const std::size_t value = cursor.position() + (cursor.at("=", 1) ? 2 : 1);
    if (value >= positions.end || !(t.is_name(value) || t.is_kind(value, TokenKind::string))) continue;
    std::string name = to_lower(t.text(value));
    name.erase(std::remove_if(name.begin(), name.end(), [](char c) { return c == '\'' || c == '"' || c == '`'; }),
               name.end());
    if (std::find(std::begin(k_plain_engines), std::end(k_plain_engines), name) == std::end(k_plain_engines))
      raise_class(shape.statement, C::file_or_program,
                  fmt::format("the engine {} may reach files and other hosts", printable(name.substr(0, 60))));
  }
}

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
  table_options(shape, cursor);
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
