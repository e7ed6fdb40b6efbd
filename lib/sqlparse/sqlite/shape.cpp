#include "sqlparse/sqlite/shape.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/sqlite/functions.hpp"

namespace dbw::sqlparse::sqlite {
namespace {

using K = StatementKind;
using C = StatementClass;

struct LeadRow {
  std::string_view word;
  StatementKind kind;
  StatementClass statement_class;
};

constexpr LeadRow k_leads[] = {
    {"select", K::select, C::read},
    {"values", K::select, C::read},
    {"insert", K::insert, C::dml},
    {"replace", K::insert, C::dml},
    {"update", K::update, C::dml},
    {"delete", K::delete_, C::dml},
    {"create", K::other, C::ddl},
    {"alter", K::alter_table, C::ddl},
    {"drop", K::drop, C::ddl},
    {"reindex", K::reindex, C::ddl},
    {"analyze", K::analyze, C::ddl},
    {"begin", K::transaction, C::transaction},
    {"commit", K::transaction, C::transaction},
    {"end", K::transaction, C::transaction},
    {"rollback", K::transaction, C::transaction},
    {"savepoint", K::transaction, C::transaction},
    {"release", K::transaction, C::transaction},
    {"vacuum", K::vacuum, C::admin},
    {"detach", K::attach, C::admin},
    {"pragma", K::pragma, C::admin},
    {"attach", K::attach, C::file_or_program},
};

/// Virtual table modules that keep to the database; any other may read files or run code.
constexpr std::string_view k_plain_modules[] = {"fts3", "fts4", "fts5", "rtree", "rtree_i32"};

class Shape {
 public:
  Shape(std::string_view sql, const std::vector<Token>& tokens) : m_sql(sql), m_tokens(tokens), m_cursor(tokens) {}

  Statement run() {
    m_statement.range = {m_tokens.front().range.start, m_tokens.back().range.end};
    m_statement.target_kind = ObjectKind::other;
    m_statement.statement_class = C::read;
    const bool explained = take_explain();
    const std::size_t lead = lead_position();
    m_cursor = Cursor(m_tokens, lead);
    read_lead(explained);
    scan_expressions(m_statement, m_tokens, m_scan_from.value_or(0));
    const bool reads = m_statement.statement_class == C::read;
    const bool kind_reads =
        m_statement.kind == K::select || m_statement.kind == K::explain || m_statement.kind == K::pragma;
    m_statement.read_only = reads && kind_reads &&
                            std::all_of(m_statement.functions.begin(), m_statement.functions.end(),
                                        [](const FunctionUse& use) { return use.read_only; });
    return std::move(m_statement);
  }

 private:
  bool take_explain() {
    if (!m_cursor.take("explain")) return false;
    m_cursor.take_all("query", "plan");
    return true;
  }

  /// WITH a AS (...), b AS (...) comes before the verb; its parentheses are skipped.
  std::size_t lead_position() {
    Cursor cursor = m_cursor;
    if (!cursor.at("with")) return cursor.position();
    while (!cursor.done()) {
      if (cursor.at("(")) {
        cursor.take_group();
        continue;
      }
      for (const std::string_view verb : {"select", "values", "insert", "replace", "update", "delete"}) {
        if (cursor.at(verb)) return cursor.position();
      }
      cursor.step();
    }
    return cursor.position();
  }

  void read_lead(bool explained) {
    const std::string word = m_cursor.done() ? std::string() : m_tokens[m_cursor.position()].lower;
    const auto row =
        std::find_if(std::begin(k_leads), std::end(k_leads), [&](const LeadRow& lead) { return lead.word == word; });
    if (row == std::end(k_leads)) {
      m_statement.kind = K::other;
      return raise_class(
          m_statement, C::opaque,
          fmt::format("{} begins no statement that dbw knows", printable(m_tokens.front().text.substr(0, 60))));
    }
    const bool planned = explained && (row->statement_class == C::read || row->statement_class == C::dml);
    m_statement.kind = explained ? K::explain : row->kind;
    if (planned) return;
    raise_class(m_statement, row->statement_class, {});
    m_cursor.step();
    fill(word);
  }

  void fill(std::string_view lead) {
    if (lead == "insert" || lead == "replace") return insert(lead);
    if (lead == "update") return update();
    if (lead == "delete") return delete_from();
    if (lead == "create") return create();
    if (lead == "alter") return fill_alter_table(m_statement, m_sql, m_cursor);
    if (lead == "drop") return drop();
    if (lead == "pragma") return pragma();
    if (lead == "vacuum") return vacuum();
    if (lead == "reindex" || lead == "analyze")
      return target(ObjectKind::table, m_cursor.take_object_name(), Access::alter);
    if (lead == "detach" || lead == "attach") m_statement.needs_no_transaction = true;
    if (m_statement.statement_class == C::transaction) transaction(lead);
  }

