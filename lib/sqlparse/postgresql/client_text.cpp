#include "sqlparse/postgresql/client_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

using Kind = ParseProblem::Kind;

// A file with more commands than these is not SQL; what follows is left to the grammar, which refuses it.
constexpr std::size_t k_client_commands_max = 64;

bool starts_line(std::string_view sql, std::size_t at) {
  while (at > 0 && (sql[at - 1] == ' ' || sql[at - 1] == '\t')) --at;
  return at == 0 || sql[at - 1] == '\n';
}

/// Reads tokens and cuts in the same pass: a quote in a command's arguments must not swallow the SQL behind it.
class Cutter {
 public:
  explicit Cutter(std::string_view sql) { m_out.sql = sql; }

  ClientTextCut run() {
    std::size_t at = 0;
    while (const auto token = next_token(m_out.sql, at)) {
      const auto cut = m_out.cuts.size() < k_client_commands_max ? client_text(*token) : std::nullopt;
      if (cut && cut->range.start == token->range.start) {
        blank(*cut);
        continue;  // the semicolon that stands there now
      }
      take(*token);
      at = token->range.end;
      if (cut) blank(*cut);
    }
    return std::move(m_out);
  }

 private:
  std::optional<ParseProblem> client_text(const Token& token) {
    const std::size_t start = token.range.start;
    if (is_punctuation(token, m_out.sql, '\\')) {
      const auto name = next_token(m_out.sql, token.range.end);
      const bool joined = name && name->range.start == token.range.end;
      const std::string shown = joined ? printable(name->text(m_out.sql).substr(0, 60)) : std::string();
      return ParseProblem{line_rest(start), fmt::format("psql meta-command \\{}: dbw runs no client commands", shown),
                          Kind::client_command};
    }
    if (is_word(token, m_out.sql, "delimiter") && starts_line(m_out.sql, start)) {
      return ParseProblem{line_rest(start), "client command DELIMITER: dbw finds statement ends by itself",
                          Kind::client_command};
    }
    return token.kind == TokenKind::semicolon && !m_nesting.inside() && m_from_stdin ? copy_data(token) : std::nullopt;
  }

  /// COPY t FROM STDIN; with its data below, up to the line \. which psql would read itself.
  std::optional<ParseProblem> copy_data(const Token& semicolon) {
    if (m_no_more_data) return std::nullopt;
    const std::size_t data = std::min(m_out.sql.find('\n', semicolon.range.end), m_out.sql.size());
    const std::size_t end = m_out.sql.find("\n\\.", data);
    m_no_more_data = end == std::string::npos;
    if (m_no_more_data) return std::nullopt;
    return ParseProblem{{std::min(data + 1, end), end + 3},
                        "data of COPY ... FROM STDIN: write INSERT statements, dbw sends SQL only",
                        Kind::copy_data};
  }

  ByteRange line_rest(std::size_t start) const {
    return {start, std::min(m_out.sql.find('\n', start), m_out.sql.size())};
  }

  void blank(const ParseProblem& cut) {
    for (std::size_t at = cut.range.start; at < cut.range.end; ++at) {
      if (m_out.sql[at] != '\n') m_out.sql[at] = ' ';
    }
    if (cut.range.start < cut.range.end) m_out.sql[cut.range.start] = ';';
    m_out.cuts.push_back(cut);
  }

  void take(const Token& token) {
    m_out.tokens.push_back(token);
    if (token.kind == TokenKind::comment) return;
    m_nesting.take(token, m_out.sql);
    if (token.kind == TokenKind::semicolon && !m_nesting.inside()) {
      m_nesting = Nesting();
      m_first = true;
      m_copy = m_after_from = m_from_stdin = false;
      return;
    }
    if (m_first) m_copy = is_word(token, m_out.sql, "copy");
    m_first = false;
    m_from_stdin = m_from_stdin || (m_copy && m_after_from && is_word(token, m_out.sql, "stdin"));
    m_after_from = is_word(token, m_out.sql, "from");
  }

  ClientTextCut m_out;
  Nesting m_nesting;
  bool m_first = true;  ///< of a piece
  bool m_copy = false;
  bool m_after_from = false;
  bool m_from_stdin = false;
  bool m_no_more_data = false;  ///< no further end of data: looked for once
};

}  // namespace

ClientTextCut cut_client_text(std::string_view sql) { return Cutter(sql).run(); }

}  // namespace dbw::sqlparse::postgresql
