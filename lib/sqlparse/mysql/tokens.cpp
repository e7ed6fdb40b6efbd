#include "sqlparse/mysql/tokens.hpp"

namespace dbw::sqlparse::mysql {

void Tokens::take(std::vector<Token>& list) {
  m_list.swap(list);
  m_tokens = m_list.data();
  m_size = m_list.size();
  m_balanced = true;
  m_match.resize(m_size);
  m_open.clear();
  for (std::uint32_t i = 0; i < m_list.size(); ++i) {
    m_match[i] = i;
    if (m_list[i].kind != TokenKind::punctuation) continue;
    const char mark = m_sql[m_list[i].start];
    if (mark == '(') m_open.push_back(i);
    if (mark != ')') continue;
    if (m_open.empty()) {
      m_balanced = false;
      continue;
    }
    m_match[i] = m_open.back();
    m_match[m_open.back()] = i;
    m_open.pop_back();
  }
  m_balanced = m_balanced && m_open.empty();
}

std::string Tokens::source(ByteRange positions) const {
  if (positions.start >= positions.end) return {};
  const std::size_t start = m_list[positions.start].start;
  return std::string(m_sql.substr(start, m_list[positions.end - 1].end - start));
}

}  // namespace dbw::sqlparse::mysql