  void target(ObjectKind kind, ObjectName name, Access access) {
    m_statement.target_kind = kind;
    if (!name.name.empty()) m_statement.objects.push_back({kind, name, access});
    m_statement.target = std::move(name);
  }

  void take_conflict_clause() {
    if (!m_cursor.take("or")) return;
    m_statement.or_replace = m_cursor.at("replace");
    m_cursor.step();
  }

  void insert(std::string_view lead) {
    m_statement.or_replace = lead == "replace";
    if (lead == "insert") take_conflict_clause();
    m_cursor.take("into");
    target(ObjectKind::table, m_cursor.take_object_name(), Access::write);
    if (m_cursor.take("as")) m_cursor.step();
    m_statement.has_column_list = m_cursor.at("(");
    m_scan_from = m_cursor.position();
    if (m_statement.has_column_list) {
      m_cursor.take_group();
      m_scan_from = m_cursor.position();
    }
    m_statement.selects_values = m_cursor.at("values") || m_cursor.at("default");
    rescan_with();
  }

  void update() {
    take_conflict_clause();
    target(ObjectKind::table, m_cursor.take_object_name(), Access::write);
    m_scan_from = m_cursor.position();
    restriction();
    rescan_with();
  }

  void delete_from() {
    m_cursor.take("from");
    target(ObjectKind::table, m_cursor.take_object_name(), Access::write);
    m_scan_from = m_cursor.position();
    restriction();
    rescan_with();
  }

  /// A WITH before the verb holds relations and functions too; the scanner knows the verb's own target.
  void rescan_with() {
    if (m_tokens.front().lower == "with" || m_tokens.front().lower == "explain") m_scan_from = 0;
  }

  void restriction() {
    m_statement.restriction = Restriction::none;
    int depth = 0;
    std::size_t where = m_tokens.size();
    std::size_t end = m_tokens.size();
    for (std::size_t i = m_cursor.position(); i < m_tokens.size(); ++i) {
      const std::string& word = m_tokens[i].lower;
      if (word == "(") ++depth;
      if (word == ")") --depth;
      if (depth != 0) continue;
      if (word == "where" && where == m_tokens.size()) where = i;
      const bool after = word == "order" || word == "limit" || word == "returning";
      if (after && where < i && end == m_tokens.size()) end = i;
    }
    if (where < m_tokens.size()) m_statement.restriction = restriction_of(m_tokens, {where + 1, end});
  }

  void create() {
    m_statement.temporary = m_cursor.take("temp") || m_cursor.take("temporary");
    m_statement.unique = m_cursor.take("unique");
    if (m_cursor.take("table")) return create_table();
    if (m_cursor.take("index")) return create_index();
    if (m_cursor.take("view")) return create_named(K::create_view, ObjectKind::view);
    if (m_cursor.take("trigger")) return create_trigger();
    if (m_cursor.take_all("virtual", "table")) return create_virtual_table();
    raise_class(m_statement, C::opaque, "CREATE of something that dbw does not know");
  }

  void take_if_not_exists() { m_statement.if_exists = m_cursor.take_all("if", "not", "exists"); }

  void create_table() {
    m_statement.kind = K::create_table;
    take_if_not_exists();
    target(ObjectKind::table, m_cursor.take_object_name(), Access::create);
    m_scan_from = m_cursor.position();
    if (m_cursor.at("as")) {
      m_statement.kind = K::create_table_as;
      return;
    }
    fill_create_table(m_statement, m_sql, m_cursor);
  }

  void create_index() {
    m_statement.kind = K::create_index;
    take_if_not_exists();
    const ObjectName index = m_cursor.take_object_name();
    m_cursor.take("on");
    target(ObjectKind::table, {index.schema, m_cursor.take_name()}, Access::alter);
    m_statement.objects.push_back({ObjectKind::index, index, Access::create});
    m_scan_from = m_cursor.position();
    const ByteRange keys = m_cursor.take_group();
    index_columns(Cursor(m_tokens, keys.start, keys.end));
  }

  void index_columns(Cursor keys) {
    bool first = true;
    while (!keys.done()) {
      if (first) m_statement.columns.emplace_back();
      if (first && keys.at_name() && !keys.at("(", 1)) m_statement.columns.back().name = keys[keys.position()].name();
      first = keys.at(",");
      if (keys.at("(")) {
        keys.take_group();
      } else {
        keys.step();
      }
    }
  }

  void create_named(StatementKind kind, ObjectKind object) {
    m_statement.kind = kind;
    take_if_not_exists();
    target(object, m_cursor.take_object_name(), Access::create);
    if (m_cursor.at("(")) m_cursor.take_group();
    m_scan_from = m_cursor.position();
  }

