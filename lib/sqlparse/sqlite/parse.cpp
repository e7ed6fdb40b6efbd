#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/sqlite/expansion.hpp"
#include "sqlparse/sqlite/oracle.hpp"
#include "sqlparse/sqlite/shape.hpp"

namespace dbw::sqlparse::sqlite {
namespace {

using Kind = ParseProblem::Kind;

class Reader {
 public:
  Reader(ParsedSql& parsed, const std::string& schema_sql) : m_parsed(parsed), m_schema_sql(schema_sql) {}

  void run() {
    const std::vector<Token> tokens = tokenize(m_parsed.sql);
    for (const Token& token : tokens) check_token(token);
    const std::vector<std::vector<Token>> statements = split_statements(tokens);
    if (statements.size() > k_statements_max) return refuse_count(statements.size());
    for (const std::vector<Token>& statement : statements) read_statement(statement);
  }

 private:
  void check_token(const Token& token) {
    if (token.kind == TokenKind::unterminated) {
      m_parsed.problems.push_back({token.range, "literal, name or comment is not closed", Kind::cut_off});
    } else if (token.kind == TokenKind::parameter) {
      m_parsed.problems.push_back(
          {token.range,
           fmt::format("parameter {} has no value here: write the value", printable(token.text.substr(0, 60))),
           Kind::client_command});
    } else if (token.is_name() && !is_ascii(token.text)) {
      m_parsed.problems.push_back(
          {token.range,
           fmt::format("homoglyph identifier: {} holds letters outside ASCII", printable(token.text.substr(0, 80))),
           Kind::forbidden_character});
    }
  }

  void refuse_count(std::size_t count) {
    const ByteRange all{0, m_parsed.sql.size()};
    std::string message = fmt::format("{} statements; at most {} are read", count, k_statements_max);
    m_parsed.statements = {unreadable_statement(all, message)};
    m_parsed.problems.push_back({all, std::move(message), Kind::too_large});
  }

  void read_statement(const std::vector<Token>& tokens) {
    const ByteRange range{tokens.front().range.start, tokens.back().range.end};
    if (range.end - range.start > k_statement_bytes_max) {
      return refuse(
          {range,
           fmt::format("statement of {} bytes; at most {} are read", range.end - range.start, k_statement_bytes_max),
           Kind::too_large});
    }
    if (const auto problem = client_text(tokens, range)) return refuse(*problem);
    if (tokens.back().kind == TokenKind::unterminated) {
      m_parsed.statements.push_back(unreadable_statement(range, "not closed"));
      return;
    }
    Statement statement = read_shape(m_parsed.sql, tokens);
    if (is_prepared(statement)) {
      const std::string_view text = std::string_view(m_parsed.sql).substr(range.start, range.end - range.start);
      if (!m_expansion) m_expansion.emplace(m_schema_sql);
      if (m_expansion->is_too_much(statement, tokens)) {
        return refuse(
            {range,
             fmt::format("names of WITH clauses and views stand for more than {} queries in it, or {} in the text",
                         Expansion::k_statement_copies_max, Expansion::k_copies_max),
             Kind::too_deep});
      }
      if (!m_oracle) m_oracle.emplace(m_schema_sql);
      if (const auto message = m_oracle->check(statement, text)) {
        const bool deep = message->find("overflow") != std::string::npos;
        return refuse({range, printable(message->substr(0, 300)), deep ? Kind::too_deep : Kind::syntax});
      }
    }
    m_parsed.statements.push_back(std::move(statement));
  }

  /// What takes effect while being prepared, or has no place on the throw-away database, is judged by its tokens alone.
  static bool is_prepared(const Statement& statement) {
    return statement.kind != StatementKind::pragma && statement.statement_class != StatementClass::transaction &&
           statement.statement_class != StatementClass::admin && statement.kind != StatementKind::attach &&
           statement.kind != StatementKind::vacuum;
  }

  std::optional<ParseProblem> client_text(const std::vector<Token>& tokens, ByteRange range) const {
    if (tokens.front().lower == ".") {
      return ParseProblem{range, "command of the sqlite3 shell: dbw runs no client commands", Kind::client_command};
    }
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
      const bool joined = tokens[i].range.end == tokens[i + 1].range.start;
      const bool braces = tokens[i].lower == "{" && (tokens[i + 1].lower == "{" || tokens[i + 1].lower == "%");
      const bool dollar = tokens[i].lower == "$" && tokens[i + 1].lower == "{";
      if (joined && (braces || dollar))
        return ParseProblem{range, "template braces: render the template first, dbw reads plain SQL",
                            Kind::template_braces};
    }
    return std::nullopt;
  }

  void refuse(ParseProblem problem) {
    m_parsed.statements.push_back(unreadable_statement(problem.range, problem.message));
    m_parsed.problems.push_back(std::move(problem));
  }

  ParsedSql& m_parsed;
  const std::string& m_schema_sql;
  std::optional<Expansion> m_expansion;
  std::optional<Oracle> m_oracle;
};

}  // namespace

ParsedSql parse(std::string_view sql, const ParseOptions& options) {
  ParsedSql parsed;
  parsed.engine = Engine::sqlite;
  parsed.sql = sql;
  if (!check_bytes(parsed, options)) return parsed;
  Reader(parsed, options.schema_sql).run();
  spread_problems(parsed);
  return parsed;
}

}  // namespace dbw::sqlparse::sqlite
