#include "sqlparse/mysql/shape.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/mysql/leads.hpp"

namespace dbw::sqlparse::mysql {
namespace {

using K = StatementKind;
using C = StatementClass;

class Reader {
 public:
  Reader(Statement& statement, const Tokens& tokens, Engine engine, int depth)
      : m_shape{statement, tokens, engine},
        m_statement(statement),
        m_tokens(tokens),
        m_engine(engine),
        m_depth(depth) {}

  void read(ByteRange positions) {
    Cursor cursor(m_tokens, positions);
    const bool query = cursor.at("(") || cursor.at_any(k_queries);
    if (query) return read_query(cursor);
    if (cursor.at_any(k_explains)) return explain(cursor);
    if (cursor.at("analyze")) return analyze(cursor);
    if (cursor.at("show")) return show(cursor);
    if (cursor.at("set")) return set(cursor);
    const std::string lead = cursor.at_kind(TokenKind::word) ? to_lower(cursor.text()) : std::string();
    cursor.step();
    if (lead == "insert" || lead == "replace") return dml(K::insert), read_insert(m_shape, cursor, lead);
    if (lead == "update") return dml(K::update), read_update(m_shape, cursor);
    if (lead == "delete") return dml(K::delete_), read_delete(m_shape, cursor);
    if (lead == "create") return read_create(m_shape, cursor);
    if (lead == "alter") return read_alter(m_shape, cursor);
    if (lead == "drop") return read_drop(m_shape, cursor);
    if (lead == "rename") return read_rename(m_shape, cursor);
    if (lead == "truncate") return read_truncate(m_shape, cursor);
    other(cursor, lead);
  }

 private:
  void dml(StatementKind kind) {
    m_statement.kind = kind;
    raise_class(m_statement, C::dml, {});
  }

  /// SELECT, VALUES, TABLE, WITH, and any of them in parentheses; WITH may stand before UPDATE and DELETE.
  void read_query(Cursor cursor) {
    m_statement.kind = K::select;
    Cursor lead = cursor;
    while (lead.at("(")) lead.step();
    if (!lead.at_any(k_queries)) return opaque(m_shape, "no query inside the parentheses");
    if (cursor.at("with")) {
      Cursor verb = cursor;
      while (!verb.done() && !verb.at("select") && !verb.at("update") && !verb.at("delete") && !verb.at("values") &&
             !verb.at("table") && !verb.at("insert") && !verb.at("replace"))
        verb.skip();
      if (verb.at("update") || verb.at("delete")) {
        scan(m_shape, {cursor.position(), verb.position()});
        const bool update = verb.at("update");
        verb.step();
        dml(update ? K::update : K::delete_);
        return update ? read_update(m_shape, verb) : read_delete(m_shape, verb);
      }
    }
    if (lead.at("select") && lead.position() + 1 >= lead.end()) return opaque(m_shape, "SELECT without anything");
    scan(m_shape, {cursor.position(), cursor.end()});
  }

  /// EXPLAIN [EXTENDED | PARTITIONS | ANALYZE | FORMAT = x] statement; DESCRIBE table [column]. A write that is only
  /// explained keeps its class: what a server evaluates for a plan differs between versions.
  void explain(Cursor cursor) {
    cursor.step();
    explained(cursor);
    m_statement.kind = K::explain;
  }

  void explained(Cursor cursor) {
    while (!cursor.done()) {
      if (cursor.at("format") && cursor.at("=", 1)) {
        cursor.step(3);
      } else if (cursor.at("extended") || cursor.at("partitions") || cursor.at("analyze")) {
        cursor.step();
      } else {
        break;
      }
    }
    if (cursor.at("for") && cursor.at("connection", 1)) return expect_number(cursor.position() + 2);
    if (cursor.at("(") || cursor.at_any(k_explained)) {
      if (++m_depth > 2) return opaque(m_shape, "EXPLAIN inside EXPLAIN");
      return read({cursor.position(), cursor.end()});
    }
    if (!cursor.at_name()) return opaque(m_shape, "EXPLAIN without a statement");
    add_object(m_shape, ObjectKind::table, cursor.take_object_name(), Access::read);
    if (cursor.at_name() || cursor.at_kind(TokenKind::string)) cursor.step();
    expect_end(m_shape, cursor);
  }

