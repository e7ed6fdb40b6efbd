#include "sqlparse/dialects.hpp"
#include "sqlparse/mysql/shape.hpp"

/// INSERT, REPLACE, UPDATE and DELETE.
namespace dbw::sqlparse::mysql {
namespace {

constexpr std::string_view k_modifiers[] = {"low_priority", "delayed", "high_priority", "quick", "ignore"};

void skip_modifiers(Cursor& cursor) {
  while (cursor.at_any(k_modifiers)) cursor.step();
}

/// The first of the words outside parentheses, or the end.
template <std::size_t N>
std::size_t find_outside(Cursor cursor, const std::string_view (&words)[N]) {
  while (!cursor.done() && !cursor.at_any(words)) cursor.skip();
  return cursor.position() < cursor.end() ? cursor.position() : cursor.end();
}

/// An inner join with a condition chooses rows as a WHERE does.
bool joins_on_condition(const Tokens& t, ByteRange references) {
  bool found = false;
  for (Cursor cursor(t, references); !cursor.done(); cursor.skip()) {
    if (cursor.at("left") || cursor.at("right")) return false;
    if (cursor.at("using") && cursor.at("(", 1)) found = true;
    if (!cursor.at("on")) continue;
    std::size_t end = cursor.position() + 1;
    for (Cursor rest(t, {end, references.end}); !rest.done(); rest.skip()) {
      if (rest.at("join") || rest.at("inner") || rest.at("left") || rest.at("right") || rest.at("cross") ||
          rest.at(","))
        break;
      end = rest.position() + 1;
    }
    if (restriction_of(t, {cursor.position() + 1, end < references.end ? end : references.end}) == Restriction::some)
      found = true;
  }
  return found;
}

constexpr std::string_view k_after_where[] = {"order", "limit", "returning"};

/// [WHERE condition] [ORDER BY ...] [LIMIT n] [RETURNING ...].
void tail(Shape& shape, Cursor cursor, ByteRange references) {
  scan(shape, {cursor.position(), cursor.end()});
  Statement& statement = shape.statement;
  if (cursor.take("where")) {
    const std::size_t end = find_outside(cursor, k_after_where);
    if (end == cursor.position()) return opaque(shape, "WHERE without a condition");
    statement.restriction = restriction_of(shape.tokens, {cursor.position(), end});
    cursor.move_to(end);
  } else {
    statement.restriction = joins_on_condition(shape.tokens, references) ? Restriction::some : Restriction::none;
  }
  if (!cursor.done() && !cursor.at_any(k_after_where)) opaque(shape, "text is left over behind the statement");
}

/// All tables of the references count as written: which of them are cannot always be told from the names.
void write_references(Shape& shape, ByteRange references) {
  const std::size_t before = shape.statement.objects.size();
  scan_references(shape, references);
  for (std::size_t i = before; i < shape.statement.objects.size(); ++i) {
    if (shape.statement.objects[i].access == Access::read) shape.statement.objects[i].access = Access::write;
  }
}

void skip_partition(Cursor& cursor) {
  if (cursor.at("partition") && cursor.at("(", 1)) {
    cursor.step();
    cursor.take_group();
  }
}

void skip_portion(Cursor& cursor) {  // FOR PORTION OF period FROM a TO b
  if (!cursor.at("for") || !cursor.at("portion", 1)) return;
  while (!cursor.done() && !cursor.at("where") && !cursor.at("order") && !cursor.at("limit")) cursor.skip();
}

void duplicates_and_returning(Shape& shape, Cursor& cursor) {
  static constexpr std::string_view k_tails[] = {"on", "returning", "as"};
  if (!cursor.done() && !cursor.at_any(k_tails)) return opaque(shape, "text is left over behind the statement");
  scan(shape, {cursor.position(), cursor.end()});
}

}  // namespace

void read_insert(Shape& shape, Cursor cursor, std::string_view lead) {
  shape.statement.or_replace = lead == "replace";
  skip_modifiers(cursor);
  cursor.take("into");
  if (!cursor.at_name() && !cursor.at(".")) return opaque(shape, "INSERT without a table");
  set_target(shape, ObjectKind::table, cursor.take_object_name(), Access::write);
  skip_partition(cursor);
  const bool list = cursor.at("(") && !cursor.at("select", 1) && !cursor.at("with", 1) && !cursor.at("(", 1) &&
                    !cursor.at("table", 1) && !cursor.at("values", 1);
  Statement& statement = shape.statement;
  if (list) {
    const ByteRange columns = cursor.take_group();
    statement.has_column_list = true;
    for (Cursor names(shape.tokens, columns); !names.done();) {
      names.take_object_name();
      if (names.take(".")) names.take_name();
      if (!names.done() && !names.take(",")) return opaque(shape, "the column list holds more than names");
    }
  }
  if (cursor.at("values") || cursor.at("value")) {
    cursor.step();
    statement.selects_values = true;
    do {
      cursor.take("row");
      if (!cursor.at("(")) return opaque(shape, "VALUES without a row");
      scan(shape, cursor.take_group());
    } while (cursor.take(","));
    return duplicates_and_returning(shape, cursor);
  }
  if (cursor.take("set")) {
    statement.has_column_list = statement.selects_values = true;
    static constexpr std::string_view k_ends[] = {"on", "returning"};
    scan(shape, {cursor.position(), find_outside(cursor, k_ends)});
    cursor.move_to(find_outside(cursor, k_ends));
    return duplicates_and_returning(shape, cursor);
  }
  const bool query = cursor.at("select") || cursor.at("with") || cursor.at("table") || cursor.at("(");
  if (!query) return opaque(shape, "INSERT without rows");
  scan(shape, {cursor.position(), cursor.end()});
}

void read_update(Shape& shape, Cursor cursor) {
  skip_modifiers(cursor);
  static constexpr std::string_view k_set[] = {"set"};
  static constexpr std::string_view k_ends[] = {"where", "order", "limit", "returning"};
  const std::size_t set = find_outside(cursor, k_set);
  if (set == cursor.end() || set == cursor.position()) return opaque(shape, "UPDATE without SET or without a table");
  const ByteRange references{cursor.position(), set};
  write_references(shape, references);
  shape.statement.target = Cursor(shape.tokens, references).take_object_name();
  shape.statement.target_kind = ObjectKind::table;
  cursor.move_to(set + 1);
  const std::size_t end = find_outside(cursor, k_ends);
  if (end == cursor.position()) return opaque(shape, "SET without an assignment");
  scan(shape, {cursor.position(), end});
  cursor.move_to(end);
  tail(shape, cursor, references);
}

/// MariaDB: DELETE HISTORY FROM t [PARTITION (p)] [BEFORE SYSTEM_TIME [TIMESTAMP | TRANSACTION] value]. Current rows
/// stay.
void delete_history(Shape& shape, Cursor cursor) {
  cursor.step(2);
  set_target(shape, ObjectKind::table, cursor.take_object_name(), Access::write);
  skip_partition(cursor);
  shape.statement.restriction = Restriction::none;
  if (!cursor.take_all("before", "system_time")) return expect_end(shape, cursor);
  shape.statement.restriction = Restriction::some;
  if (cursor.done()) return opaque(shape, "BEFORE SYSTEM_TIME without a time");
  static constexpr std::string_view k_foreign[] = {"where", "order", "limit", "returning"};
  if (find_outside(cursor, k_foreign) < cursor.end()) return opaque(shape, "text is left over behind the statement");
  scan(shape, {cursor.position(), cursor.end()});
}

void read_delete(Shape& shape, Cursor cursor) {
  if (shape.engine == Engine::mariadb && cursor.at("history") && cursor.at("from", 1))
    return delete_history(shape, cursor);
  skip_modifiers(cursor);
  static constexpr std::string_view k_from[] = {"from", "using"};
  static constexpr std::string_view k_where[] = {"where", "order", "limit", "returning"};
  const bool from_first = cursor.take("from");
  if (!cursor.at_name() && !cursor.at(".")) return opaque(shape, "DELETE without a table");
  const bool all_of_it = cursor.at(".", 1) && cursor.at("*", 2);  // DELETE a.* FROM ...
  ObjectName first = all_of_it ? ObjectName{{}, cursor.take_name()} : cursor.take_object_name();
  set_target(shape, ObjectKind::table, std::move(first), Access::write);
  Cursor rest = cursor;
  const std::size_t second = find_outside(cursor, k_from);
  ByteRange references{cursor.position(), cursor.position()};
  static constexpr std::string_view k_plain_ends[] = {"where", "order", "limit", "returning", "as", "partition", "for"};
  const bool several = second < cursor.end() && (!from_first || shape.tokens.is(second, "using"));
  if (several) {
    while (rest.position() < second) {  // DELETE a.*, b FROM ...
      rest.take(".");
      rest.take("*");
      if (rest.position() >= second) break;
      if (!rest.take(",")) return opaque(shape, "DELETE names no list of tables");
      const bool plain = rest.at(".", 1) && rest.at("*", 2);
      add_object(shape, ObjectKind::table, plain ? ObjectName{{}, rest.take_name()} : rest.take_object_name(),
                 Access::write);
    }
    cursor.move_to(second);
    const std::size_t where = find_outside(cursor, k_where);
    references = {second + 1, where};
    scan_references(shape, references);
    cursor.move_to(where);
  } else {
    if (!from_first) return opaque(shape, "DELETE without FROM");
    skip_partition(cursor);
    skip_portion(cursor);
    cursor.take("as");
    if (cursor.at_name() && !cursor.at_any(k_plain_ends)) cursor.step();  // an alias
    skip_partition(cursor);
  }
  tail(shape, cursor, references);
}

}  // namespace dbw::sqlparse::mysql
