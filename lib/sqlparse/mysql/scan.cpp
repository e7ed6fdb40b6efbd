#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/mysql/functions.hpp"
#include "sqlparse/mysql/shape.hpp"

namespace dbw::sqlparse::mysql {
namespace {

using C = StatementClass;

/// Reserved words that begin statements and have no place inside one (but as functions, index hints and clauses that
/// are looked at before).
constexpr std::string_view k_statement_words[] = {
    "alter",  "analyze", "call", "create", "declare",  "delete",  "describe", "drop",   "grant",  "insert",  "iterate",
    "kill",   "leave",   "load", "loop",   "optimize", "purge",   "release",  "rename", "repeat", "replace", "resignal",
    "return", "revoke",  "set",  "show",   "signal",   "trigger", "undo",     "unlock", "update", "while"};
/// Words that are no reserved ones and begin statements: with an operand right behind them they are no column.
constexpr std::string_view k_other_leaders[] = {
    "backup",    "begin",      "binlog", "cache",   "change",   "check",     "checksum", "clone",
    "commit",    "deallocate", "do",     "execute", "flush",    "get",       "handler",  "help",
    "import",    "install",    "lock",   "prepare", "purge",    "reset",     "restart",  "rollback",
    "savepoint", "shutdown",   "start",  "stop",    "truncate", "uninstall", "use",      "xa"};
/// Words that end a FROM clause.
constexpr std::string_view k_clauses[] = {"where",     "group",     "order", "having", "limit",     "union",  "except",
                                          "intersect", "select",    "set",   "window", "returning", "values", "for",
                                          "into",      "procedure", "lock",  "offset", "fetch",     "with"};
constexpr std::string_view k_from_functions[] = {"extract", "substring", "substr", "trim", "mid"};

constexpr WordFilter k_clause_filter(k_clauses);
constexpr WordFilter k_statement_filter(k_statement_words);
constexpr auto k_filter = [] {
  WordFilter filter(k_statement_words);
  for (const std::string_view word : k_clauses) filter.add(word);
  for (const std::string_view word : {"from", "join", "straight_join", "table"}) filter.add(word);
  return filter;
}();

class Scanner {
 public:
  Scanner(Shape& shape, ByteRange positions, bool references) : m_shape(shape), m_t(shape.tokens), m_range(positions) {
    m_frames.reserve(8);
    m_frames.push_back({references, references, false});
  }

  void run() {
    for (std::size_t i = m_range.start; i < m_range.end; ++i) step(i);
  }

 private:
  static constexpr std::string_view k_operators[] = {
      "and",   "or",      "xor", "is",  "in",   "not",  "like", "between", "div",   "mod",   "regexp",
      "rlike", "collate", "as",  "asc", "desc", "from", "join", "left",    "inner", "cross", "natural"};
  struct Frame {
    bool from = false;      ///< inside a FROM clause
    bool expect = false;    ///< a table is due
    bool function = false;  ///< the parenthesis of EXTRACT(... FROM ...) and its kin
  };

  void step(std::size_t i) {
    const Token& token = m_t[i];
    switch (token.kind) {
      case TokenKind::word:
      case TokenKind::name:
        return name_or_word(i);
      case TokenKind::punctuation:
        return punctuation(i);
      case TokenKind::string:
        if (m_t.is(i + 1, "(") || m_t.is(i + 1, ".")) opaque(m_shape, "a literal where a name is expected");
        return;
      case TokenKind::semicolon:
        return opaque(m_shape, "a semicolon inside a statement");
      case TokenKind::number:
        if (m_frames.back().expect) opaque(m_shape, "a number where a table is expected");
        return;
      default:
        return;
    }
  }

