#include "base/text.hpp"
#include "sqlparse/sqlite/functions.hpp"
#include "sqlparse/sqlite/shape.hpp"

/// CREATE TABLE and ALTER TABLE: columns, constraints, actions.
namespace dbw::sqlparse::sqlite {
namespace {

/// Reads the definitions of one table from a cursor.
class Definitions {
 public:
  Definitions(std::string_view sql, Cursor& cursor) : m_sql(sql), m_cursor(cursor) {}

  static bool starts_constraint(const Cursor& cursor) {
    for (const std::string_view word : {"constraint", "primary", "unique", "check", "foreign"}) {
      if (cursor.at(word)) return true;
    }
    return false;
  }

  ColumnDefinition column() {
    ColumnDefinition column;
    column.name = m_cursor.take_name();
    type(column);
    while (!m_cursor.done() && !m_cursor.at(",")) column_constraint(column);
    return column;
  }

  Constraint table_constraint() {
    Constraint out;
    if (m_cursor.take("constraint")) out.name = m_cursor.take_name();
    if (m_cursor.take_all("primary", "key")) {
      out.kind = ConstraintKind::primary_key;
      out.columns = names();
    } else if (m_cursor.take("unique")) {
      out.kind = ConstraintKind::unique;
      out.columns = names();
    } else if (m_cursor.take("check")) {
      out.kind = ConstraintKind::check;
      out.expression = text(m_cursor.take_group());
    } else if (m_cursor.take_all("foreign", "key")) {
      out.columns = names();
      references(out);
    }
    while (!m_cursor.done() && !m_cursor.at(",")) skip();
    return out;
  }

 private:
  /// SQLite takes any words as a type; what is not a constraint's beginning belongs to it.
  void type(ColumnDefinition& column) {
    while (m_cursor.at_name() && !starts_column_constraint()) {
      if (!column.type.empty()) column.type += ' ';
      column.type += m_cursor.take_name();
    }
    if (!m_cursor.at("(")) return;
    const ByteRange arguments = m_cursor.take_group();
    std::string argument;
    for (std::size_t i = arguments.start; i <= arguments.end; ++i) {
      const bool ends = i == arguments.end || m_cursor[i].lower == ",";
      if (!ends) argument += m_cursor[i].text;
      if (ends && !argument.empty()) column.type_arguments.push_back(std::move(argument));
      if (ends) argument.clear();
    }
  }

  bool starts_column_constraint() const {
    for (const std::string_view word : {"not", "null", "default", "collate", "references", "generated", "as"}) {
      if (m_cursor.at(word)) return true;
    }
    return starts_constraint(m_cursor);
  }

  void column_constraint(ColumnDefinition& column) {
    Constraint found;
    if (m_cursor.take("constraint")) found.name = m_cursor.take_name();
    found.columns = {column.name};
    if (m_cursor.take_all("not", "null")) {
      column.not_null = true;
      found.kind = ConstraintKind::not_null;
    } else if (m_cursor.take_all("primary", "key")) {
      found.kind = ConstraintKind::primary_key;
      if (!m_cursor.take("asc")) m_cursor.take("desc");
    } else if (m_cursor.take("unique")) {
      found.kind = ConstraintKind::unique;
    } else if (m_cursor.take("check")) {
      found.kind = ConstraintKind::check;
      found.expression = text(m_cursor.take_group());
    } else if (m_cursor.at("references")) {
      references(found);
    } else {
      return column_attribute(column);
    }
    column.constraints.push_back(std::move(found));
  }

  void column_attribute(ColumnDefinition& column) {
    if (m_cursor.take("default")) return default_value(column);
    if (m_cursor.take("autoincrement")) {
      column.auto_increment = true;
    } else if (m_cursor.at("as") && m_cursor.at("(", 1)) {
      m_cursor.step();
      m_cursor.take_group();
      column.generated_stored = m_cursor.at("stored");
      column.generated_virtual = !column.generated_stored;
    } else {
      skip();
    }
  }

  void default_value(ColumnDefinition& column) {
    column.has_default = true;
    if (!m_cursor.at("(")) {
      if (m_cursor.at("+") || m_cursor.at("-")) m_cursor.step();
      column.default_null = m_cursor.at("null");
      column.default_now = is_now(m_cursor.position());
      column.default_expression = column.default_now;
      return m_cursor.step();
    }
    const ByteRange group = m_cursor.take_group();
    column.default_null = group.end == group.start + 1 && m_cursor[group.start].lower == "null";
    column.default_expression = !is_constant(group);
    for (std::size_t i = group.start; i + 1 < group.end; ++i) {
      const bool call = m_cursor[i].is_name() && m_cursor[i + 1].lower == "(";
      if (call && !function_facts(to_lower(m_cursor[i].name())).constant) column.default_volatile = true;
    }
  }

