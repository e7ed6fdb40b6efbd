#include "sqlparse/batch_frame.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "sqlparse/mysql/lexer.hpp"
#include "sqlparse/postgresql/lexer.hpp"
#include "sqlparse/sqlite/lexer.hpp"

namespace dbw::sqlparse {
namespace {

/// What the three lexers agree on.
struct Piece {
  enum class Kind : std::uint8_t { word, name, other };
  Kind kind = Kind::other;
  ByteRange range;
  std::string_view text;
};

bool is_mysql(Engine engine) { return engine == Engine::mysql || engine == Engine::mariadb; }

std::vector<Piece> postgresql_pieces(std::string_view sql) {
  std::vector<Piece> out;
  for (const postgresql::Token& token : postgresql::tokenize(sql)) {
    using postgresql::TokenKind;
    if (token.kind == TokenKind::comment) continue;
    const Piece::Kind kind = token.kind == TokenKind::word                ? Piece::Kind::word
                             : token.kind == TokenKind::quoted_identifier ? Piece::Kind::name
                                                                          : Piece::Kind::other;
    out.push_back({kind, token.range, token.text(sql)});
  }
  return out;
}

std::vector<Piece> sqlite_pieces(std::string_view sql) {
  std::vector<Piece> out;
  for (const sqlite::Token& token : sqlite::tokenize(sql)) {
    using sqlite::TokenKind;
    if (token.kind == TokenKind::comment) continue;
    const Piece::Kind kind = token.kind == TokenKind::word                ? Piece::Kind::word
                             : token.kind == TokenKind::quoted_identifier ? Piece::Kind::name
                                                                          : Piece::Kind::other;
    out.push_back({kind, token.range, sql.substr(token.range.start, token.range.end - token.range.start)});
  }
  return out;
}

std::vector<Piece> mysql_pieces(std::string_view sql, Engine engine, mysql::LexMode mode) {
  std::vector<Piece> out;
  std::vector<ParseProblem> problems;
  const mysql::VersionGroups none;
  mysql::Lexer lexer(sql, engine, mode, none, problems);
  mysql::Token token;
  while (lexer.next(token)) {
    using mysql::TokenKind;
    const Piece::Kind kind = token.kind == TokenKind::word   ? Piece::Kind::word
                             : token.kind == TokenKind::name ? Piece::Kind::name
                                                             : Piece::Kind::other;
    out.push_back({kind, {token.start, token.end}, sql.substr(token.start, token.end - token.start)});
  }
  return out;
}

/// Reads [UPDATE | DELETE FROM] table [alias] [SET ...] [WHERE ...] and nothing else.
class FrameReader {
 public:
  FrameReader(std::string_view sql, Engine engine, const std::vector<Piece>& pieces)
      : m_sql(sql), m_engine(engine), m_pieces(pieces) {}

  BatchFrame read(StatementKind kind) {
    const bool update = kind == StatementKind::update;
    if (!take(update ? "update" : "delete") || (!update && !take("from"))) return refuse("has words before the table");
    if (!read_table()) return m_frame;
    if (update && !read_assignments()) return refuse("has something other than an alias between the table and SET");
    if (!m_frame.refusal.empty()) return m_frame;
    return read_condition();
  }

 private:
  BatchFrame refuse(std::string_view what) {
    m_frame.refusal = fmt::format("the statement {}", what);
    return m_frame;
  }
  bool done() const { return m_at >= m_pieces.size(); }
  bool at(std::string_view lower) const {
    return !done() && m_pieces[m_at].kind != Piece::Kind::name && to_lower(m_pieces[m_at].text) == lower;
  }
  bool at_any(std::initializer_list<std::string_view> words) const {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return at(word); });
  }
  bool take(std::string_view lower) {
    if (!at(lower)) return false;
    ++m_at;
    return true;
  }
  bool at_name() const { return !done() && m_pieces[m_at].kind != Piece::Kind::other; }