  void punctuation(std::size_t i) {
    const char c = m_t.text(i).front();
    if (c == '(') {
      const bool operand = m_t.is_name(i + 2) || m_t.is_kind(i + 2, TokenKind::string) ||
                           m_t.is_kind(i + 2, TokenKind::number) || m_t.is_kind(i + 2, TokenKind::variable);
      if (operand && m_t.is_any(i + 1, k_other_leaders) && !m_t.is_any(i + 2, k_operators))
        opaque(m_shape, fmt::format("{} inside another statement", to_lower(m_t.text(i + 1))));
      Frame inner;
      if (m_frames.back().expect) inner = {true, true, false};
      inner.function = i > m_range.start && m_t.is_any(i - 1, k_from_functions);
      m_frames.back().expect = false;
      m_frames.push_back(inner);
    } else if (c == ')') {
      if (m_frames.size() > 1) m_frames.pop_back();
    } else if (c == ',') {
      m_frames.back().expect = m_frames.back().from;
    } else if (m_t.text(i) == ":=") {
      raise_class(m_shape.statement, C::session, "a user variable is assigned");
    } else if (c == '{' || c == '}' || c == '[' || c == ']' || c == ':' || c == '@' || c == '\\' || c == '$') {
      opaque(m_shape, fmt::format("{} has no meaning that dbw knows", printable(m_t.text(i))));
    }
  }

  void name_or_word(std::size_t i) {
    Frame& frame = m_frames.back();
    const bool word = m_t[i].kind == TokenKind::word;
    if (word && k_filter.may_hold(m_t.text(i)) && keyword(i)) return;
    if (m_t.is(i + 1, "(") && call(i)) return;
    if (frame.expect) return table(i);
    const bool behind_dot = i > m_range.start && m_t.is(i - 1, ".");
    if (behind_dot && m_t.text(i).size() == 7 && to_lower(m_t.text(i)) == "nextval")
      raise_class(m_shape.statement, C::dml, "a sequence is advanced");
  }

  ObjectName name_at(std::size_t i) const {
    if (m_t.is(i + 1, ".") && m_t.is_name(i + 2)) return {m_t.name(i), m_t.name(i + 2)};
    return {{}, m_t.name(i)};
  }

  /// LASTVAL(name), PREVIOUS VALUE FOR name: servers open what is named, be it a sequence or not.
  void sequence(std::size_t i) {
    if (m_t.is(i, ".")) ++i;
    if (i < m_range.end && m_t.is_name(i)) add_object(m_shape, ObjectKind::sequence, name_at(i), Access::read);
  }

  void table(std::size_t i) {
    Frame& frame = m_frames.back();
    frame.expect = false;
    const ObjectName name = name_at(i);
    if (name.schema.empty() && m_t.is(i, "dual")) return;  // without quotes
    const std::string bare = to_lower(name.name);
    if (bare.starts_with("innodb_cmp") && bare.ends_with("_reset"))
      raise_class(m_shape.statement, C::admin, fmt::format("reading {} resets counters", bare));
    if (bare == "all_plugins")
      raise_class(m_shape.statement, C::admin, "reading all_plugins loads every library of the server's plugin folder");
    add_object(m_shape, ObjectKind::table, name, Access::read);
  }