  bool is_now(std::size_t i) const {
    const std::string_view word = m_cursor[i].lower;
    return word == "current_timestamp" || word == "current_date" || word == "current_time";
  }

  /// What ALTER TABLE takes for a constant default: a literal, with a sign, a CAST or parentheses around it.
  bool is_constant(ByteRange group) const {
    std::size_t start = group.start;
    std::size_t end = group.end;
    if (start < end && m_cursor[start].lower == "cast") return true;
    for (; start + 1 < end; ++start) {
      const std::string_view mark = m_cursor[start].lower;
      if (mark == "(" && m_cursor[end - 1].lower == ")") {
        --end;
      } else if (mark != "+" && mark != "-") {
        return false;
      }
    }
    if (start >= end) return false;
    const std::string_view word = m_cursor[start].lower;
    return !m_cursor[start].is_name() || word == "null" || word == "true" || word == "false";
  }

  void references(Constraint& out) {
    out.kind = ConstraintKind::foreign_key;
    m_cursor.take("references");
    out.references = {{}, m_cursor.take_name()};
    if (m_cursor.at("(")) out.referenced_columns = names();
    out.on_delete = "no action";
    while (m_cursor.at("on") || m_cursor.at("match") || m_cursor.at("deferrable") || m_cursor.at("not")) {
      if (m_cursor.at("not") && !m_cursor.at("deferrable", 1)) return;
      if (m_cursor.take_all("on", "delete")) {
        out.on_delete = action();
      } else if (m_cursor.take_all("on", "update")) {
        action();
      } else {
        m_cursor.step(m_cursor.at("deferrable") ? 1 : 2);
      }
    }
  }

  std::string action() {
    if (m_cursor.take_all("set", "null")) return "set null";
    if (m_cursor.take_all("set", "default")) return "set default";
    if (m_cursor.take_all("no", "action")) return "no action";
    return to_lower(m_cursor.take_name());
  }

  std::vector<std::string> names() {
    std::vector<std::string> out;
    const ByteRange group = m_cursor.take_group();
    bool first = true;
    for (std::size_t i = group.start; i < group.end; ++i) {
      if (first && m_cursor[i].is_name()) out.push_back(m_cursor[i].name());
      first = m_cursor[i].lower == ",";
    }
    return out;
  }

  std::string text(ByteRange positions) const {
    if (positions.start >= positions.end) return {};
    const std::size_t start = m_cursor[positions.start].range.start;
    return std::string(m_sql.substr(start, m_cursor[positions.end - 1].range.end - start));
  }

  void skip() {
    if (m_cursor.at("(")) {
      m_cursor.take_group();
    } else {
      m_cursor.step();
    }
  }

  std::string_view m_sql;
  Cursor& m_cursor;
};

void rename(Statement& statement, Cursor& cursor) {
  AlterAction action;
  if (cursor.take("to")) {
    action.kind = AlterAction::Kind::rename_table;
    action.name = statement.target.name;
  } else {
    cursor.take("column");
    action.kind = AlterAction::Kind::rename_column;
    action.name = cursor.take_name();
    cursor.take("to");
  }
  action.new_name = cursor.take_name();
  statement.actions.push_back(std::move(action));
}

}  // namespace

void fill_create_table(Statement& statement, std::string_view sql, Cursor cursor) {
  const ByteRange body = cursor.take_group();
  if (body.start == body.end) return;
  Cursor inside(cursor, body);
  Definitions definitions(sql, inside);
  while (!inside.done()) {
    const std::size_t before = inside.position();
    if (Definitions::starts_constraint(inside)) {
      statement.constraints.push_back(definitions.table_constraint());
    } else {
      statement.columns.push_back(definitions.column());
    }
    inside.take(",");
    if (inside.position() == before) inside.step();
  }
}

void fill_alter_table(Statement& statement, std::string_view sql, Cursor cursor) {
  cursor.take("table");
  statement.target = cursor.take_object_name();
  statement.target_kind = ObjectKind::table;
  statement.objects.push_back({ObjectKind::table, statement.target, Access::alter});
  AlterAction action;
  if (cursor.take("rename")) return rename(statement, cursor);
  if (cursor.take("add")) {
    cursor.take("column");
    action.kind = AlterAction::Kind::add_column;
    action.column = Definitions(sql, cursor).column();
    action.name = action.column.name;
  } else if (cursor.take("drop")) {
    cursor.take("column");
    action.kind = AlterAction::Kind::drop_column;
    action.name = cursor.take_name();
  }
  statement.actions.push_back(std::move(action));
}

}  // namespace dbw::sqlparse::sqlite
