#include "sqlparse/mysql/tokens.hpp"

namespace dbw::sqlparse::mysql {

Tokens::Tokens(std::string_view sql, std::vector<Token> list)
    : m_sql(sql), m_list(std::move(list)), m_tokens(m_list.data()), m_size(m_list.size()) {
  m_match.resize(m_list.size());
  std::vector<std::uint32_t> open;
  open.reserve(8);
  for (std::uint32_t i = 0; i < m_list.size(); ++i) {
    m_match[i] = i;
    if (m_list[i].kind != TokenKind::punctuation) continue;
    const char mark = m_sql[m_list[i].start];
    if (mark == '(') open.push_back(i);
    if (mark != ')') continue;
    if (open.empty()) {
      m_balanced = false;
      continue;
    }
    m_match[i] = open.back();
    m_match[open.back()] = i;
    open.pop_back();
  }
  m_balanced = m_balanced && open.empty();
}

std::string Tokens::source(ByteRange positions) const {
  if (positions.start >= positions.end) return {};
  const std::size_t start = m_list[positions.start].start;
  return std::string(m_sql.substr(start, m_list[positions.end - 1].end - start));
}

}  // namespace dbw::sqlparse::mysql
