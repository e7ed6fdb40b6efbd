#include "review/bodies.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "review/lexical.hpp"

namespace dbw::review {
namespace {

/// A SQL statement stands behind each of these; what is before them belongs to the control structure.
constexpr std::array<std::string_view, 6> k_openers = {"begin", "then", "else", "loop", "declare", "perform"};
constexpr std::array<std::string_view, 22> k_leaders = {"insert", "update",   "delete", "merge",  "truncate", "drop",
                                                        "alter",  "create",   "grant",  "revoke", "copy",     "lock",
                                                        "commit", "rollback", "select", "with",   "vacuum",   "cluster",
                                                        "set",    "comment",  "call",   "refresh"};

bool contains(const auto& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Words of a piece with their offsets, literals and comments left out.
struct Word {
  std::string text;
  std::size_t start;
};

std::vector<Word> words_of(std::string_view piece) {
  std::vector<Word> out;
  for (std::size_t i = 0; i < piece.size();) {
    const std::size_t behind = skip_opaque(Engine::postgresql, piece, i);
    if (behind != i) {
      i = behind;
    } else if (is_word_character(piece[i])) {
      const std::size_t start = i;
      while (i < piece.size() && is_word_character(piece[i])) ++i;
      out.push_back({to_lower(piece.substr(start, i - start)), start});
    } else {
      ++i;
    }
  }
  return out;
}

std::vector<std::string_view> split_pieces(std::string_view body) {
  std::vector<std::string_view> out;
  std::size_t start = 0;
  for (std::size_t i = 0; i < body.size();) {
    const std::size_t behind = skip_opaque(Engine::postgresql, body, i);
    if (behind == i && body[i] == ';') {
      out.push_back(body.substr(start, i - start));
      start = i + 1;
    }
    i = std::max(behind, i + 1);
  }
  out.push_back(body.substr(start));
  return out;
}

/// The SQL of a piece, empty where it does not start like SQL.
std::string sql_of(std::string_view piece, bool& dynamic) {
  const std::vector<Word> words = words_of(piece);
  std::size_t first = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (contains(k_openers, words[i].text)) first = i + 1;
  }
  if (first >= words.size()) return {};
  dynamic = dynamic || words[first].text == "execute";
  const bool performed = first > 0 && words[first - 1].text == "perform";
  if (!contains(k_leaders, words[first].text) && !performed) return {};
  return (performed ? "SELECT " : "") + std::string(piece.substr(words[first].start));
}

}  // namespace

Body read_body(Engine engine, std::string_view body) {
  Body out;
  sqlparse::ParsedSql whole = sqlparse::parse(engine, body, {.bytes_max = k_sql_bytes_max});
  if (whole.problems.empty() || engine != Engine::postgresql) {
    for (const sqlparse::ParseProblem& problem : whole.problems) out.unread.push_back(problem.message);
    out.pieces.push_back(std::move(whole));
    return out;
  }
  std::vector<std::string> texts;
  for (const std::string_view piece : split_pieces(body)) {
    std::string sql = sql_of(piece, out.dynamic);
    if (!sql.empty()) texts.push_back(std::move(sql));
  }
  out.pieces = sqlparse::parse_all(engine, {texts.begin(), texts.end()}, {.bytes_max = k_sql_bytes_max});
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!out.pieces[i].problems.empty()) out.unread.push_back(std::string(trim(texts[i])));
  }
  return out;
}

}  // namespace dbw::review
