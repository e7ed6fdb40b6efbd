#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/threads.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/postgresql/client_text.hpp"
#include "sqlparse/postgresql/grammar.hpp"
#include "sqlparse/postgresql/parser_threads.hpp"
#include "sqlparse/postgresql/problems.hpp"
#include "sqlparse/postgresql/tree_reader.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

/// Texts that are in work at the same time: their tokens take several times the memory of the text.
constexpr std::size_t k_batch_bytes_max = std::size_t{4} * 1024 * 1024;
/// A thread more for each of these: less work is done sooner than a thread is started.
constexpr std::size_t k_bytes_per_thread = std::size_t{64} * 1024;

/// Reads one text. First its chunks, in any order and on any threads; where some cannot be read as they stand, all of
/// it the slow way.
class Reader {
 public:
  /// Finds out which chunks there are.
  void start(std::string_view sql, const ParseOptions& options) {
    m_parsed.engine = Engine::postgresql;
    m_parsed.sql = sql;
    if (!check_bytes(m_parsed, options)) return;
    m_tokens = tokenize(m_parsed.sql);
    m_parsed.problems = identifier_problems(m_parsed.sql, m_tokens);
    m_pieces = split_pieces(m_parsed.sql, m_tokens);
    if (m_pieces.size() > k_statements_max) refuse_count();
    m_chunks = plan_chunks(text(), m_pieces);
    m_read.resize(m_chunks.size(), ChunkFailure::boundaries);
  }

  const std::vector<Chunk>& chunks() const { return m_chunks; }
  std::size_t bytes() const { return m_parsed.sql.size(); }
  /// One thread reads it from end to end, while its tokens are at hand.
  bool is_small() const { return m_chunks.size() == 1 && bytes() <= k_ordinary_sql_bytes; }

  void read_chunk(std::size_t index, TreeReader& trees) {
    const Chunk& chunk = m_chunks[index];
    if (!is_too_large(m_pieces[chunk.first_piece])) m_read[index] = trees.read(text(), m_pieces, chunk);
  }

  void read_small(TreeReader& trees) {
    read_chunk(0, trees);
    if (!all_chunks_read()) read_slowly(trees);
    m_tokens = {};  // the next text takes their memory while it is in the cache
  }

  bool all_chunks_read() const {
    return std::all_of(m_read.begin(), m_read.end(),
                       [](const ChunkStatements& read) { return std::holds_alternative<Statements>(read); });
  }

  /// For texts of which some chunk was not read.
  void read_slowly(TreeReader& trees) {
    const bool fits = std::none_of(m_pieces.begin(), m_pieces.end(), is_too_large);
    const ChunkFailure* failure = m_read.size() == 1 ? std::get_if<ChunkFailure>(&m_read.front()) : nullptr;
    const bool one_refused = failure != nullptr && *failure == ChunkFailure::grammar;
    if (!fits || one_refused || !read_whole(trees)) read_pieces(trees);
  }

  ParsedSql finish() && {
    if (all_chunks_read() && m_chunks.size() == 1) {
      m_parsed.statements = std::get<Statements>(std::move(m_read.front()));
    } else if (all_chunks_read()) {
      m_parsed.statements.reserve(m_pieces.size());
      take_chunks(0, m_chunks.size());
    }
    spread_problems(m_parsed);
    return std::move(m_parsed);
  }

 private:
  using Statements = std::vector<Statement>;

  Text text() const { return {m_parsed.sql, m_tokens}; }

  void refuse_count() {
    const ByteRange all{m_pieces.front().range.start, m_pieces.back().range.end};
    std::string message = fmt::format("{} statements; at most {} are read", m_pieces.size(), k_statements_max);
    m_parsed.statements = {unreadable_statement(all, message)};
    m_parsed.problems.push_back({all, std::move(message), ParseProblem::Kind::too_large});
    m_pieces.clear();
  }

  void take_chunks(std::size_t first, std::size_t end) {
    for (std::size_t i = first; i < end; ++i) {
      Statements& statements = std::get<Statements>(m_read[i]);
      std::move(statements.begin(), statements.end(), std::back_inserter(m_parsed.statements));
    }
  }

  /// The whole text parses, and its ranges hold every token: then the ranges are the grammar's own.
  bool read_whole(TreeReader& trees) {
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
    for (const Piece& piece : pieces) read_piece(text(), piece, trees);
    return true;
  }

  /// Something does not parse: everything is read on its own, so that the good statements keep their facts.
  void read_pieces(TreeReader& trees) {
    ClientTextCut client = cut_client_text(m_parsed.sql);
    if (client.cuts.empty()) {
      for (std::size_t i = 0; i < m_chunks.size(); ++i) read_chunk_pieces(i, trees);
    } else {
      read_around(client, trees);
    }
    if (!m_parsed.problems.empty()) return;
    const ByteRange all{0, m_parsed.sql.size()};
    m_parsed.problems.push_back({all, "the statements parse apart but not together", ParseProblem::Kind::syntax});
  }

  /// A chunk that was read holds the same statements as its pieces do.
  void read_chunk_pieces(std::size_t index, TreeReader& trees) {
    if (std::holds_alternative<Statements>(m_read[index])) return take_chunks(index, index + 1);
    const Chunk& chunk = m_chunks[index];
    for (std::size_t i = chunk.first_piece; i < chunk.end_piece; ++i) read_piece(text(), m_pieces[i], trees);
  }