  /// True where the word is dealt with.
  bool keyword(std::size_t i) {
    Frame& frame = m_frames.back();
    if (m_t.is(i, "from") || m_t.is(i, "join") || m_t.is(i, "straight_join")) {
      const bool option = m_t.is(i, "straight_join") && !frame.from;
      if (!frame.function && !option) frame.from = frame.expect = true;
      return true;
    }
    if (m_t.is(i, "table") && i + 1 < m_range.end && (m_t.is_name(i + 1) || m_t.is(i + 1, ".")) &&
        (i == m_range.start || !m_t.is_name(i - 1) || m_t.is_any(i - 1, k_before_table))) {
      frame.from = frame.expect = true;
      return true;
    }
    if (k_clause_filter.may_hold(m_t.text(i)) && m_t.is_any(i, k_clauses)) {
      if (stays_in_from(i)) return true;
      if (is_name_here(i)) return false;
      frame.from = frame.expect = false;
      if (m_t.is(i, "for")) return true;
      if (m_t.is(i, "into")) return into(i), true;
      if (m_t.is(i, "lock")) return share_lock(i), true;
      if (m_t.is(i, "procedure")) return raise_class(m_shape.statement, C::procedural, "PROCEDURE is called"), true;
      if (!m_t.is(i, "set")) return true;
    }
    if (!k_statement_filter.may_hold(m_t.text(i)) || !m_t.is_any(i, k_statement_words) || m_t.is(i + 1, "("))
      return false;
    const bool clause =
        i > m_range.start && ((m_t.is(i, "update") && (m_t.is(i - 1, "key") || m_t.is(i - 1, "for"))) ||
                              (m_t.is(i, "set") && (m_t.is(i - 1, "character") || m_t.is(i - 1, "char"))));
    frame.from = frame.expect = false;
    if (!clause) opaque(m_shape, fmt::format("{} inside another statement", to_lower(m_t.text(i))));
    return true;
  }

  static constexpr std::string_view k_before_table[] = {"union", "all", "distinct", "except", "intersect", "explain"};

  bool next_is(std::size_t i, std::initializer_list<std::string_view> words) const {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return m_t.is(i + 1, word); });
  }

  /// A clause's word inside a FROM clause: FOR SYSTEM_TIME, USE INDEX FOR ORDER BY, WITHIN GROUP, NEXT and PREVIOUS
  /// VALUE FOR.
  bool stays_in_from(std::size_t i) {
    const bool behind_for = i > m_range.start && m_t.is(i - 1, "for");
    if (m_t.is(i, "order") || m_t.is(i, "group")) return behind_for || !next_is(i, {"by"});
    if (!m_t.is(i, "for")) return false;
    row_lock(i);
    const bool of_sequence = i > m_range.start && m_t.is(i - 1, "value");
    if (of_sequence) sequence(i + 1);
    return of_sequence || next_is(i, {"system_time", "join", "order", "group"});
  }

  /// Words that begin a clause and are not reserved on every server.
  bool is_name_here(std::size_t i) const {
    if (m_t.is(i, "window")) return !m_t.is(i + 2, "as") || !m_t.is(i + 3, "(");
    if (m_t.is(i, "offset")) return !m_t.is_kind(i + 1, TokenKind::number) && !m_t.is_kind(i + 1, TokenKind::parameter);
    if (m_t.is(i, "returning")) return m_shape.engine == Engine::mysql;
    if (m_t.is(i, "except") || m_t.is(i, "intersect"))
      return !next_is(i, {"(", "all", "distinct", "select", "table", "values", "with"});
    // VALUES(column) is a call but behind UNION and its kin, and where a query begins.
    if (m_t.is(i, "values"))
      return i > m_range.start && m_t.is(i + 1, "(") && !m_t.is(i - 1, "(") && !m_t.is_any(i - 1, k_before_table);
    return false;
  }

  void row_lock(std::size_t i) {
    if (m_t.is(i + 1, "update") || m_t.is(i + 1, "share")) raise_class(m_shape.statement, C::dml, "rows are locked");
    const bool next_value = i >= m_range.start + 2 && m_t.is(i - 1, "value") && m_t.is(i - 2, "next");
    if (next_value) raise_class(m_shape.statement, C::dml, "a sequence is advanced");
  }

  void share_lock(std::size_t i) {
    if (m_t.is(i + 1, "in") && m_t.is(i + 2, "share")) {
      raise_class(m_shape.statement, C::dml, "rows are locked");
    } else {
      opaque(m_shape, "lock inside another statement");
    }
  }

  void into(std::size_t i) {
    if (m_t.is(i + 1, "outfile") || m_t.is(i + 1, "dumpfile"))
      raise_class(m_shape.statement, C::file_or_program, "the result goes to a file of the server");
    else
      raise_class(m_shape.statement, C::session, "INTO assigns variables");
  }