  bool read_table() {
    if (at_any({"low_priority", "quick", "ignore", "or", "with"})) {
      refuse("has a modifier before the table");
      return false;
    }
    const std::size_t first = m_at;
    if (m_engine == Engine::postgresql) take("only");
    for (bool more = true; more; more = take(".")) {
      if (!at_name()) {
        refuse("does not name one table");
        return false;
      }
      ++m_at;
    }
    m_frame.table = text_between(first, m_at);
    const bool as = take("as");
    // An alias; behind it nothing but SET, WHERE or the end may come, so that a keyword here cannot be taken for one.
    if (at_name() && (as || !at_any({"set", "where"}))) ++m_at;
    if (done() || at_any({"set", "where"})) return true;
    refuse("joins tables, or has clauses that batches do not know");
    return false;
  }

  bool read_assignments() {
    if (!take("set")) return false;
    bool target = true;
    int depth = 0;
    for (; !done(); ++m_at) {
      const std::string_view text = m_pieces[m_at].text;
      if (depth == 0 && at("where")) break;
      // FROM joins; IS DISTINCT FROM compares.
      if (depth == 0 && at("from") && to_lower(m_pieces[m_at - 1].text) != "distinct") return refused_clause();
      if (depth == 0 && at_any({"returning", "order", "limit"})) return refused_clause();
      if (text == "(") ++depth;
      if (text == ")") --depth;
      if (depth == 0 && text == ",") target = true;
      if (depth == 0 && text == "=") target = false;
      if (!target || text == "," || text == "(" || text == ")" || text == ".") continue;
      if (!at_name()) {
        refuse("sets something that is no plain column");
        return true;
      }
      m_frame.assigned.push_back(plain_name(text));
    }
    return true;
  }

  bool refused_clause() {
    refuse("has FROM, RETURNING, ORDER BY or LIMIT");
    return true;
  }

  BatchFrame read_condition() {
    if (done()) {
      m_frame.head = text_between(0, m_at);
      return m_frame;
    }
    m_frame.head = text_between(0, m_at);
    ++m_at;  // WHERE
    const std::size_t first = m_at;
    int depth = 0;
    for (; !done(); ++m_at) {
      const std::string_view text = m_pieces[m_at].text;
      if (text == "(") ++depth;
      if (text == ")") --depth;
      if (depth < 0) return refuse("has parentheses that do not match");
      if (depth == 0 && at_any({"returning", "order", "limit", "where", "current", "procedure"}))
        return refuse("has RETURNING, ORDER BY, LIMIT or CURRENT OF");
    }
    if (depth != 0 || first == m_at) return refuse("has no condition behind WHERE");
    m_frame.condition = text_between(first, m_at);
    return m_frame;
  }

  std::string text_between(std::size_t first, std::size_t end) const {
    if (first >= end) return {};
    const std::size_t start = m_pieces[first].range.start;
    return std::string(m_sql.substr(start, m_pieces[end - 1].range.end - start));
  }

  static std::string plain_name(std::string_view text) {
    const bool quoted = text.size() >= 2 && (text[0] == '"' || text[0] == '`' || text[0] == '[');
    if (!quoted) return to_lower(text);
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      out += text[i];
      if (text[i] == text[0] && text[i + 1] == text[0] && i + 2 < text.size()) ++i;
    }
    return to_lower(out);
  }

  std::string_view m_sql;
  Engine m_engine;
  const std::vector<Piece>& m_pieces;
  std::size_t m_at = 0;
  BatchFrame m_frame;
};

