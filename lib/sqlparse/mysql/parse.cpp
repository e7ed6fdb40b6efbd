#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/mysql/shape.hpp"

/// One reading per way in which a server may read the text, and what all of them agree on.
namespace dbw::sqlparse::mysql {
namespace {

using Kind = ParseProblem::Kind;

/// More kinds of executable comments double the readings each.
constexpr std::size_t k_version_groups_max = 3;
/// Bytes read in all readings together.
constexpr std::size_t k_read_bytes_max = 8 * k_sql_bytes_max;

/// What one way of reading yields.
struct Reading {
  std::vector<Statement> statements;
  std::vector<std::size_t> separators;
  std::vector<ParseProblem> problems;
};

constexpr std::string_view k_client_commands[] = {"charset",
                                                  "clear",
                                                  "connect",
                                                  "delimiter",
                                                  "edit",
                                                  "ego",
                                                  "exit",
                                                  "go",
                                                  "nopager",
                                                  "notee",
                                                  "nowarning",
                                                  "pager",
                                                  "print",
                                                  "query_attributes",
                                                  "quit",
                                                  "rehash",
                                                  "resetconnection",
                                                  "source",
                                                  "ssl_session_data_print",
                                                  "status",
                                                  "system",
                                                  "tee",
                                                  "warnings"};
constexpr WordFilter k_client_filter(k_client_commands);

class Reader {
 public:
  Reader(std::string_view sql, Engine engine, LexMode mode, const VersionGroups& groups)
      : m_sql(sql),
        m_engine(engine),
        m_tokens(sql),
        m_splitter(sql, Lexer(sql, engine, mode, groups, m_reading.problems), k_statement_bytes_max) {}

  Reading run() {
    const auto semicolons = static_cast<std::size_t>(std::count(m_sql.begin(), m_sql.end(), ';'));
    m_reading.statements.reserve(std::min(semicolons + 1, k_statements_max));
    SplitStatement split;
    while (m_splitter.next(split)) {
      if (m_reading.statements.size() == k_statements_max) return refuse_count();
      read_statement(split);
    }
    return std::move(m_reading);
  }

 private:
  Reading refuse_count() {
    const ByteRange all{0, m_sql.size()};
    std::string message = fmt::format("more than {} statements", k_statements_max);
    m_reading.statements = {unreadable_statement(all, message)};
    m_reading.separators = {m_sql.size()};
    m_reading.problems.push_back({all, std::move(message), Kind::too_large});
    return std::move(m_reading);
  }

  void read_statement(SplitStatement& split) {
    m_reading.separators.push_back(split.separator);
    if (split.tokens.empty()) {
      return refuse({split.range,
                     fmt::format("statement of {} bytes; at most {} are read", split.range.end - split.range.start,
                                 k_statement_bytes_max),
                     Kind::too_large});
    }
    check_tokens(split.tokens);
    m_tokens.take(split.tokens);
    if (k_client_filter.may_hold(m_tokens.text(0)) && m_tokens.is_any(0, k_client_commands)) {
      return refuse(
          {split.range,
           fmt::format("{} is a command of the mysql client: dbw runs no client commands", to_lower(m_tokens.text(0))),
           Kind::client_command});
    }
    // Whatever follows such a text would become part of it.
    if (split.has_body && !split.well_formed)
      m_reading.problems.push_back({split.range, "a block of the body is not closed", Kind::cut_off});
    read_shape(m_reading.statements.emplace_back(), m_tokens, m_engine, split);
  }

  void check_tokens(const std::vector<Token>& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const Token& token = tokens[i];
      if (m_plain && token.kind != TokenKind::parameter) continue;
      const std::string_view text = m_sql.substr(token.start, token.end - token.start);
      const bool name = token.kind == TokenKind::word || token.kind == TokenKind::name;
      if (token.kind == TokenKind::parameter) {
        problem(token, "parameter ? has no value here: write the value", Kind::client_command);
      } else if (name && !m_ascii && !is_ascii(text)) {
        problem(token,
                fmt::format("homoglyph identifier: {} holds letters outside ASCII", printable(text.substr(0, 80))),
                Kind::forbidden_character);
      } else if (token.kind == TokenKind::punctuation && i + 1 < tokens.size() && tokens[i + 1].glued) {
        const char next = m_sql[tokens[i + 1].start];
        if (text == "{" && (next == '{' || next == '%'))
          problem(token, "template braces: render the template first, dbw reads plain SQL", Kind::template_braces);
      } else if (token.kind == TokenKind::word && text == "$" && i + 1 < tokens.size() && tokens[i + 1].glued &&
                 m_sql[tokens[i + 1].start] == '{') {
        problem(token, "template braces: render the template first, dbw reads plain SQL", Kind::template_braces);
      }
    }
  }

