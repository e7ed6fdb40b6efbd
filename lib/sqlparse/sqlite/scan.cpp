#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/sqlite/functions.hpp"
#include "sqlparse/sqlite/shape.hpp"

namespace dbw::sqlparse::sqlite {
namespace {

/// Words that may stand before a parenthesis without being a function.
constexpr std::string_view k_not_functions[] = {
    "all",        "always",       "and",       "as",       "between",   "by",        "case",  "check",  "collate",
    "conflict",   "default",      "delete",    "distinct", "do",        "else",      "end",   "escape", "except",
    "exclude",    "exists",       "filter",    "foreign",  "from",      "generated", "group", "having", "in",
    "index",      "insert",       "intersect", "into",     "is",        "isnull",    "join",  "key",    "limit",
    "match",      "materialized", "not",       "notnull",  "nothing",   "null",      "nulls", "of",     "offset",
    "on",         "or",           "order",     "over",     "partition", "primary",   "query", "raise",  "recursive",
    "references", "returning",    "row",       "rows",     "select",    "set",       "table", "then",   "to",
    "union",      "unique",       "update",    "using",    "values",    "view",      "when",  "where",  "window",
    "with",       "without",      "cast",
};

/// Words after which a list of relations is over.
constexpr std::string_view k_end_of_from[] = {"where",     "group",  "order",  "limit",     "set",    "union", "except",
                                              "intersect", "having", "window", "returning", "values", "select"};

template <typename Table>
bool holds(const Table& table, std::string_view word) {
  return std::find(std::begin(table), std::end(table), word) != std::end(table);
}

class Scanner {
 public:
  Scanner(Statement& statement, const std::vector<Token>& tokens) : m_statement(statement), m_tokens(tokens) {}

  void run(std::size_t begin) {
    find_ctes();
    m_levels.push_back({});
    for (m_at = begin; m_at < m_tokens.size(); ++m_at) step();
  }

 private:
  struct Level {
    bool in_from = false;
    bool expects_relation = false;
    bool in_cast = false;  ///< the parentheses of CAST
    bool in_type = false;  ///< ... behind its AS
  };

  bool is(std::size_t i, std::string_view lower) const { return i < m_tokens.size() && m_tokens[i].lower == lower; }
  bool before(std::string_view lower) const { return m_at > 0 && is(m_at - 1, lower); }

  /// WITH [RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED] ( ... ), ... : the names, for the whole statement. Where
  /// a real table has the same name elsewhere in the statement, the authorizer adds it again.
  void find_ctes() {
    for (std::size_t i = 0; i < m_tokens.size(); ++i) {
      if (!is(i, "with")) continue;
      Cursor cursor(m_tokens, i + 1);
      cursor.take("recursive");
      do {
        if (!cursor.at_name()) break;
        const std::size_t name = cursor.position();
        cursor.take_name();
        cursor.take_group();
        if (!cursor.take("as")) break;
        cursor.take("not");
        cursor.take("materialized");
        if (!starts_query(cursor.position())) break;
        cursor.take_group();
        m_ctes.insert(to_lower(m_tokens[name].name()));
        m_cte_positions.insert(name);
      } while (cursor.take(","));
    }
  }

  bool starts_query(std::size_t open) const {
    const bool with = is(open + 1, "with") && open + 2 < m_tokens.size() && m_tokens[open + 2].is_name();
    return is(open, "(") && (is(open + 1, "select") || is(open + 1, "values") || with);
  }

  void step() {
    const Token& token = m_tokens[m_at];
    Level& level = m_levels.back();
    if (token.lower == "(") return open(level);
    if (token.lower == ")") return close();
    if (token.lower == "," && level.in_from) {
      level.expects_relation = true;
      return;
    }
    if (token.lower == "from") return from(level);
    if (token.lower == "join") {
      level = {true, true};
      return;
    }
    if (runs_pragma(token)) return raise_pragma(to_lower(token.name()));
    if (token.kind == TokenKind::word && holds(k_end_of_from, token.lower) && ends_from(m_at))
      level = {false, false, level.in_cast, level.in_type};
    if (token.lower == "as" && level.in_cast) level.in_type = true;
    if (token.lower == "into" && !is_own_target(m_at + 1)) return relation(Access::write);
    if (token.lower == "in" && m_at + 1 < m_tokens.size() && m_tokens[m_at + 1].is_name())
      return relation(Access::read);
    if (token.kind == TokenKind::string && names_relation(level))
      return raise_class(m_statement, StatementClass::opaque, "a literal where the name of a table is expected");
    if (token.lower == "references") return relation(Access::read);
    if (level.expects_relation && token.is_name()) {
      level.expects_relation = false;
      --m_at;
      return relation(Access::read);
    }
    if (token.is_name()) function();
  }