BatchFrame read_mysql(Engine engine, std::string_view text, StatementKind kind) {
  if (!mysql::version_groups(text).empty()) {
    BatchFrame frame;
    frame.refusal = "the statement holds executable comments";
    return frame;
  }
  BatchFrame first;
  for (int mode = 0; mode < 4; ++mode) {
    const std::vector<Piece> pieces = mysql_pieces(text, engine, {(mode & 1) != 0, (mode & 2) != 0, 0});
    BatchFrame frame = FrameReader(text, engine, pieces).read(kind);
    if (mode == 0)
      first = std::move(frame);
    else if (frame.head != first.head || frame.condition != first.condition || frame.refusal != first.refusal)
      first.refusal = "the statement reads differently under another sql_mode";
  }
  return first;
}

/// What narrowing made must still be the statement that was reviewed, but for the added condition.
bool is_same_statement(const ParsedSql& original, const BatchFrame& frame) {
  const ParsedSql narrowed = parse(original.engine, frame.narrowed("1 = 1"), {.bytes_max = k_sql_bytes_max});
  if (!narrowed.problems.empty() || narrowed.statements.size() != 1) return false;
  const Statement& before = original.statements.front();
  const Statement& after = narrowed.statements.front();
  const auto same_use = [](const ObjectUse& a, const ObjectUse& b) {
    return a.kind == b.kind && a.name == b.name && a.access == b.access;
  };
  return before.kind == after.kind && before.statement_class == after.statement_class &&
         before.target == after.target &&
         std::equal(before.objects.begin(), before.objects.end(), after.objects.begin(), after.objects.end(), same_use);
}

bool reads_itself(const BatchFrame& frame, const Statement& statement) {
  const std::string words = to_lower(frame.head + " " + frame.condition);
  if (words.find("select") == std::string::npos && words.find("table") == std::string::npos) return false;
  return std::any_of(statement.objects.begin(), statement.objects.end(), [&](const ObjectUse& use) {
    return use.access == Access::read && to_lower(use.name.name) == to_lower(statement.target.name);
  });
}

}  // namespace

std::string BatchFrame::narrowed(std::string_view more) const {
  // A comment that runs to the end of its line must not swallow what follows it.
  return condition.empty() ? fmt::format("{}\nWHERE {}", head, more)
                           : fmt::format("{}\nWHERE ({}\n) AND {}", head, condition, more);
}

BatchFrame batch_frame(Engine engine, std::string_view sql, const Statement& statement) {
  const bool known = statement.kind == StatementKind::update || statement.kind == StatementKind::delete_;
  if (!known) {
    BatchFrame frame;
    frame.refusal = "the statement is neither UPDATE nor DELETE";
    return frame;
  }
  const std::string_view text = sql.substr(statement.range.start, statement.range.end - statement.range.start);
  if (is_mysql(engine)) return read_mysql(engine, text, statement.kind);
  const std::vector<Piece> pieces = engine == Engine::sqlite ? sqlite_pieces(text) : postgresql_pieces(text);
  return FrameReader(text, engine, pieces).read(statement.kind);
}

bool is_plain_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
  });
}

std::string why_not_batchable(const ParsedSql& parsed, std::string_view key_name) {
  if (parsed.statements.size() != 1 || !parsed.problems.empty()) return "it needs exactly one statement";
  const BatchFrame frame = batch_frame(parsed.engine, parsed.sql, parsed.statements.front());
  if (!frame.refusal.empty()) return frame.refusal;
  const std::string key = to_lower(key_name);
  if (!is_plain_name(key)) return "the key's name has characters that spellings may differ in";
  for (const std::string& name : frame.assigned) {
    const bool rowid = parsed.engine == Engine::sqlite && (name == "rowid" || name == "oid" || name == "_rowid_");
    if (name == key || rowid)
      return fmt::format("the statement sets {}, so rows would move between the pieces", printable(name));
    if (!is_plain_name(name)) return "the statement sets a column whose name has unusual characters";
  }
  if (reads_itself(frame, parsed.statements.front()))
    return "the statement reads its own table in a subquery, which sees other rows in every piece";
  if (!is_same_statement(parsed, frame)) return "the statement cannot be narrowed safely";
  return {};
}

}  // namespace dbw::sqlparse