  /// ANALYZE TABLE rewrites statistics; MariaDB's ANALYZE statement runs it.
  void analyze(Cursor cursor) {
    cursor.step();
    const bool table =
        cursor.at("table") || cursor.at("tables") || cursor.at("local") || cursor.at("no_write_to_binlog");
    if (!table) {
      if (m_engine == Engine::mysql) return opaque(m_shape, "ANALYZE of a statement is MariaDB's");
      explained(cursor);
      m_statement.kind = K::explain;
      return;
    }
    m_statement.kind = K::analyze;
    raise_class(m_statement, C::admin, {});
    if (m_engine == Engine::mysql && histogram(cursor)) return;
    scan(m_shape, {cursor.position(), cursor.end()});
  }

  /// MySQL: [LOCAL] TABLE t {UPDATE HISTOGRAM ON a, b [WITH ... | USING DATA '...'] | DROP HISTOGRAM ON a, b}.
  bool histogram(Cursor cursor) {
    while (cursor.take("local") || cursor.take("no_write_to_binlog")) {
    }
    if (!cursor.take("table") && !cursor.take("tables")) return false;
    const ObjectName table = cursor.take_object_name();
    const bool update = cursor.at("update");
    if (!update && !cursor.at("drop")) return false;
    cursor.step();
    if (!cursor.take_all("histogram", "on")) return false;
    set_target(m_shape, ObjectKind::table, table, Access::read);
    do {
      if (!cursor.at_name()) return opaque(m_shape, "a column is missing"), true;
      cursor.take_name();
    } while (cursor.take(","));
    if (update) histogram_options(cursor);
    expect_end(m_shape, cursor);
    return true;
  }

  static void histogram_options(Cursor& cursor) {
    if (cursor.take("with")) {
      cursor.step();
      cursor.take("buckets");
    }
    if (cursor.take_all("using", "data")) cursor.step();
    if (cursor.take("auto") || cursor.take("manual")) cursor.take("update");
  }

  void show(Cursor cursor) {
    cursor.step();
    m_statement.kind = K::show;
    if (!cursor.at_any(k_shows)) return opaque(m_shape, "SHOW of something that dbw does not know");
    m_statement.opens_views = cursor.at("table");  // SHOW TABLE STATUS; the others name what they open
    if (cursor.at("explain") || cursor.at("analyze")) expect_number(cursor.end() - 1);
    if (cursor.at("plugins") && cursor.at("soname", 1))
      raise_class(m_statement, C::admin, "SHOW PLUGINS SONAME loads libraries of the server's plugin folder");
    Cursor rest = cursor;
    while (!rest.done() && !rest.at("where")) rest.skip();
    for (std::size_t i = rest.position(); i < rest.end(); ++i) {
      if (m_tokens.is(i, "with")) opaque(m_shape, "WITH inside SHOW, which ends MariaDB 10.11");
    }
    if (rest.position() < rest.end()) scan(m_shape, {rest.position(), rest.end()});
    for (std::size_t i = cursor.position(); i < std::min(rest.position(), rest.end()); ++i) {
      const bool odd = m_tokens.is(i, ";") || m_tokens.is(i, "into") || m_tokens.is(i, ":=") || m_tokens.is(i, "{");
      if (odd) opaque(m_shape, "text is left over behind SHOW");
    }
  }

  /// The id of a connection: servers take an expression there, and refuse it late.
  void expect_number(std::size_t position) {
    if (!m_tokens.is_kind(position, TokenKind::number) || position + 1 < m_tokens.size() ||
        !(m_tokens.is(position - 1, "for") || m_tokens.is(position - 1, "connection")))
      opaque(m_shape, "FOR something else than the number of a connection");
  }

  /// MariaDB's SET STATEMENT a = b FOR statement; any other SET.
  void set(Cursor cursor) {
    cursor.step();
    if (!cursor.at("statement") || cursor.at("=", 1) || cursor.at(":=", 1)) return read_set(m_shape, cursor);
    if (m_engine == Engine::mysql) return opaque(m_shape, "SET STATEMENT is MariaDB's");
    cursor.step();
    Cursor rest = cursor;
    while (!rest.done() && !rest.at("for")) rest.skip();
    if (rest.done() || ++m_depth > 2) return opaque(m_shape, "SET STATEMENT without a statement");
    Statement settings;
    settings.statement_class = C::read;
    Shape shape{settings, m_tokens, m_engine};
    read_set(shape, Cursor(m_tokens, {cursor.position(), rest.position()}));
    read({rest.position() + 1, rest.end()});
    raise_class(m_statement, settings.statement_class, settings.reason);
    m_statement.setting = settings.setting;
    m_statement.setting_value = settings.setting_value;
  }