  void open(Level level) {
    const bool relations = level.in_from && level.expects_relation;
    m_levels.push_back({relations, relations, before("cast"), level.in_type});
  }

  void close() {
    if (m_levels.size() > 1) m_levels.pop_back();
    m_levels.back().expects_relation = false;
  }

  void from(Level& level) {
    if (before("distinct") && m_at > 1 && (is(m_at - 2, "is") || is(m_at - 2, "not"))) return;
    if (before("delete")) return;
    level = {true, true};
  }

  static bool is_acting_pragma(const std::string& lower) {
    return lower.starts_with(k_pragma_prefix) && !function_facts(lower).read_only;
  }

  /// Wherever it stands: which words end a FROM clause is not known for certain.
  static bool runs_pragma(const Token& token) { return token.is_name() && is_acting_pragma(to_lower(token.name())); }

  void raise_pragma(const std::string& lower) {
    raise_class(m_statement, StatementClass::procedural,
                fmt::format("table {} runs a PRAGMA that is not known to be read-only", printable(lower)));
  }

  /// WINDOW may be a name.
  bool ends_from(std::size_t i) const { return !is(i, "window") || (is(i + 2, "as") && is(i + 3, "(")); }

  /// SQLite takes a literal for a name where it needs one.
  bool names_relation(const Level& level) const { return level.expects_relation || before("in") || before("."); }

  bool is_own_target(std::size_t i) const {
    if (i >= m_tokens.size()) return true;
    const std::string name = m_tokens[i].name();
    return name == m_statement.target.name || name == m_statement.target.schema;
  }

  /// A relation, or a table-valued function, begins at the next token.
  void relation(Access access) {
    Cursor cursor(m_tokens, m_at + 1);
    const std::size_t start = m_at + 1;
    ObjectName name = cursor.take_object_name();
    if (name.name.empty()) return;
    m_at = cursor.position() - 1;
    const bool called = access == Access::read && cursor.at("(") && !is(start - 1, "references");
    if (called) return function();
    // Hidden columns are arguments: FROM pragma_optimize WHERE arg = 2. A CTE may have the name elsewhere only.
    if (const std::string lower = to_lower(name.name); is_acting_pragma(lower)) raise_pragma(lower);
    const bool cte = name.schema.empty() && m_ctes.count(to_lower(name.name)) > 0;
    if (!cte) m_statement.objects.push_back({ObjectKind::table, std::move(name), access});
  }

  /// A name before a parenthesis is a call, unless it is a key word, a type with its length, or the head of a CTE.
  void function() {
    if (!is(m_at + 1, "(")) return;
    const Token& token = m_tokens[m_at];
    if (token.kind == TokenKind::word && holds(k_not_functions, token.lower)) return;
    if (m_cte_positions.count(m_at) > 0 || is_type() || is_relation_head()) return;
    const std::string name = to_lower(token.name());
    const FunctionFacts facts = function_facts(name);
    m_statement.functions.push_back({{{}, name}, arguments(m_at + 1), facts.read_only, facts.constant});
    if (facts.read_only) return;
    raise_class(m_statement, facts.statement_class,
                fmt::format("function {} is not known to be read-only", printable(name)));
  }

  int arguments(std::size_t open) const {
    const Cursor cursor(m_tokens, open);
    const std::size_t end = cursor.after_group(open);
    if (end <= open + 2) return 0;
    int count = 1;
    int depth = 0;
    for (std::size_t i = open; i < end; ++i) {
      if (m_tokens[i].lower == "(") ++depth;
      if (m_tokens[i].lower == ")") --depth;
      if (m_tokens[i].lower == "," && depth == 1) ++count;
    }
    return count;
  }

  /// decimal(10, 2) is a type only where a type may stand: behind the AS of CAST, or in a definition outside all
  /// expressions.
  bool is_type() const {
    if (m_levels.back().in_type) return true;
    const bool in_create = m_statement.kind == StatementKind::create_table && m_levels.size() == 2;
    const bool in_alter = m_statement.kind == StatementKind::alter_table && m_levels.size() == 1;
    return in_create || in_alter;
  }

  /// INTO t (a, b), REFERENCES t (a), ON t (a) of an index.
  bool is_relation_head() const { return before("into") || before("references") || before("table") || before("view"); }

  Statement& m_statement;
  const std::vector<Token>& m_tokens;
  std::size_t m_at = 0;
  std::vector<Level> m_levels;
  std::set<std::string> m_ctes;
  std::set<std::size_t> m_cte_positions;
};

}  // namespace

void scan_expressions(Statement& statement, const std::vector<Token>& tokens, std::size_t begin) {
  Scanner(statement, tokens).run(begin);
}

}  // namespace dbw::sqlparse::sqlite