  /// True where a function is called; an alias or a CTE with its columns is none.
  bool call(std::size_t i) {
    const bool first = i == m_range.start;
    const bool quoted = m_t[i].kind == TokenKind::name;
    const bool qualified = !first && m_t.is(i - 1, ".");
    const std::string name = quoted ? m_t.name(i) : to_lower(m_t.text(i));
    if (!quoted && !qualified && (is_syntax_word(name) || is_syntax_here(i, name))) return true;
    if (!first && !qualified && (m_t.is(i - 1, "as") || m_t.is(i - 1, ")"))) return true;
    if (m_frames.back().expect && m_frames.back().from && name != "json_table") {
      opaque(m_shape, "a function where a table is expected");
      return true;
    }
    const bool stands_for_table = m_frames.back().expect;
    m_frames.back().expect = false;  // what JSON_TABLE's parentheses hold are expressions
    const std::size_t behind = m_t.match(i + 1) + 1;
    if (m_t.is(behind, "as") && m_t.is(behind + 1, "(")) return true;  // WITH name (columns) AS (
    FunctionUse use;
    use.name = {qualified && i >= m_range.start + 2 ? m_t.name(i - 2) : std::string(), name};
    use.arguments = arguments(i + 1);
    FunctionFacts facts = quoted || qualified ? FunctionFacts{} : function_facts(name);
    if (name == "json_table" && !stands_for_table) facts = {};  // anybody's function may have the name
    const bool loose = !quoted && binds_only_glued(name) && !m_t[i + 1].glued;
    if (loose) facts = {};
    if (!quoted && name == "lastval") sequence(i + 2);
    if (!quoted && name == "last_insert_id" && use.arguments > 0) facts = {false, false, C::session};
    use.read_only = facts.read_only;
    use.constant = facts.constant;
    if (facts.statement_class > m_shape.statement.statement_class) {
      raise_class(m_shape.statement, facts.statement_class,
                  loose ? fmt::format("with a blank before its parenthesis {} may be a stored function", name)
                        : fmt::format("function {} is not read-only", printable(name.substr(0, 80))));
    }
    m_shape.statement.functions.push_back(std::move(use));
    return true;
  }

  /// Words that are no reserved ones: anybody's function may have the name, but where the grammar demands the word.
  bool is_syntax_here(std::size_t i, std::string_view name) const {
    const bool first = i == m_range.start;
    // Servers print MATCH without its parentheses into the texts of views.
    if (name == "against") return !first && (m_t.is(i - 1, ")") || m_t.is_kind(i - 1, TokenKind::name));
    if (name == "columns")
      return !first && (m_t.is_kind(i - 1, TokenKind::string) || m_t.is(i - 1, "range") || m_t.is(i - 1, "list"));
    // An argument that is a query has parentheses of its own; VALUES may be a function as well.
    if (name == "lateral" || name == "minus") return m_t.is(i + 2, "select") || m_t.is(i + 2, "with");
    return false;
  }

  int arguments(std::size_t open) const {
    const std::size_t close = m_t.match(open);
    if (close <= open + 1) return 0;
    int count = 1;
    Cursor cursor(m_t, {open + 1, close});
    for (; !cursor.done(); cursor.skip()) count += cursor.at(",") ? 1 : 0;
    return count;
  }

  Shape& m_shape;
  const Tokens& m_t;
  ByteRange m_range;
  std::vector<Frame> m_frames;
};

}  // namespace

void scan(Shape& shape, ByteRange positions) {
  if (positions.start < positions.end) Scanner(shape, positions, false).run();
}

void scan_references(Shape& shape, ByteRange positions) {
  if (positions.start < positions.end) Scanner(shape, positions, true).run();
}

}  // namespace dbw::sqlparse::mysql
