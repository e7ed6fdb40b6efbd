#include "sqlparse/mysql/columns.hpp"

#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/mysql/functions.hpp"
#include "sqlparse/mysql/options.hpp"

namespace dbw::sqlparse::mysql {
namespace {

constexpr std::string_view k_index_words[] = {"index", "key", "fulltext", "spatial"};
/// Words that carry on a type's name.
constexpr std::string_view k_type_words[] = {"unsigned",  "signed", "zerofill", "precision", "varying", "varchar",
                                             "character", "byte",   "ascii",    "unicode",   "binary",  "varbinary"};
/// Attributes of one word, and attributes with one value behind.
constexpr std::string_view k_flags[] = {"invisible",  "visible",  "virtual", "persistent", "stored",
                                        "enforced",   "national", "without", "with",       "system",
                                        "versioning", "row",      "end",     "compressed", "hidden"};
constexpr std::string_view k_valued[] = {"comment", "collate",          "column_format", "storage",
                                         "srid",    "engine_attribute", "ref_system_id", "secondary_engine_attribute"};

/// What DEFAULT takes for CURRENT_TIMESTAMP.
constexpr std::string_view k_now[] = {"current_timestamp", "now", "localtime", "localtimestamp"};

std::string referential_action(Cursor& cursor) {
  if (cursor.take_all("set", "null")) return "set null";
  if (cursor.take_all("set", "default")) return "set default";
  if (cursor.take_all("no", "action")) return "no action";
  return to_lower(cursor.take_name());
}

void references(Shape& shape, Cursor& cursor, Constraint& out) {
  out.kind = ConstraintKind::foreign_key;
  out.references = cursor.take_object_name();
  if (out.references.name.empty()) opaque(shape, "REFERENCES without a table");
  if (cursor.at("(")) out.referenced_columns = read_key_columns(shape, cursor);
  out.on_delete = "no action";
  for (;;) {
    if (cursor.take("match")) {
      cursor.step();
    } else if (cursor.take_all("on", "delete")) {
      out.on_delete = referential_action(cursor);
    } else if (cursor.at("on") && cursor.at("update", 1) && !cursor.at("current_timestamp", 2)) {
      cursor.step(2);
      referential_action(cursor);
    } else {
      return;
    }
  }
}

void index_options(Shape& shape, Cursor& cursor) {
  for (;;) {
    if (cursor.take("using") || cursor.take("comment") || cursor.take_all("with", "parser")) {
      cursor.step();
    } else if (cursor.take("key_block_size") || cursor.take("clustering") || cursor.take("engine_attribute")) {
      cursor.take("=");
      cursor.step();
    } else if (cursor.at_name() && cursor.at("=", 1)) {
      raise_class(shape.statement, StatementClass::file_or_program, k_engine_option);
      cursor.step(3);
    } else if (!cursor.take("visible") && !cursor.take("invisible") && !cursor.take("ignored") &&
               !cursor.take_all("not", "ignored")) {
      return;
    }
  }
}

void default_value(Shape& shape, Cursor& cursor, ColumnDefinition& column) {
  column.has_default = true;
  column.default_null = cursor.at("null");
  column.default_now = cursor.at_any(k_now);
  while (cursor.at("+") || cursor.at("-")) cursor.step();
  if (cursor.at("(") || cursor.at("(", 1)) {
    if (!cursor.at("(")) cursor.step();
    const std::size_t start = cursor.position();
    const ByteRange group = cursor.take_group();
    const bool call = start > 0 && shape.tokens.is_name(start - 1) && !shape.tokens.is(start - 1, "default");
    column.default_expression = !call || !shape.tokens.is_any(start - 1, k_now);
    const std::size_t before = shape.statement.functions.size();
    scan(shape, {call ? start - 1 : start, group.end + 1});
    for (std::size_t i = before; i < shape.statement.functions.size(); ++i)
      column.default_volatile = column.default_volatile || !shape.statement.functions[i].constant;
    return;
  }
  if (cursor.at("next") || cursor.at("previous")) {  // NEXT VALUE FOR sequence
    raise_class(shape.statement, StatementClass::dml, "a sequence is advanced");
    column.default_volatile = column.default_expression = true;
    cursor.step(3);
    cursor.take_object_name();
    return;
  }
  cursor.step();
  const bool literal = cursor.at_kind(TokenKind::string) || cursor.at_kind(TokenKind::number);
  if (literal && shape.tokens.text(cursor.position() - 1).front() == '_') cursor.step();
  if (cursor.take(".")) cursor.take_name();
}

void generated(Shape& shape, Cursor& cursor, ColumnDefinition& column) {
  cursor.take("generated");
  cursor.take("always");
  cursor.take("as");
  if (cursor.at("row")) {  // of a period
    cursor.step(2);
    column.generated_virtual = true;
    return;
  }
  scan(shape, cursor.take_group());
  column.generated_stored = cursor.at("stored") || cursor.at("persistent");
  column.generated_virtual = !column.generated_stored;
}

/// One attribute; false where the next token is none.
bool attribute(Shape& shape, Cursor& cursor, ColumnDefinition& column) {
  Constraint constraint{};
  if (cursor.take("constraint")) {
    if (!cursor.at("check") && !cursor.at("unique") && !cursor.at("primary")) constraint.name = cursor.take_name();
  }
  if (cursor.take_all("not", "null")) {
    column.not_null = true;
  } else if (cursor.take("null")) {
  } else if (cursor.take("default")) {
    default_value(shape, cursor, column);
  } else if (cursor.take("auto_increment")) {
    column.auto_increment = true;
  } else if (cursor.take("serial")) {  // SERIAL DEFAULT VALUE
    column.auto_increment = column.not_null = true;
    cursor.take_all("default", "value");
  } else if (cursor.take_all("primary", "key") || cursor.take("key")) {
    constraint.kind = ConstraintKind::primary_key;
    column.not_null = true;
    column.constraints.push_back(std::move(constraint));
  } else if (cursor.take("unique")) {
    cursor.take("key");
    constraint.kind = ConstraintKind::unique;
    column.constraints.push_back(std::move(constraint));
  } else if (cursor.take("check")) {
    constraint.kind = ConstraintKind::check;
    const ByteRange group = cursor.take_group();
    constraint.expression = shape.tokens.source(group);
    scan(shape, group);
    if (cursor.at("not") && cursor.at("enforced", 1)) cursor.step();
    column.constraints.push_back(std::move(constraint));
  } else if (cursor.take("references")) {
    references(shape, cursor, constraint);
    column.constraints.push_back(std::move(constraint));
  } else if (cursor.at("generated") || cursor.at("as")) {
    generated(shape, cursor, column);
  } else if (cursor.take_all("on", "update")) {
    column.on_update_now = true;
    cursor.step();
    cursor.take_group();
  } else if (cursor.take_all("character", "set") || cursor.take_all("char", "set") || cursor.take("charset")) {
    cursor.take("=");
    column.charset = to_lower(cursor.text());
    cursor.step();
  } else if (cursor.at_any(k_valued)) {
    column.has_comment = column.has_comment || cursor.at("comment");
    const bool collates = cursor.at("collate");
    cursor.step();
    cursor.take("=");
    if (collates) column.collation = to_lower(cursor.text());
    cursor.step();
  } else if (cursor.at_name() && cursor.at("=", 1)) {
    cursor.step(3);  // an option of the table's engine
  } else {
    return cursor.take_any(k_flags);
  }
  return true;
}

}  // namespace

std::vector<std::string> read_key_columns(Shape& shape, Cursor& cursor) {
  std::vector<std::string> out;
  for (Cursor inside(shape.tokens, cursor.take_group()); !inside.done();) {
    if (inside.at_name()) {
      out.push_back(inside.take_name());
      inside.take_group();
    } else if (inside.at("(")) {
      scan(shape, inside.take_group());
    }
    while (!inside.done() && !inside.take(",")) inside.skip();
  }
  return out;
}

bool starts_table_constraint(const Cursor& cursor) {
  if (cursor.at("primary") && cursor.at("key", 1)) return true;
  if (cursor.at("foreign") && cursor.at("key", 1)) return true;
  return cursor.at("constraint") || cursor.at("unique") || cursor.at("check") || cursor.at("like") ||
         cursor.at_any(k_index_words);
}

std::optional<Constraint> read_table_constraint(Shape& shape, Cursor& cursor, IndexDefinition& index) {
  Constraint out{};
  if (cursor.take("constraint")) {
    cursor.take_if_exists();
    if (!cursor.at("primary") && !cursor.at("unique") && !cursor.at("foreign") && !cursor.at("check"))
      out.name = cursor.take_name();
    cursor.take_if_exists();
  }
  bool plain = false;
  if (cursor.take_all("primary", "key")) {
    out.kind = ConstraintKind::primary_key;
  } else if (cursor.take("unique")) {
    out.kind = ConstraintKind::unique;
  } else if (cursor.take_all("foreign", "key")) {
    out.kind = ConstraintKind::foreign_key;
  } else if (cursor.take("check")) {
    out.kind = ConstraintKind::check;
    const ByteRange group = cursor.take_group();
    out.expression = shape.tokens.source(group);
    scan(shape, group);
    if (!cursor.take_all("not", "enforced")) cursor.take("enforced");
    return out;
  } else {
    plain = true;
    if (cursor.at("fulltext") || cursor.at("spatial")) index.kind = to_lower(cursor.take_name());
  }
  while (cursor.take("index") || cursor.take("key")) {
  }
  cursor.take_if_exists();
  if (cursor.at_name() && !cursor.at("using") && out.name.empty()) out.name = cursor.take_name();
  if (cursor.at_name() && !cursor.at("using")) cursor.step();
  index_options(shape, cursor);
  if (!cursor.at("(")) {
    opaque(shape, "a key without columns");
    return std::nullopt;
  }
  out.columns = read_key_columns(shape, cursor);
  index_options(shape, cursor);
  if (out.kind == ConstraintKind::foreign_key && !plain) {
    if (!cursor.take("references")) opaque(shape, "a foreign key without REFERENCES");
    references(shape, cursor, out);
  }
  if (!plain) return out;
  index.name = out.name;
  index.columns = std::move(out.columns);
  return std::nullopt;
}

ColumnDefinition read_column(Shape& shape, Cursor& cursor) {
  ColumnDefinition column;
  column.name = cursor.take_name();
  if (column.name.empty() || !cursor.at_name()) {
    opaque(shape, "a column without a name or type");
    return column;
  }
  const bool national = cursor.take("national");
  if (cursor.at("long") && (cursor.at("varchar", 1) || cursor.at("varbinary", 1))) cursor.step();
  column.type = to_lower(cursor.take_name());
  if (cursor.take(".")) column.type = to_lower(cursor.take_name());  // mariadb_schema.date
  if (national) column.type = "national " + column.type;
  const bool serial = column.type == "serial";
  column.auto_increment = column.not_null = column.is_unsigned = serial;
  const auto arguments = [&] {
    const ByteRange group = cursor.take_group();
    for (Cursor inside(shape.tokens, group); !inside.done(); inside.step()) {
      if (!inside.at(",")) column.type_arguments.push_back(inside.text());
    }
  };
  arguments();
  const auto type_words = [&] {
    for (; cursor.at_any(k_type_words) && !(cursor.at("character") && cursor.at("set", 1)); cursor.step())
      column.is_unsigned = column.is_unsigned || cursor.at("unsigned") || cursor.at("zerofill");
  };
  type_words();
  if (column.type_arguments.empty()) arguments();
  type_words();
  while (!cursor.done() && attribute(shape, cursor, column)) {
  }
  for (Constraint& constraint : column.constraints) constraint.columns = {column.name};
  return column;
}

}  // namespace dbw::sqlparse::mysql
