#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/postgresql/facts.hpp"
#include "sqlparse/postgresql/grammar.hpp"
#include "sqlparse/postgresql/problems.hpp"
#include "sqlparse/postgresql/walk.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

// Client commands are cut out one by one; a file with more of them is not SQL.
constexpr int k_client_commands_max = 64;

/// Reads one input. Lives on the parser's stack.
class Reader {
 public:
  explicit Reader(ParsedSql& parsed) : m_parsed(parsed), m_tokens(tokenize(parsed.sql)) {}

  void run() {
    m_parsed.problems = identifier_problems(m_parsed.sql, m_tokens);
    const std::vector<Piece> pieces = split_pieces(m_parsed.sql, m_tokens);
    if (pieces.empty()) return;
    if (pieces.size() > k_statements_max) return refuse_count(pieces);
    const bool fits =
        std::all_of(pieces.begin(), pieces.end(), [](const Piece& piece) { return !is_too_large(piece.range); });
    if (!fits || !read_whole()) read_pieces();
  }

 private:
  static bool is_too_large(ByteRange range) { return range.end - range.start > k_statement_bytes_max; }

  void refuse_count(const std::vector<Piece>& pieces) {
    const ByteRange all{pieces.front().range.start, pieces.back().range.end};
    std::string message = fmt::format("{} statements; at most {} are read", pieces.size(), k_statements_max);
    m_parsed.statements = {unreadable_statement(all, message)};
    m_parsed.problems.push_back({all, std::move(message), ParseProblem::Kind::too_large});
  }

  /// The whole text parses, and its ranges hold every token: then the ranges are the grammar's own.
  bool read_whole() {
    const Ranges found = parse_ranges(m_parsed.sql);
    if (found.error || found.ranges.empty()) return false;
    std::vector<Piece> pieces;
    std::size_t next = 0;
    for (const ByteRange& range : found.ranges) {
      Piece piece{{range.end, range.end}, next, next};
      for (; next < m_tokens.size() && m_tokens[next].range.start < range.end; ++next) {
        const Token& token = m_tokens[next];
        if (token.kind == TokenKind::comment) continue;
        const bool first = piece.range.start == piece.range.end;
        if (first && token.kind == TokenKind::semicolon) continue;
        if (token.range.end > range.end || token.range.start < range.start) return false;
        if (first) piece = {token.range, next, next};
        piece.range.end = token.range.end;
        piece.end_token = next + 1;
      }
      if (piece.range.start == piece.range.end) return false;
      pieces.push_back(piece);
    }
    const auto rest = std::find_if(
        m_tokens.begin() + static_cast<std::ptrdiff_t>(next), m_tokens.end(),
        [](const Token& token) { return token.kind != TokenKind::comment && token.kind != TokenKind::semicolon; });
    if (rest != m_tokens.end()) return false;
    for (const Piece& piece : pieces) read_statement(piece);
    return true;
  }

  /// Something does not parse: everything is read on its own, so that the good statements keep their facts.
  void read_pieces() {
    std::vector<ParseProblem> cuts = cut_client_text();
    for (const Piece& piece : split_pieces(m_parsed.sql, m_tokens)) {
      read_statement(piece);
      // A command inside parentheses is part of its statement, which is opaque through the problem.
      cuts.erase(std::remove_if(cuts.begin(), cuts.end(),
                                [&](const ParseProblem& cut) {
                                  return cut.range.start < piece.range.end && cut.range.end > piece.range.start;
                                }),
                 cuts.end());
    }
    for (const ParseProblem& cut : cuts) m_parsed.statements.push_back(unreadable_statement(cut.range, cut.message));
    m_parsed.sql.swap(m_original);
    std::sort(m_parsed.statements.begin(), m_parsed.statements.end(),
              [](const Statement& a, const Statement& b) { return a.range.start < b.range.start; });
    if (!m_parsed.problems.empty()) return;
    const ByteRange all{0, m_parsed.sql.size()};
    m_parsed.problems.push_back({all, "the statements parse apart but not together", ParseProblem::Kind::syntax});
  }

