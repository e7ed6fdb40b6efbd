#include <algorithm>
#include <iterator>
#include <map>

#include "base/text.hpp"
#include "sqlparse/mysql/tokens.hpp"
#include "sqlparse/mysql_names.hpp"

namespace dbw::sqlparse {
namespace {

using namespace mysql;

std::vector<Token> lexed(Engine engine, std::string_view sql, LexMode mode) {
  const VersionGroups groups = version_groups(sql);
  std::vector<ParseProblem> problems;  // are parse()'s to report
  Lexer lexer(sql, engine, mode, groups, problems);
  std::vector<Token> out;
  for (Token token; lexer.next(token);) out.push_back(token);
  return out;
}

void collect(const Tokens& tokens, MysqlNames& out) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens.is_name(i)) continue;
    const bool called = tokens.is(i + 1, "(");
    if (tokens.text(i).front() == '`') out.quoted.insert(tokens.name(i));
    const auto take = [&](const ObjectName& name) {
      out.relations.insert(name);
      if (called) out.called.insert(name);
    };
    take({{}, tokens.name(i)});  // behind a dot too: `.t` is t, and what stands before it may be a keyword
    if (i >= 2 && tokens.is(i - 1, ".") && tokens.is_name(i - 2)) take({tokens.name(i - 2), tokens.name(i)});
  }
}

constexpr std::string_view k_plain_charsets[] = {"utf8", "utf8mb3", "utf8mb4", "latin1", "ascii", "binary", "default"};

/// What the one WITH at the start of a text defines, behind its own definition (with RECURSIVE from it on). Where there
/// is another one, or RECURSIVE and a SELECT behind an ORDER BY, servers resolve names in ways of their own, and
/// nothing is said.
class LeadingWith {
 public:
  explicit LeadingWith(const Tokens& tokens) : m_tokens(tokens) {
    const auto find = [&](std::size_t from, std::string_view word) {
      while (from < tokens.size() && !tokens.is(from, word)) ++from;
      return from;
    };
    const bool sorts_recursion = tokens.is(1, "recursive") && find(find(2, "order"), "select") < tokens.size();
    if (tokens.is(0, "with") && find(1, "with") == tokens.size() && !sorts_recursion) define();
  }

  std::set<std::string> names() const {
    std::set<std::string> out, loose;
    for (std::size_t i = 0; i < m_tokens.size(); ++i) {
      const bool behind_name = i > 1 && m_tokens.is(i - 1, ".") && m_tokens[i - 1].glued && m_tokens.is_name(i - 2);
      const bool names_no_relation = m_tokens.is(i + 1, ".") || behind_name || (i > 0 && m_tokens.is(i - 1, "as"));
      if (m_tokens.is_name(i) && !names_no_relation && m_defined.count(i) == 0)
        (is_defined_at(i) ? out : loose).insert(m_tokens.name(i));
    }
    for (const std::string& name : loose) out.erase(name);
    return out;
  }

 private:
  void define() {
    const bool recursive = m_tokens.is(1, "recursive");
    for (std::size_t at = recursive ? 2 : 1;; ++at) {
      if (!m_tokens.is_name(at)) return;
      const std::size_t behind = m_tokens.is(at + 1, "(") ? m_tokens.match(at + 1) + 1 : at + 1;
      if (!m_tokens.is(behind, "as") || !m_tokens.is(behind + 1, "(")) return;
      const std::size_t close = m_tokens.match(behind + 1);
      m_starts.emplace(m_tokens.name(at), recursive ? at : close);
      m_defined.insert(at);
      at = close + 1;
      if (!m_tokens.is(at, ",")) return;
    }
  }

  bool is_defined_at(std::size_t i) const {
    const auto found = m_starts.find(m_tokens.name(i));
    return found != m_starts.end() && i >= found->second;
  }

  const Tokens& m_tokens;
  std::map<std::string, std::size_t> m_starts;
  std::set<std::size_t> m_defined;  ///< where names are defined
};

}  // namespace

bool is_plain_mysql_charset(std::string_view lower_name) {
  return std::find(std::begin(k_plain_charsets), std::end(k_plain_charsets), lower_name) != std::end(k_plain_charsets);
}

bool may_read_otherwise(Engine engine, std::string_view view_text) {
  constexpr std::string_view k_head = " as (";
  std::set<std::size_t> heads;  // where " as (" stands between tokens
  std::size_t word = std::string_view::npos, end = 0;
  bool defines = false;  // the first name of WITH is preceded by what both texts say
  for (const Token& token : lexed(engine, view_text, {})) {
    const std::string_view text = view_text.substr(token.start, token.end - token.start);
    if (!trim(view_text.substr(end, token.start - end)).empty()) return true;
    end = token.end;
    defines = defines || text == "with";
    if (text == "(" && word != std::string_view::npos) heads.insert(word - 1);
    word = token.kind == TokenKind::word && text == "as" ? token.start : std::string_view::npos;
  }
  for (std::size_t at = view_text.find(k_head); defines && at != std::string_view::npos;
       at = view_text.find(k_head, at + 1)) {
    if (heads.count(at) == 0) return true;
  }
  return !trim(view_text.substr(std::min(end, view_text.size()))).empty();
}

std::set<std::string> names_of_with(Engine engine, std::string_view view_text) {
  std::vector<Token> list = lexed(engine, view_text, {});
  Tokens tokens(view_text);
  tokens.take(list);
  return tokens.balanced() ? LeadingWith(tokens).names() : std::set<std::string>();
}

MysqlNames mysql_names(Engine engine, std::string_view sql) {
  MysqlNames out;
  for (const LexMode& mode : lex_modes(sql, version_groups(sql).size())) {
    std::vector<Token> list = lexed(engine, sql, mode);
    Tokens tokens(sql);
    tokens.take(list);
    collect(tokens, out);
  }
  return out;
}

}  // namespace dbw::sqlparse