  /// The statements between BEGIN and END run later, as somebody else: they are handed on as nested SQL.
  void create_trigger() {
    m_statement.kind = K::create_trigger;
    take_if_not_exists();
    const ObjectName trigger = m_cursor.take_object_name();
    while (!m_cursor.done() && !m_cursor.take("on")) m_cursor.step();
    target(ObjectKind::table, {trigger.schema, m_cursor.take_name()}, Access::alter);
    m_statement.objects.push_back({ObjectKind::trigger, trigger, Access::create});
    m_scan_from = m_cursor.position();
    while (!m_cursor.done() && !m_cursor.take("begin")) m_cursor.step();
    std::size_t start = m_cursor.position();
    const std::size_t count = m_tokens.size();
    const bool closed =
        count >= 2 && m_tokens[count - 1].lower == "end" && m_tokens[count - 2].kind == TokenKind::semicolon;
    // SQLite looks for the table before it reads the body, so that it does not complain of a body whose table it does
    // not know.
    if (!closed) raise_class(m_statement, C::opaque, "the trigger's body does not end with ; END");
    for (std::size_t i = start; i < m_tokens.size(); ++i) {
      if (m_tokens[i].kind != TokenKind::semicolon) continue;
      if (i > start) body_statement(start, i);
      start = i + 1;
    }
  }

  void body_statement(std::size_t begin, std::size_t end) {
    const std::vector<Token> tokens(m_tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                                    m_tokens.begin() + static_cast<std::ptrdiff_t>(end));
    const Statement nested = read_shape(m_sql, tokens);
    m_statement.nested_sql.emplace_back(m_sql.substr(nested.range.start, nested.range.end - nested.range.start));
    raise_class(m_statement, nested.statement_class, nested.reason);
    const bool allowed =
        nested.kind == K::select || nested.kind == K::insert || nested.kind == K::update || nested.kind == K::delete_;
    if (!allowed) raise_class(m_statement, C::opaque, "a trigger's body holds only SELECT, INSERT, UPDATE and DELETE");
    for (const ObjectUse& use : nested.objects) {
      if (use.access == Access::write) m_statement.objects.push_back(use);
    }
  }

  void create_virtual_table() {
    m_statement.kind = K::create_table;
    take_if_not_exists();
    target(ObjectKind::table, m_cursor.take_object_name(), Access::create);
    m_cursor.take("using");
    const std::string module = to_lower(m_cursor.take_name());
    m_scan_from = m_tokens.size();
    if (std::find(std::begin(k_plain_modules), std::end(k_plain_modules), module) != std::end(k_plain_modules)) return;
    raise_class(m_statement, C::file_or_program,
                fmt::format("virtual table module {} may read files or run code", module));
  }

  void drop() {
    ObjectKind kind = ObjectKind::other;
    if (m_cursor.at("table")) kind = ObjectKind::table;
    if (m_cursor.at("index")) kind = ObjectKind::index;
    if (m_cursor.at("view")) kind = ObjectKind::view;
    if (m_cursor.at("trigger")) kind = ObjectKind::trigger;
    m_cursor.step();
    m_statement.if_exists = m_cursor.take_all("if", "exists");
    target(kind, m_cursor.take_object_name(), Access::drop);
    m_statement.targets = {m_statement.target};
  }

  void pragma() {
    const ObjectName name = m_cursor.take_object_name();
    m_statement.setting = to_lower(name.name);
    const bool argument = !m_cursor.done();  // "=", "==" and "(" are all the same to SQLite
    m_cursor.step();
    if (argument && !m_cursor.done()) m_statement.setting_value = m_tokens[m_cursor.position()].name();
    m_scan_from = m_tokens.size();
    if (!is_reading_pragma(m_statement.setting, argument)) {
      m_statement.reason = fmt::format("PRAGMA {} changes how the database works", m_statement.setting);
      return;
    }
    m_statement.statement_class = C::read;
  }

  void vacuum() {
    m_statement.needs_no_transaction = true;
    if (std::any_of(m_tokens.begin(), m_tokens.end(), [](const Token& token) { return token.lower == "into"; })) {
      raise_class(m_statement, C::file_or_program, "VACUUM INTO writes a file");
    }
  }

  void transaction(std::string_view lead) {
    const bool to =
        std::any_of(m_tokens.begin(), m_tokens.end(), [](const Token& token) { return token.lower == "to"; });
    m_statement.transaction_command = lead == "end" ? "commit" : std::string(lead);
    if (lead == "rollback" && to) m_statement.transaction_command = "rollback_to";
  }

  std::string_view m_sql;
  const std::vector<Token>& m_tokens;
  Cursor m_cursor;
  Statement m_statement;
  std::optional<std::size_t> m_scan_from;
};

}  // namespace

Statement read_shape(std::string_view sql, const std::vector<Token>& tokens) { return Shape(sql, tokens).run(); }

}  // namespace dbw::sqlparse::sqlite
