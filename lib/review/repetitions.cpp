#include "review/repetitions.hpp"

#include <string>

#include "base/text.hpp"
#include "review/review.hpp"

namespace dbw::review {
namespace {

bool is_slice(const sqlparse::Statement& statement) {
  using sqlparse::StatementKind;
  return statement.kind == StatementKind::update || statement.kind == StatementKind::delete_;
}

/// The statement with one mark for each run of values, so that lists of any length are alike.
std::string shape_of(const Lexemes& lexemes) {
  std::string out;
  bool after_value = false;
  for (std::size_t i = 0; i < lexemes.size(); ++i) {
    const bool value = lexemes.is_kind(i, Lexeme::Kind::string) || lexemes.is_kind(i, Lexeme::Kind::number);
    const bool carries_on = after_value && lexemes.is(i, ",");
    if (carries_on) continue;
    if (!value) {
      out += lexemes.is_name(i) ? lexemes.name(i) : to_lower(lexemes[i].text);
    } else if (!after_value) {
      out += '?';
    }
    out += ' ';
    after_value = value;
  }
  return out;
}

}  // namespace

Repetitions::Repetitions(const std::vector<File>& files) {
  std::map<std::string, std::size_t> groups;
  for (const File& file : files) {
    const std::string_view sql = file.parsed.sql;
    for (const sqlparse::Statement& statement : file.parsed.statements) {
      const ByteRange range = statement.range;
      if (!is_slice(statement) || range.start > range.end || range.end > sql.size()) continue;
      const Lexemes lexemes(file.parsed.engine, sql.substr(range.start, range.end - range.start));
      const auto [group, first] = groups.emplace(shape_of(lexemes), m_totals.size());
      if (first) m_totals.push_back(0);
      m_slices.emplace(&statement, Slice{group->second, ++m_totals[group->second]});
    }
  }
}

std::size_t Repetitions::number(const sqlparse::Statement& statement) const {
  const auto found = m_slices.find(&statement);
  return found != m_slices.end() ? found->second.number : 0;
}

std::size_t Repetitions::total(const sqlparse::Statement& statement) const {
  const auto found = m_slices.find(&statement);
  return found != m_slices.end() ? m_totals[found->second.group] : 0;
}

}  // namespace dbw::review
