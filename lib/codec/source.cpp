#include "codec/source.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace dbw::codec {

Position Source::position(std::size_t offset) const {
  offset = std::min(offset, m_bytes.size());
  if (offset < m_known_offset) {
    m_known_offset = 0;
    m_known = {1, 1};
  }
  for (; m_known_offset < offset; ++m_known_offset) {
    if (m_bytes[m_known_offset] == '\n') {
      ++m_known.line;
      m_known.column = 1;
    } else {
      ++m_known.column;
    }
  }
  return m_known;
}

Error Source::error(ErrorCode code, std::size_t offset, std::string message) const {
  Error error(code, std::move(message));
  error.at(m_name, position(offset));
  return error;
}

void Builder::begin(bool is_map, std::size_t offset) {
  if (m_stack.size() >= static_cast<std::size_t>(k_document_depth_max)) {
    throw m_source.error(ErrorCode::document_too_deep, offset,
                         fmt::format("nested more than {} deep", k_document_depth_max));
  }
  m_stack.push_back(Frame{.is_map = is_map, .position = m_source.position(offset)});
}

void Builder::key(std::string text, std::size_t offset) {
  Frame& frame = m_stack.back();
  if (!frame.keys.insert(text).second) {
    throw m_source.error(m_duplicate_code, offset,
                         fmt::format("the key \"{}\" stands twice in this map", printable(text)));
  }
  frame.pending_key = std::move(text);
}

void Builder::scalar(Value value, std::size_t offset) {
  value.position = m_source.position(offset);
  add(std::move(value));
}

void Builder::end() {
  Frame frame = std::move(m_stack.back());
  m_stack.pop_back();
  Value value = frame.is_map ? Value(std::move(frame.entries)) : Value(std::move(frame.items));
  value.position = frame.position;
  add(std::move(value));
}

void Builder::add(Value value) {
  if (m_stack.empty()) {
    m_root = std::move(value);
    return;
  }
  Frame& frame = m_stack.back();
  if (!frame.is_map) {
    frame.items.push_back(std::move(value));
    return;
  }
  frame.entries.emplace_back(std::move(*frame.pending_key), std::move(value));
  frame.pending_key.reset();
}

}  // namespace dbw::codec
