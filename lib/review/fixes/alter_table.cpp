#include "review/fix_rewrite.hpp"

/// Statements that wait for a table's lock once instead of twice.
namespace dbw::review {
namespace {

/// Behind ALTER [ONLINE] [IGNORE] TABLE [IF EXISTS] [ONLY] name [*].
std::size_t behind_head(const Lexemes& lexemes) {
  std::size_t at = lexemes.find(0, {"table"}) + 1;
  if (lexemes.is(at, "if")) at += 2;
  if (lexemes.is(at, "only")) ++at;
  for (++at; lexemes.is(at, "."); at += 2) {
  }
  return lexemes.is(at, "*") ? at + 1 : at;
}

bool same_head(const Lexemes& left, const Lexemes& right, std::size_t size) {
  if (behind_head(left) != size) return false;
  for (std::size_t i = 0; i < size; ++i) {
    const bool words = left[i].kind == Lexeme::Kind::word && right[i].kind == Lexeme::Kind::word;
    if (words ? left.name(i) != right.name(i) : left[i].text != right[i].text) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> fix_merge_alter_table(const FixInput& in, Rewrite& out) {
  if (in.lexemes.size() == 0 || in.previous == nullptr) return "the statement is not written as expected";
  const std::string_view sql = in.file.parsed.sql;
  const ByteRange& range = in.previous->range;
  const Lexemes before(in.review.engine, sql.substr(range.start, range.end - range.start));
  if (!in.statement.options.empty() || !in.previous->options.empty()) return "one of the two has clauses of its own";
  const std::size_t head = behind_head(in.lexemes);
  if (head >= in.lexemes.size() || before.size() <= head || !same_head(before, in.lexemes, head))
    return "the two statements name the table differently";
  out.joins_previous = true;
  out.edits.push_back({{in.start(0), in.start(head)}, "  "});
  return std::nullopt;
}

}  // namespace dbw::review