  /// Replaces client commands and COPY data by a semicolon and blanks in a working copy, so that offsets stay.
  std::vector<ParseProblem> cut_client_text() {
    m_original = m_parsed.sql;
    std::vector<ParseProblem> cuts;
    for (int i = 0; i < k_client_commands_max; ++i) {
      const auto problem = find_client_text(m_parsed.sql, m_tokens);
      if (!problem) break;
      for (std::size_t at = problem->range.start; at < problem->range.end; ++at) {
        if (m_parsed.sql[at] != '\n') m_parsed.sql[at] = ' ';
      }
      if (problem->range.start < problem->range.end) m_parsed.sql[problem->range.start] = ';';
      add_cut(cuts, *problem);
      m_parsed.problems.push_back(*problem);
      m_tokens = tokenize(m_parsed.sql);
    }
    return cuts;
  }

  /// Cuts stay apart: data may hold what was taken for a command before.
  static void add_cut(std::vector<ParseProblem>& cuts, ParseProblem cut) {
    for (auto other = cuts.begin(); other != cuts.end();) {
      const bool apart = other->range.end <= cut.range.start || other->range.start >= cut.range.end;
      if (!apart) {
        cut.range = {std::min(cut.range.start, other->range.start), std::max(cut.range.end, other->range.end)};
      }
      other = apart ? other + 1 : cuts.erase(other);
    }
    cuts.push_back(std::move(cut));
  }

  void read_statement(const Piece& piece) {
    if (is_too_large(piece.range)) {
      const std::size_t size = piece.range.end - piece.range.start;
      return refuse(
          piece, {piece.range, fmt::format("statement of {} bytes; at most {} are read", size, k_statement_bytes_max),
                  ParseProblem::Kind::too_large});
    }
    const JsonTree tree = parse_json(m_parsed.sql.substr(piece.range.start, piece.range.end - piece.range.start));
    if (tree.error) return refuse(piece, explain(m_parsed.sql, m_tokens, piece, *tree.error));
    Json document;
    if (!parse_document(tree.json, document))
      return refuse(piece, {piece.range, "the parse tree cannot be read", ParseProblem::Kind::too_deep});
    const std::vector<Node> statements = Node({}, document).list("stmts");
    if (statements.size() != 1)
      return refuse(piece, {piece.range, "not exactly one statement", ParseProblem::Kind::syntax});
    Statement statement;
    statement.range = piece.range;
    const Node root = statements.front().child("stmt");
    walk_statement(statement, root);
    fill_facts(statement, root, {m_parsed.sql, m_tokens, piece.range.start});
    m_parsed.statements.push_back(std::move(statement));
  }

  bool parse_document(const std::string& json, Json& document) {
    auto result = m_json.parse(json);
    if (result.error() == simdjson::DEPTH_ERROR) {
      // Trees of long operator chains are as deep as they are long; an object takes more than four bytes.
      if (m_json.allocate(json.size(), json.size() / 4) != simdjson::SUCCESS) return false;
      result = m_json.parse(json);
    }
    return result.get(document) == simdjson::SUCCESS;
  }

  void refuse(const Piece& piece, ParseProblem problem) {
    m_parsed.statements.push_back(unreadable_statement(piece.range, problem.message));
    m_parsed.problems.push_back(std::move(problem));
  }

  ParsedSql& m_parsed;
  std::string m_original;
  std::vector<Token> m_tokens;
  simdjson::dom::parser m_json;
};

}  // namespace

ParsedSql parse(std::string_view sql, const ParseOptions& options) {
  ParsedSql parsed;
  parsed.engine = Engine::postgresql;
  parsed.sql = sql;
  if (!check_bytes(parsed, options)) return parsed;
  run_on_parser_stack(sql.size(), [&] { Reader(parsed).run(); });
  spread_problems(parsed);
  return parsed;
}

}  // namespace dbw::sqlparse::postgresql
