#include "sqlparse/postgresql/tree_reader.hpp"

#include <fmt/format.h>

#include "base/limits.hpp"
#include "sqlparse/postgresql/facts.hpp"
#include "sqlparse/postgresql/problems.hpp"
#include "sqlparse/postgresql/walk.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

// A deep tree makes the JSON parser allocate for every level, and any tree fourteen times its bytes; what is larger
// than this is not kept for the next text, nor while there is none.
constexpr std::size_t k_kept_json_bytes = std::size_t{8} * 1024 * 1024;
constexpr std::size_t k_idle_json_bytes = std::size_t{1} * 1024 * 1024;

std::string bytes_of(const Text& text, ByteRange range) {
  return text.sql.substr(range.start, range.end - range.start);
}

/// The grammar's range of a statement: from the end of the one before to its semicolon, or to the end of the text.
ByteRange range_of(const Node& raw, const Chunk& chunk) {
  const std::size_t start = chunk.range.start + static_cast<std::size_t>(raw.number("stmt_location"));
  const std::size_t length = static_cast<std::size_t>(raw.number("stmt_len"));
  return {start, length == 0 ? chunk.range.end : start + length};
}

bool same_boundaries(const Text& text, const std::vector<Piece>& pieces, const Chunk& chunk,
                     const std::vector<Node>& statements) {
  if (statements.size() != chunk.end_piece - chunk.first_piece) return false;
  std::size_t behind = chunk.range.start;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const ByteRange range = range_of(statements[i], chunk);
    const ByteRange piece = pieces[chunk.first_piece + i].range;
    if (range.start < behind || piece.start < range.start || range.end < piece.end) return false;
    behind = range.end;
  }
  const bool last = chunk.range.end == text.sql.size();
  return last || behind + 1 == chunk.range.end;
}

void fill_statement(Statement& statement, const Text& text, const Piece& piece, const Node& raw, std::size_t base) {
  statement.range = piece.range;
  const Node root = raw.child("stmt");
  walk_statement(statement, root);
  fill_facts(statement, root, {text.sql, text.tokens, base});
}

}  // namespace

bool is_too_large(const Piece& piece) { return piece.range.end - piece.range.start > k_statement_bytes_max; }

std::vector<Chunk> plan_chunks(const Text& text, const std::vector<Piece>& pieces) {
  std::vector<Chunk> chunks;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::size_t token = pieces[i].end_token;
    while (token < text.tokens.size() && text.tokens[token].kind == TokenKind::comment) ++token;
    const bool last = i + 1 == pieces.size() || token == text.tokens.size();
    const std::size_t end = last ? text.sql.size() : text.tokens[token].range.end;
    const bool fits = !chunks.empty() && end - chunks.back().range.start <= k_chunk_bytes;
    if (!fits) chunks.push_back({{chunks.empty() ? 0 : chunks.back().range.end, end}, i, i});
    chunks.back().range.end = end;
    chunks.back().end_piece = i + 1;
  }
  return chunks;
}

ChunkStatements TreeReader::read(const Text& text, const std::vector<Piece>& pieces, const Chunk& chunk) {
  const JsonTree tree(bytes_of(text, chunk.range));
  if (tree.error()) return ChunkFailure::grammar;
  const std::optional<Json> document = parse(tree.json());
  if (!document) return ChunkFailure::boundaries;
  const std::vector<Node> found = Node({}, *document).list("stmts");
  if (!same_boundaries(text, pieces, chunk, found)) return ChunkFailure::boundaries;
  std::vector<Statement> statements;
  statements.reserve(found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    fill_statement(statements.emplace_back(), text, pieces[chunk.first_piece + i], found[i], chunk.range.start);
  return statements;
}

std::variant<Statement, ParseProblem> TreeReader::read(const Text& text, const Piece& piece) {
  if (is_too_large(piece)) {
    const std::size_t size = piece.range.end - piece.range.start;
    return ParseProblem{piece.range,
                        fmt::format("statement of {} bytes; at most {} are read", size, k_statement_bytes_max),
                        ParseProblem::Kind::too_large};
  }
  const JsonTree tree(bytes_of(text, piece.range));
  if (tree.error()) return explain(text.sql, text.tokens, piece, *tree.error());
  const std::optional<Json> document = parse(tree.json());
  if (!document) return ParseProblem{piece.range, "the parse tree cannot be read", ParseProblem::Kind::too_deep};
  const std::vector<Node> found = Node({}, *document).list("stmts");
  if (found.size() != 1) return ParseProblem{piece.range, "not exactly one statement", ParseProblem::Kind::syntax};
  Statement statement;
  fill_statement(statement, text, piece, found.front(), piece.range.start);
  return statement;
}

void TreeReader::keep_at_most(std::size_t json_bytes) {
  if (m_json.capacity() > json_bytes) m_json = simdjson::dom::parser();
}

void TreeReader::rest() { keep_at_most(k_idle_json_bytes); }

std::optional<Json> TreeReader::parse(std::string_view json) {
  keep_at_most(k_kept_json_bytes);
  auto result = m_json.parse(json.data(), json.size());
  if (result.error() == simdjson::DEPTH_ERROR) {
    // Trees of long operator chains are as deep as they are long; an object takes more than four bytes.
    if (m_json.allocate(json.size(), json.size() / 4) != simdjson::SUCCESS) return std::nullopt;
    result = m_json.parse(json.data(), json.size());
  }
  Json document;
  if (result.get(document) != simdjson::SUCCESS) return std::nullopt;
  return document;
}

}  // namespace dbw::sqlparse::postgresql
