#include "sqlparse/postgresql/problems.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

using Kind = ParseProblem::Kind;

/// Named one by one; the rest becomes one problem over all of them.
constexpr std::size_t k_identifier_problems_max = 50;

/// Words in a row that only newer grammars know; "?" stands for any one token. They are looked for only in what did not
/// parse.
struct NewerRow {
  std::array<std::string_view, 4> words;
  int version;
  std::string_view name;
};

constexpr NewerRow k_newer[] = {
    {{"json_table", "("}, 17, "JSON_TABLE"},
    {{"json_exists", "("}, 17, "JSON_EXISTS"},
    {{"json_query", "("}, 17, "JSON_QUERY"},
    {{"json_value", "("}, 17, "JSON_VALUE"},
    {{"json_scalar", "("}, 17, "JSON_SCALAR"},
    {{"json_serialize", "("}, 17, "JSON_SERIALIZE"},
    {{"json_array", "("}, 16, "JSON_ARRAY"},
    {{"json_object", "("}, 16, "JSON_OBJECT with SQL syntax"},
    {{"json_arrayagg", "("}, 16, "JSON_ARRAYAGG"},
    {{"json_objectagg", "("}, 16, "JSON_OBJECTAGG"},
    {{"is", "json"}, 16, "IS JSON"},
    {{"is", "not", "json"}, 16, "IS NOT JSON"},
    {{"by", "source"}, 17, "MERGE ... WHEN NOT MATCHED BY SOURCE"},
    {{"by", "target"}, 17, "MERGE ... WHEN NOT MATCHED BY TARGET"},
    {{"set", "expression"}, 17, "ALTER COLUMN ... SET EXPRESSION"},
    {{"with", "inherit"}, 16, "GRANT role ... WITH INHERIT"},
    {{"with", "set"}, 16, "GRANT role ... WITH SET"},
    {{"not", "enforced"}, 18, "NOT ENFORCED"},
    {{"enforced"}, 18, "ENFORCED"},
    {{"virtual"}, 18, "virtual generated column"},
    {{"without", "overlaps"}, 18, "WITHOUT OVERLAPS"},
    {{"period"}, 18, "PERIOD"},
    {{"returning", "with", "("}, 18, "RETURNING WITH (OLD AS ..., NEW AS ...)"},
    {{"constraint", "?", "not", "null"}, 18, "named NOT NULL constraint"},
    {{"repack"}, 19, "REPACK"},
    {{"split", "partition"}, 19, "SPLIT PARTITION"},
    {{"merge", "partitions"}, 19, "MERGE PARTITIONS"},
};

/// The significant tokens of one piece.
class PieceView {
 public:
  PieceView(std::string_view sql, const std::vector<Token>& tokens, const Piece& piece) : m_sql(sql) {
    for (std::size_t i = piece.first_token; i < piece.end_token; ++i) {
      if (tokens[i].kind != TokenKind::comment) m_tokens.push_back(tokens[i]);
    }
  }
  std::size_t size() const { return m_tokens.size(); }
  const Token& operator[](std::size_t i) const { return m_tokens[i]; }
  bool word(std::size_t i, std::string_view lower) const { return i < size() && is_word(m_tokens[i], m_sql, lower); }
  bool punctuation(std::size_t i, char c) const { return i < size() && is_punctuation(m_tokens[i], m_sql, c); }
  /// Both tokens without anything between them.
  bool joined(std::size_t i) const { return i + 1 < size() && m_tokens[i].range.end == m_tokens[i + 1].range.start; }
  bool is(std::size_t i, std::string_view text) const {
    if (text == "?") return i < size();
    return text == "(" ? punctuation(i, '(') : word(i, text);
  }
  std::string text(std::size_t i) const { return printable(m_tokens[i].text(m_sql).substr(0, 60)); }

 private:
  std::string_view m_sql;
  std::vector<Token> m_tokens;
};

std::optional<ParseProblem> template_braces(const PieceView& view) {
  for (std::size_t i = 0; i + 1 < view.size(); ++i) {
    const bool doubled =
        view.punctuation(i, '{') && (view.punctuation(i + 1, '{') || view.punctuation(i + 1, '%')) && view.joined(i);
    const bool dollar = view.punctuation(i, '$') && view.punctuation(i + 1, '{') && view.joined(i);
    const bool percent = view.punctuation(i, '<') && view.punctuation(i + 1, '%') && view.joined(i);
    if (doubled || dollar || percent) {
      return ParseProblem{{view[i].range.start, view[i + 1].range.end},
                          "template braces: render the template first, dbw reads plain SQL",
                          Kind::template_braces};
    }
  }
  return std::nullopt;
}

