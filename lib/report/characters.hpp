#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace dbw::report {

/// Counts the characters (Unicode code points) of a text before a byte offset. Made once for each text, so that
/// thousands of findings in a large file, or in one long line, do not count its characters each. A byte that continues
/// a character counts nothing, also where the text is not valid UTF-8.
class Characters {
 public:
  explicit Characters(std::string_view text);
  /// Offsets behind the end are the end's.
  std::size_t before(std::size_t offset) const;

 private:
  std::string_view m_text;
  std::vector<std::size_t> m_blocks;  ///< characters before each block of bytes
};

}  // namespace dbw::report