  void problem(const Token& token, std::string message, Kind kind) {
    if (m_reading.problems.size() > k_problems_max) return;
    if (m_reading.problems.size() == k_problems_max) {
      m_reading.problems.push_back({{0, m_sql.size()}, "too many problems to name them all", Kind::syntax});
      return;
    }
    m_reading.problems.push_back({{token.start, token.end}, std::move(message), kind});
  }

  void refuse(ParseProblem problem) {
    m_reading.statements.push_back(unreadable_statement(problem.range, problem.message));
    m_reading.problems.push_back(std::move(problem));
  }

  std::string_view m_sql;
  bool m_ascii = is_ascii(m_sql);                                       ///< then all names are
  bool m_plain = m_ascii && m_sql.find('{') == std::string_view::npos;  ///< then no token but a parameter is a problem
  Engine m_engine;
  Tokens m_tokens;  ///< of the statement that is read
  Reading m_reading;
  Splitter m_splitter;
};

void refuse_all(ParsedSql& parsed, std::string message, Kind kind) {
  const ByteRange all{0, parsed.sql.size()};
  parsed.statements = {unreadable_statement(all, message)};
  parsed.problems.push_back({all, std::move(message), kind});
}

std::string describe(const LexMode& mode, const LexMode& first) {
  if (mode.executed != first.executed) return "the server's version (executable comments)";
  if (mode.ansi_quotes && mode.no_backslash_escapes) return "sql_mode ANSI_QUOTES and NO_BACKSLASH_ESCAPES";
  if (mode.ansi_quotes) return "sql_mode ANSI_QUOTES: write 'text' and `name`, never \"...\"";
  return "sql_mode NO_BACKSLASH_ESCAPES: write '' for a quote, and no backslash before one";
}

/// Compares another reading with the first one, and takes over what is stronger or weaker in it.
void merge(Reading& first, const Reading& other, const std::string& why, std::size_t size) {
  if (other.separators != first.separators || (!other.problems.empty() && first.problems.empty())) {
    first.problems.push_back({{0, size}, "where statements begin and end depends on " + why, Kind::ambiguous});
    return;
  }
  for (std::size_t i = 0; i < first.statements.size(); ++i) {
    Statement& mine = first.statements[i];
    const Statement& theirs = other.statements[i];
    if (mine.statement_class != theirs.statement_class || mine.kind != theirs.kind ||
        mine.read_only != theirs.read_only || !(mine.target == theirs.target)) {
      first.problems.push_back({mine.range, "what the statement does depends on " + why, Kind::ambiguous});
    }
    if (mine.restriction == Restriction::some) mine.restriction = theirs.restriction;
    mine.opens_views = mine.opens_views || theirs.opens_views;
    for (const ObjectUse& use : theirs.objects) {
      const bool known = std::any_of(mine.objects.begin(), mine.objects.end(), [&](const ObjectUse& own) {
        return own.kind == use.kind && own.access == use.access && own.name == use.name;
      });
      if (!known)
        first.problems.push_back({mine.range, "what the statement touches depends on " + why, Kind::ambiguous});
      if (!known) break;
    }
    const bool same_calls =
        std::equal(mine.functions.begin(), mine.functions.end(), theirs.functions.begin(), theirs.functions.end(),
                   [](const FunctionUse& a, const FunctionUse& b) {
                     return a.name == b.name && a.read_only == b.read_only && a.arguments == b.arguments;
                   });
    if (!same_calls)
      first.problems.push_back({mine.range, "what the statement calls depends on " + why, Kind::ambiguous});
  }
}

}  // namespace

ParsedSql parse(Engine engine, std::string_view sql, const ParseOptions& options) {
  ParsedSql parsed;
  parsed.engine = engine;
  parsed.sql = sql;
  if (!check_bytes(parsed, options)) return parsed;
  const VersionGroups groups = version_groups(parsed.sql);
  if (groups.size() > k_version_groups_max) {
    refuse_all(parsed, fmt::format("more than {} kinds of executable comments", k_version_groups_max), Kind::too_large);
    return parsed;
  }
  std::vector<LexMode> modes = lex_modes(parsed.sql, groups.size());
  if (options.view_text)
    std::erase_if(modes, [](const LexMode& it) { return it.ansi_quotes || it.no_backslash_escapes; });
  if (modes.size() * parsed.sql.size() > k_read_bytes_max) {
    refuse_all(parsed, "too much text to read it in every way a server might", Kind::too_large);
    return parsed;
  }
  Reading first = Reader(parsed.sql, parsed.engine, modes.front(), groups).run();
  for (std::size_t i = 1; i < modes.size(); ++i) {
    const Reading other = Reader(parsed.sql, parsed.engine, modes[i], groups).run();
    merge(first, other, describe(modes[i], modes.front()), parsed.sql.size());
    if (first.problems.size() > 1000) break;
  }
  parsed.statements = std::move(first.statements);
  parsed.problems = std::move(first.problems);
  spread_problems(parsed);
  return parsed;
}

}  // namespace dbw::sqlparse::mysql
