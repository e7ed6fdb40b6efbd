#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sqlparse/postgresql/grammar.hpp"
#include "sqlparse/postgresql/lexer.hpp"
#include "sqlparse/postgresql/tree.hpp"
#include "sqlparse/statement.hpp"

/// From SQL bytes through libpg_query's tree to statements. Every call must run on a parser stack.
namespace dbw::sqlparse::postgresql {

/// What ranges and tokens index.
struct Text {
  const std::string& sql;
  const std::vector<Token>& tokens;
};

/// A run of whole pieces, up to and with the semicolon behind the last: small enough that its tree stays in the
/// processor's cache, large enough that what a call of the parser costs does not count.
struct Chunk {
  ByteRange range;
  std::size_t first_piece;
  std::size_t end_piece;
};
/// The chunks lie end to end and cover all of the text. A piece of more than k_chunk_bytes has a chunk of its own.
std::vector<Chunk> plan_chunks(const Text& text, const std::vector<Piece>& pieces);
inline constexpr std::size_t k_chunk_bytes = std::size_t{16} * 1024;

/// Why a chunk yields no statements.
enum class ChunkFailure { grammar, boundaries };
using ChunkStatements = std::variant<std::vector<Statement>, ChunkFailure>;

/// One per thread: keeps the memory of its JSON parser between calls.
class TreeReader {
 public:
  /// The statements of a chunk, if it parses and the grammar sees the same boundaries as the pieces: each statement
  /// holds one piece, and each but the text's last ends at its semicolon. If that is true of all chunks, then the text
  /// parses as a whole, into the same statements: at a semicolon that ends a statement the parser is where it began.
  ChunkStatements read(const Text& text, const std::vector<Piece>& pieces, const Chunk& chunk);

  /// One piece by itself: a statement, or why there is none.
  std::variant<Statement, ParseProblem> read(const Text& text, const Piece& piece);

  /// No text comes for a while: gives back what only a large one needed.
  void rest();

 private:
  std::optional<Json> parse(std::string_view json);
  void keep_at_most(std::size_t json_bytes);
  simdjson::dom::parser m_json;
};

bool is_too_large(const Piece& piece);

}  // namespace dbw::sqlparse::postgresql
