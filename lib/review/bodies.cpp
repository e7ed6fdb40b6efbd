#include "review/bodies.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "review/lexical.hpp"

namespace dbw::review {
namespace {

/// Bodies that are in memory at the same time, beside one larger one.
constexpr std::size_t k_bytes_ahead = std::size_t{64} * 1024;

/// A SQL statement stands behind each of these; what is before them belongs to the control structure.
constexpr std::array<std::string_view, 6> k_openers = {"begin", "then", "else", "loop", "declare", "perform"};
constexpr std::array<std::string_view, 22> k_leaders = {"insert", "update",   "delete", "merge",  "truncate", "drop",
                                                        "alter",  "create",   "grant",  "revoke", "copy",     "lock",
                                                        "commit", "rollback", "select", "with",   "vacuum",   "cluster",
                                                        "set",    "comment",  "call",   "refresh"};

constexpr std::array<std::string_view, 3> k_before_execute = {"in", "for", "query"};

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

ByteRange whole_of(std::string_view text) { return {0, text.size()}; }

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

/// The text of a literal in plain quotes or dollar quotes that stands alone, or before INTO or USING; nullopt for every
/// other expression.
std::optional<std::string> executed_literal(std::string_view expression) {
  expression = trim(expression);
  std::size_t end = skip_opaque(Engine::postgresql, expression, 0);
  while (expression[0] == '\'' && end < expression.size() && expression[end] == '\'')  // a doubled quote
    end = skip_opaque(Engine::postgresql, expression, end);
  if (end < 2 || (expression[0] != '\'' && expression[0] != '$')) return std::nullopt;
  const std::vector<Word> behind = words_of(expression.substr(end));
  const std::string_view rest = trim(expression.substr(end));
  if (!rest.empty() && (behind.empty() || behind[0].start != expression.substr(end).find(rest) ||
                        (behind[0].text != "into" && behind[0].text != "using")))
    return std::nullopt;
  const std::string_view literal = expression.substr(0, end);
  if (literal[0] == '$') {
    const std::size_t quote = literal.find('$', 1) + 1;
    return literal.size() >= 2 * quote ? std::optional(std::string(literal.substr(quote, literal.size() - 2 * quote)))
                                       : std::nullopt;
  }
  std::string out;
  for (std::size_t i = 1; i + 1 < literal.size(); ++i) {
    out += literal[i];
    if (literal[i] == '\'') ++i;
  }
  return out;
}

struct FoundSql {
  std::string text;  ///< empty where the piece does not start like SQL
  Origin origin;     ///< in the piece
};

FoundSql sql_of(std::string_view piece, bool& dynamic) {
  const std::vector<Word> words = words_of(piece);
  std::size_t first = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (contains(k_openers, words[i].text)) first = i + 1;
    // FOR r IN EXECUTE, OPEN c FOR EXECUTE, RETURN QUERY EXECUTE
    if (i > 0 && words[i].text == "execute" && contains(k_before_execute, words[i - 1].text)) dynamic = true;
  }
  if (first >= words.size()) return {};
  const std::size_t start = words[first].start;
  const std::string_view sql = piece.substr(start);
  if (words[first].text == "execute") {
    if (std::optional<std::string> literal = executed_literal(sql.substr(words[first].text.size()))) {
      const Origin in_sql = origin_in(sql, *literal);
      return {std::move(*literal), Origin{{start, piece.size()}, static_cast<std::ptrdiff_t>(start)}.of(in_sql)};
    }
    dynamic = true;
  }
  const bool performed = first > 0 && words[first - 1].text == "perform";
  if (!contains(k_leaders, words[first].text) && !performed) return {};
  const std::string_view before = performed ? "SELECT " : "";
  return {std::string(before) + std::string(sql),
          {{start, piece.size()}, static_cast<std::ptrdiff_t>(start) - static_cast<std::ptrdiff_t>(before.size())}};
}

}  // namespace

ByteRange Origin::of(ByteRange range) const {
  if (!shift) return place;
  const auto moved = [&](std::size_t at) {
    const std::ptrdiff_t there = std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(at) + *shift);
    return std::clamp(static_cast<std::size_t>(there), place.start, place.end);
  };
  return {moved(range.start), moved(range.end)};
}

Origin Origin::of(const Origin& inner) const {
  if (!shift) return *this;
  return {of(inner.place), inner.shift ? std::optional(*inner.shift + *shift) : std::nullopt};
}

Origin origin_in(std::string_view outer, std::string_view text) {
  const std::size_t at = outer.find(text);
  if (at == std::string_view::npos) return {whole_of(outer), std::nullopt};
  return {{at, at + text.size()}, static_cast<std::ptrdiff_t>(at)};
}

std::vector<Body> read_bodies(Engine engine, const std::vector<std::string_view>& texts) {
  std::vector<Body> out(texts.size());
  std::vector<sqlparse::ParsedSql> whole = sqlparse::parse_all(engine, texts, {.bytes_max = k_sql_bytes_max});
  std::vector<FoundSql> found;  // in the bodies that are no SQL as they stand
  std::vector<Body*> owners;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (engine == Engine::postgresql && !whole[i].problems.empty()) {
      for (const std::string_view piece : split_pieces(texts[i])) {
        FoundSql sql = sql_of(piece, out[i].dynamic);
        if (sql.text.empty()) continue;
        const std::size_t start = static_cast<std::size_t>(piece.data() - texts[i].data());
        sql.origin = Origin{{start, start + piece.size()}, static_cast<std::ptrdiff_t>(start)}.of(sql.origin);
        found.push_back(std::move(sql));
        owners.push_back(&out[i]);
      }
    } else {
      for (const sqlparse::ParseProblem& problem : whole[i].problems) out[i].unread.push_back(problem.message);
      out[i].pieces.push_back({std::move(whole[i]), {whole_of(texts[i]), 0}});
    }
  }
  std::vector<std::string_view> pieces;
  for (const FoundSql& sql : found) pieces.emplace_back(sql.text);
  std::vector<sqlparse::ParsedSql> read = sqlparse::parse_all(engine, pieces, {.bytes_max = k_sql_bytes_max});
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!read[i].problems.empty()) owners[i]->unread.emplace_back(trim(pieces[i]));
    owners[i]->pieces.push_back({std::move(read[i]), found[i].origin});
  }
  return out;
}

std::vector<Body> BodyQueue::take() {
  if (m_ahead.empty()) read_ahead();
  std::vector<Body> out = std::move(m_ahead.front());
  m_ahead.pop_front();
  return out;
}

void BodyQueue::read_ahead() {
  std::vector<std::string_view> texts;
  std::size_t end = m_next;
  for (std::size_t bytes = 0; end < m_statements.size() && bytes < k_bytes_ahead; ++end) {
    for (const std::string& body : m_statements[end]->nested_sql) {
      texts.push_back(body);
      bytes += body.size();
    }
  }
  std::vector<Body> read = read_bodies(m_engine, texts);
  auto body = std::make_move_iterator(read.begin());
  for (; m_next < end; ++m_next) {
    const auto behind = body + static_cast<std::ptrdiff_t>(m_statements[m_next]->nested_sql.size());
    m_ahead.emplace_back(body, behind);
    body = behind;
  }
}

}  // namespace dbw::review
