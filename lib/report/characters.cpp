#include "report/characters.hpp"

#include <algorithm>

namespace dbw::report {
namespace {

constexpr std::size_t k_block_bytes = 1024;

std::size_t count(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

Characters::Characters(std::string_view text) : m_text(text), m_blocks{0} {
  for (std::size_t at = 0; at + k_block_bytes <= text.size(); at += k_block_bytes)
    m_blocks.push_back(m_blocks.back() + count(text.substr(at, k_block_bytes)));
}

std::size_t Characters::before(std::size_t offset) const {
  const std::size_t end = std::min(offset, m_text.size());
  const std::size_t block = end / k_block_bytes;
  const std::size_t start = block * k_block_bytes;
  return m_blocks[block] + count(m_text.substr(start, end - start));
}

}  // namespace dbw::report
