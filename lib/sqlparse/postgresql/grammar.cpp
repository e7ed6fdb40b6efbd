#include "sqlparse/postgresql/grammar.hpp"

#include <pg_query.h>

namespace dbw::sqlparse::postgresql {
namespace {

/// The parser counts characters from 1; everything else here counts bytes from 0.
std::size_t byte_offset(std::string_view sql, int character) {
  std::size_t at = 0;
  for (int seen = 1; at < sql.size() && seen < character; ++seen) {
    ++at;
    while (at < sql.size() && (static_cast<unsigned char>(sql[at]) & 0xC0u) == 0x80u) ++at;
  }
  return at;
}

std::optional<GrammarError> grammar_error(const PgQueryError* error, std::string_view sql) {
  if (error == nullptr) return std::nullopt;
  return GrammarError{error->message != nullptr ? error->message : "syntax error", byte_offset(sql, error->cursorpos)};
}

struct SplitResult {
  PgQuerySplitResult result;
  ~SplitResult() { pg_query_free_split_result(result); }
};
void free_parse_result(PgQueryParseResult* result) {
  pg_query_free_parse_result(*result);
  delete result;
}

}  // namespace

Ranges parse_ranges(const std::string& sql) {
  const SplitResult split{pg_query_split_with_parser(sql.c_str())};
  Ranges out;
  out.error = grammar_error(split.result.error, sql);
  if (out.error) return out;
  for (int i = 0; i < split.result.n_stmts; ++i) {
    const PgQuerySplitStmt& statement = *split.result.stmts[i];
    const std::size_t start = static_cast<std::size_t>(statement.stmt_location);
    const std::size_t length = static_cast<std::size_t>(statement.stmt_len);
    out.ranges.push_back({start, length == 0 ? sql.size() : start + length});
  }
  return out;
}

JsonTree::JsonTree(const std::string& sql) {
  const std::shared_ptr<PgQueryParseResult> parsed(new PgQueryParseResult(pg_query_parse(sql.c_str())),
                                                   free_parse_result);
  m_error = grammar_error(parsed->error, sql);
  if (!m_error) m_json = parsed->parse_tree;
  m_result = parsed;
}

}  // namespace dbw::sqlparse::postgresql