  void read_around(ClientTextCut& client, TreeReader& trees) {
    std::vector<ParseProblem>& cuts = client.cuts;
    m_parsed.problems.insert(m_parsed.problems.end(), cuts.begin(), cuts.end());
    for (const Piece& piece : split_pieces(client.sql, client.tokens)) {
      read_piece({client.sql, client.tokens}, piece, trees);
      // A command inside parentheses is part of its statement, which is opaque through the problem.
      std::erase_if(cuts, [&](const ParseProblem& cut) {
        return cut.range.start < piece.range.end && cut.range.end > piece.range.start;
      });
    }
    for (const ParseProblem& cut : cuts) m_parsed.statements.push_back(unreadable_statement(cut.range, cut.message));
    std::sort(m_parsed.statements.begin(), m_parsed.statements.end(),
              [](const Statement& a, const Statement& b) { return a.range.start < b.range.start; });
  }

  void read_piece(const Text& from, const Piece& piece, TreeReader& trees) {
    std::variant<Statement, ParseProblem> read = trees.read(from, piece);
    if (Statement* statement = std::get_if<Statement>(&read)) {
      m_parsed.statements.push_back(std::move(*statement));
      return;
    }
    ParseProblem& problem = std::get<ParseProblem>(read);
    m_parsed.statements.push_back(unreadable_statement(piece.range, problem.message));
    m_parsed.problems.push_back(std::move(problem));
  }

  ParsedSql m_parsed;
  std::vector<Token> m_tokens;
  std::vector<Piece> m_pieces;
  std::vector<Chunk> m_chunks;
  std::vector<ChunkStatements> m_read;  ///< of each chunk; each is written by one thread
};

struct Job {
  Reader* reader;
  std::size_t chunk;
  std::size_t bytes() const { return reader->chunks()[chunk].range.end - reader->chunks()[chunk].range.start; }
};

TreeReader& trees_of_thread() {
  static thread_local TreeReader trees;
  return trees;
}

/// Hands each job out once, to whichever thread asks first.
template <typename Work>
void share(unsigned threads, std::size_t stack_for_bytes, std::size_t count, const Work& work) {
  if (count == 0) return;
  std::atomic<std::size_t> next = 0;
  run_on_parser_stacks(threads, stack_for_bytes, [&] {
    TreeReader& trees = trees_of_thread();
    for (std::size_t i = next++; i < count; i = next++) work(i, trees);
    trees.rest();
  });
}

unsigned threads_for(const ParseOptions& options, std::size_t bytes, std::size_t jobs) {
  return useful_threads(options.threads, std::min(jobs, 1 + bytes / k_bytes_per_thread), k_parser_threads_max);
}

void start_batch(std::vector<Reader>& readers, const std::string_view* texts, std::size_t bytes,
                 const ParseOptions& options) {
  share(threads_for(options, bytes, readers.size()), 0, readers.size(), [&](std::size_t i, TreeReader& trees) {
    readers[i].start(texts[i], options);
    if (readers[i].is_small()) readers[i].read_small(trees);
  });
}

void read_chunks(const std::vector<Job>& jobs, const ParseOptions& options) {
  std::size_t bytes = 0, largest = 0;
  for (const Job& job : jobs) {
    bytes += job.bytes();
    largest = std::max(largest, std::min(job.bytes(), k_statement_bytes_max + k_chunk_bytes));
  }
  share(threads_for(options, bytes, jobs.size()), largest, jobs.size(),
        [&](std::size_t i, TreeReader& trees) { jobs[i].reader->read_chunk(jobs[i].chunk, trees); });
}

void read_batch(std::vector<Reader>& readers, const ParseOptions& options) {
  std::vector<Job> ordinary, large;
  for (Reader& reader : readers) {
    for (std::size_t i = 0; i < reader.chunks().size() && !reader.is_small(); ++i) {
      const Job job{&reader, i};
      (job.bytes() <= k_ordinary_sql_bytes ? ordinary : large).push_back(job);
    }
  }
  read_chunks(ordinary, options);
  read_chunks(large, options);
  std::vector<Reader*> slow;
  std::size_t largest = 0;
  for (Reader& reader : readers) {
    if (reader.is_small() || reader.all_chunks_read()) continue;
    slow.push_back(&reader);
    largest = std::max(largest, reader.bytes());
  }
  share(1, largest, slow.size(), [&](std::size_t i, TreeReader& trees) { slow[i]->read_slowly(trees); });
}

}  // namespace

std::vector<ParsedSql> parse_all(const std::vector<std::string_view>& texts, const ParseOptions& options) {
  std::vector<ParsedSql> out;
  out.reserve(texts.size());
  while (out.size() < texts.size()) {
    std::size_t end = out.size(), bytes = 0;
    while (end < texts.size() && (end == out.size() || bytes < k_batch_bytes_max)) bytes += texts[end++].size();
    std::vector<Reader> readers(end - out.size());
    start_batch(readers, &texts[out.size()], bytes, options);
    read_batch(readers, options);
    for (Reader& reader : readers) out.push_back(std::move(reader).finish());
  }
  return out;
}

}  // namespace dbw::sqlparse::postgresql