std::optional<ParseProblem> psql_variable(const PieceView& view) {
  for (std::size_t i = 0; i + 1 < view.size(); ++i) {
    const bool colon = view.punctuation(i, ':') && view.joined(i);
    const bool cast = i > 0 && view.punctuation(i - 1, ':');
    const TokenKind next = view[i + 1].kind;
    const bool name = next == TokenKind::word || next == TokenKind::string || next == TokenKind::quoted_identifier;
    if (!colon || cast || !name) continue;
    return ParseProblem{{view[i].range.start, view[i + 1].range.end},
                        fmt::format("psql variable :{}: write the value, dbw sends SQL as it stands", view.text(i + 1)),
                        Kind::client_command};
  }
  return std::nullopt;
}

ParseProblem newer(ByteRange range, int version, std::string_view name) {
  return {range, fmt::format("PostgreSQL {} syntax: {}; dbw reads the grammar of PostgreSQL 15", version, name),
          Kind::newer_grammar};
}

/// Ignores what stands after the place where the grammar stopped.
std::optional<ParseProblem> newer_grammar(const PieceView& view, std::size_t stopped_at) {
  const bool merge = view.word(0, "merge") || view.word(0, "with");
  for (std::size_t i = 0; i < view.size() && view[i].range.start <= stopped_at; ++i) {
    for (const NewerRow& row : k_newer) {
      const std::size_t length =
          static_cast<std::size_t>(std::find(row.words.begin(), row.words.end(), "") - row.words.begin());
      bool all = true;
      for (std::size_t w = 0; w < length && all; ++w) all = view.is(i + w, row.words[w]);
      if (all) return newer({view[i].range.start, view[i + length - 1].range.end}, row.version, row.name);
    }
    if (merge && i > 0 && view.word(i, "returning")) return newer(view[i].range, 17, "MERGE ... RETURNING");
    const bool number = view[i].kind == TokenKind::number && view.joined(i) && view[i + 1].kind == TokenKind::word;
    if (number)
      return newer({view[i].range.start, view[i + 1].range.end}, 16,
                   "digit separators, hexadecimal, octal or binary number");
    const bool generated = view.word(i, "generated") && view.word(i + 1, "always") && view.word(i + 2, "as") &&
                           view.punctuation(i + 3, '(');
    if (generated)
      return newer({view[i].range.start, view[i + 3].range.end}, 18, "virtual generated column (STORED is missing)");
  }
  return std::nullopt;
}

bool has_non_ascii_name(std::string_view sql, const Token& token) {
  const std::string_view text = token.text(sql);
  if (token.kind == TokenKind::word || token.kind == TokenKind::quoted_identifier) return !is_ascii(text);
  const bool dollar_quote = token.kind == TokenKind::string && text.front() == '$';
  return dollar_quote && !is_ascii(text.substr(0, text.find('$', 1)));
}

}  // namespace

std::vector<ParseProblem> identifier_problems(std::string_view sql, const std::vector<Token>& tokens) {
  std::vector<ParseProblem> problems;
  ParseProblem rest;
  std::size_t more = 0;
  const bool ascii = is_ascii(sql);
  for (const Token& token : tokens) {
    const bool escaped = token.kind == TokenKind::unicode_identifier;
    if (!escaped && (ascii || !has_non_ascii_name(sql, token))) continue;
    if (problems.size() == k_identifier_problems_max) {
      if (++more == 1) rest = {token.range, {}, Kind::forbidden_character};
      rest.range.end = token.range.end;
    } else if (escaped) {
      problems.push_back({token.range, "identifier with Unicode escapes hides its name; write it in plain ASCII",
                          Kind::forbidden_character});
    } else {
      const std::string shown = printable(token.text(sql).substr(0, 80));
      problems.push_back({token.range, fmt::format("homoglyph identifier: {} holds letters outside ASCII", shown),
                          Kind::forbidden_character});
    }
  }
  if (more > 0) {
    rest.message = fmt::format("homoglyph identifier: {} more names with letters outside ASCII", more);
    problems.push_back(std::move(rest));
  }
  return problems;
}

ParseProblem explain(std::string_view sql, const std::vector<Token>& tokens, const Piece& piece,
                     const GrammarError& error) {
  const PieceView view(sql, tokens, piece);
  const std::size_t stopped_at = piece.range.start + error.offset;
  if (auto problem = template_braces(view)) return *problem;
  if (auto problem = psql_variable(view)) return *problem;
  if (auto problem = newer_grammar(view, stopped_at)) return *problem;
  const std::string message = printable(error.message.substr(0, 300));
  if (message.find("memory exhausted") != std::string::npos || message.find("stack depth") != std::string::npos) {
    return {piece.range, "nested too deeply for the parser", Kind::too_deep};
  }
  const bool open = view.size() > 0 && view[view.size() - 1].kind == TokenKind::unterminated;
  if (open) return {view[view.size() - 1].range, message, Kind::cut_off};
  if (message.find("at end of input") != std::string::npos) return {piece.range, message, Kind::cut_off};
  for (std::size_t i = 0; i < view.size(); ++i) {
    if (view[i].range.start <= stopped_at && stopped_at < view[i].range.end)
      return {view[i].range, message, Kind::syntax};
  }
  return {piece.range, message, Kind::syntax};
}

}  // namespace dbw::sqlparse::postgresql