  void other(Cursor cursor, const std::string& lead) {
    for (const LeadRow& row : k_leads) {
      if (row.word != lead || (!row.second.empty() && !cursor.at(row.second))) continue;
      if (row.mariadb_only && m_engine == Engine::mysql) break;
      m_statement.kind = row.kind;
      raise_class(m_statement, row.statement_class, {});
      if (lead == "do" || lead == "handler" || lead == "call" || lead == "kill")
        scan(m_shape, {cursor.position(), cursor.end()});
      if (lead == "prepare" || lead == "execute") scan_text(cursor);
      return details(cursor, lead);
    }
    opaque(m_shape,
           fmt::format("{} begins no statement that dbw knows", lead.empty() ? "this" : printable(lead.substr(0, 60))));
  }

  /// What PREPARE ... FROM and EXECUTE IMMEDIATE compute their text with.
  void scan_text(Cursor cursor) {
    while (!cursor.done() && !cursor.at("from") && !cursor.at("immediate")) cursor.skip();
    cursor.step();
    if (!cursor.done()) scan(m_shape, {cursor.position(), cursor.end()});
  }

  void details(Cursor cursor, const std::string& lead) {
    if (m_statement.kind == K::transaction) return transaction(cursor, lead);
    if (m_statement.kind == K::grant || m_statement.kind == K::revoke) return privileges(cursor);
    if (m_statement.kind == K::lock && lead == "lock") return lock(cursor);
    if (lead == "optimize" || lead == "repair") return maintenance(cursor, lead);
    if (lead == "use") {
      set_target(m_shape, ObjectKind::schema, {{}, cursor.take_name()}, Access::read);
      m_statement.setting = "use";
      return expect_end(m_shape, cursor);
    }
    if (lead == "checksum") {
      if (!cursor.take("table") && !cursor.take("tables")) return opaque(m_shape, "CHECKSUM without TABLE");
      do {
        if (!cursor.at_name()) return opaque(m_shape, "CHECKSUM TABLE without a table");
        add_object(m_shape, ObjectKind::table, cursor.take_object_name(), Access::read);
      } while (cursor.take(","));
      if (!cursor.take("quick")) cursor.take("extended");
      return expect_end(m_shape, cursor);
    }
    if (lead == "help") {
      cursor.step();
      return expect_end(m_shape, cursor);
    }
    if (lead == "call") m_statement.target = cursor.take_object_name();
    if (lead == "call") m_statement.target_kind = ObjectKind::function;
  }

  /// OPTIMIZE, REPAIR [LOCAL | NO_WRITE_TO_BINLOG] TABLE a, b [how].
  void maintenance(Cursor cursor, const std::string& lead) {
    m_statement.options.push_back({lead, "table"});
    while (cursor.take("local") || cursor.take("no_write_to_binlog")) {
    }
    if (!cursor.take("table") && !cursor.take("tables")) return;
    do {
      m_statement.targets.push_back(cursor.take_object_name());
      add_object(m_shape, ObjectKind::table, m_statement.targets.back(), Access::alter);
    } while (cursor.take(","));
    m_statement.target = m_statement.targets.front();
    m_statement.target_kind = ObjectKind::table;
  }

  void transaction(Cursor cursor, const std::string& lead) {
    std::string& command = m_statement.transaction_command;
    command = lead == "start" ? "begin" : lead == "xa" ? "prepare" : lead;
    if (lead == "rollback") {
      cursor.take("work");
      if (cursor.at("to")) command = "rollback_to";
    }
    if (lead == "begin") {
      cursor.take("work");
      expect_end(m_shape, cursor);
    }
  }

  void lock(Cursor cursor) {
    cursor.step();
    do {
      m_statement.targets.push_back(cursor.take_object_name());
      add_object(m_shape, ObjectKind::table, m_statement.targets.back(), Access::read);
      while (!cursor.done() && !cursor.at(",")) cursor.step();
    } while (cursor.take(","));
  }

