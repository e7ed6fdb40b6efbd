#pragma once

#include <cstring>
#include <string>
#include <string_view>

namespace dbw::db {

/// Strings that are overwritten when they go.
class WipedText {
 public:
  explicit WipedText(std::string_view text) : m_text(text) {}
  WipedText(const WipedText&) = delete;
  WipedText& operator=(const WipedText&) = delete;
  ~WipedText() { ::explicit_bzero(m_text.data(), m_text.size()); }
  const char* c_str() const { return m_text.c_str(); }

 private:
  std::string m_text;
};

}  // namespace dbw::db
