#include <algorithm>
#include <iterator>

#include "sqlparse/mysql/tokens.hpp"
#include "sqlparse/mysql_names.hpp"

namespace dbw::sqlparse {
namespace {

using namespace mysql;

void collect(const Tokens& tokens, MysqlNames& out) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens.is_name(i)) continue;
    const bool called = tokens.is(i + 1, "(");
    if (tokens.text(i).front() == '`') out.quoted.insert(tokens.name(i));
    const std::size_t behind = called ? tokens.match(i + 1) + 1 : i + 1;
    if (tokens.is(behind, "as") && tokens.is(behind + 1, "(")) out.of_with.insert(tokens.name(i));
    const auto take = [&](const ObjectName& name) {
      out.relations.insert(name);
      if (called) out.called.insert(name);
    };
    take({{}, tokens.name(i)});  // behind a dot too: `.t` is t, and what stands before it may be a keyword
    if (i >= 2 && tokens.is(i - 1, ".") && tokens.is_name(i - 2)) take({tokens.name(i - 2), tokens.name(i)});
  }
}

constexpr std::string_view k_plain_charsets[] = {"utf8", "utf8mb3", "utf8mb4", "latin1", "ascii", "binary", "default"};

}  // namespace

bool is_plain_mysql_charset(std::string_view lower_name) {
  return std::find(std::begin(k_plain_charsets), std::end(k_plain_charsets), lower_name) != std::end(k_plain_charsets);
}

bool may_read_otherwise(Engine engine, std::string_view view_text) {
  constexpr std::string_view k_head = " as (";
  const VersionGroups groups = version_groups(view_text);
  std::vector<ParseProblem> problems;
  Lexer lexer(view_text, engine, {}, groups, problems);
  std::set<std::size_t> heads;  // where " as (" stands between tokens
  std::size_t word = std::string_view::npos;
  for (Token token; lexer.next(token);) {
    const std::string_view text = view_text.substr(token.start, token.end - token.start);
    if (text == "(" && word != std::string_view::npos) heads.insert(word - 1);
    word = token.kind == TokenKind::word && text == "as" ? token.start : std::string_view::npos;
  }
  for (std::size_t at = view_text.find(k_head); at != std::string_view::npos; at = view_text.find(k_head, at + 1)) {
    if (heads.count(at) == 0) return true;
  }
  return false;
}

MysqlNames mysql_names(Engine engine, std::string_view sql) {
  MysqlNames out;
  const VersionGroups groups = version_groups(sql);
  for (const LexMode& mode : lex_modes(sql, groups.size())) {
    std::vector<ParseProblem> problems;
    Lexer lexer(sql, engine, mode, groups, problems);
    std::vector<Token> list;
    for (Token token; lexer.next(token);) list.push_back(token);
    Tokens tokens(sql);
    tokens.take(list);
    collect(tokens, out);
  }
  return out;
}

}  // namespace dbw::sqlparse