  /// ... ON [TABLE | FUNCTION | PROCEDURE] object ...
  void privileges(Cursor cursor) {
    while (!cursor.done() && !cursor.at("on") && !cursor.at("to") && !cursor.at("from")) cursor.skip();
    if (!cursor.take("on")) return;
    const bool routine = cursor.take("function") || cursor.take("procedure");
    cursor.take("table");
    ObjectName name = cursor.take_object_name();
    if (name.name.empty()) return;  // *.* or a whole schema
    m_statement.target = name;
    m_statement.target_kind = routine ? ObjectKind::function : ObjectKind::table;
    add_object(m_shape, m_statement.target_kind, name, Access::alter);
  }

  Shape m_shape;
  Statement& m_statement;
  const Tokens& m_tokens;
  Engine m_engine;
  int m_depth;
};

/// The statements of a body: their class counts where the body runs at once, their text goes to the rules.
void read_body(Statement& statement, const Tokens& tokens, Engine engine, const SplitStatement& split, bool runs_now) {
  for (const Leaf& leaf : split.leaves) {
    Statement inner;
    inner.statement_class = C::read;
    Reader(inner, tokens, engine, 0).read({leaf.start, leaf.end});
    if (runs_now || inner.statement_class == C::opaque) raise_class(statement, inner.statement_class, inner.reason);
    statement.nested_sql.push_back(tokens.source({leaf.start, leaf.end}));
    if (!runs_now) continue;
    statement.objects.insert(statement.objects.end(), inner.objects.begin(), inner.objects.end());
    statement.functions.insert(statement.functions.end(), inner.functions.begin(), inner.functions.end());
  }
}

}  // namespace

void opaque(Shape& shape, std::string_view reason) { raise_class(shape.statement, C::opaque, reason); }

void expect_end(Shape& shape, const Cursor& cursor) {
  if (!cursor.done()) opaque(shape, fmt::format("{} is left over", printable(cursor.text().substr(0, 60))));
}

void add_object(Shape& shape, ObjectKind kind, const ObjectName& name, Access access) {
  if (name.name.empty()) return;
  for (const ObjectUse& use : shape.statement.objects) {
    if (use.kind == kind && use.access == access && use.name == name) return;
    if (&use - shape.statement.objects.data() > 64) break;
  }
  shape.statement.objects.push_back({kind, name, access});
}

void set_target(Shape& shape, ObjectKind kind, ObjectName name, Access access) {
  if (name.name.empty()) return opaque(shape, "a name is missing");
  add_object(shape, kind, name, access);
  shape.statement.target = std::move(name);
  shape.statement.target_kind = kind;
}

namespace {

/// Where a hint may stand differs between servers: it counts wherever it is.
void judge_hint(Statement& statement, std::string_view hint) {
  const std::string text = to_lower(hint);
  if (text.find("set_var") != std::string::npos)
    raise_class(statement, C::session, "an optimizer hint sets a variable");
  if (text.find("resource_group") != std::string::npos)
    raise_class(statement, C::admin, "an optimizer hint chooses a resource group");
}

}  // namespace

void read_shape(Statement& statement, const Tokens& tokens, Engine engine, const SplitStatement& split) {
  statement.range = split.range;
  statement.target_kind = ObjectKind::other;
  statement.statement_class = C::read;
  Shape shape{statement, tokens, engine};
  const bool stored = tokens.is(0, "create") || tokens.is(0, "alter");
  if (!tokens.balanced()) {
    opaque(shape, "parentheses do not match");
  } else if (split.has_body && !split.well_formed) {
    opaque(shape, "a block of the body is not closed");
  } else if (split.has_body && !stored) {
    statement.kind = K::do_block;
    raise_class(statement, C::procedural, {});
    if (engine == Engine::mysql) opaque(shape, "a compound statement outside a stored program is MariaDB's");
    read_body(statement, tokens, engine, split, true);
  } else {
    Reader(statement, tokens, engine, 0).read({0, tokens.size()});
    if (split.has_body) read_body(statement, tokens, engine, split, false);
  }
  for (const ByteRange& hint : split.hints)
    judge_hint(statement, tokens.sql().substr(hint.start, hint.end - hint.start));
  const bool kind_reads = statement.kind == K::select || statement.kind == K::explain || statement.kind == K::show ||
                          statement.kind == K::other;
  statement.read_only = statement.statement_class == C::read && kind_reads &&
                        std::all_of(statement.functions.begin(), statement.functions.end(),
                                    [](const FunctionUse& use) { return use.read_only; });
}

}  // namespace dbw::sqlparse::mysql
