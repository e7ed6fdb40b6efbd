#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "codec/value.hpp"

/// What the YAML and the JSON parser share; not for other modules.
namespace dbw::codec {

/// A document's bytes with its name, for messages.
class Source {
 public:
  Source(std::string_view bytes, std::string_view name) : m_bytes(bytes), m_name(name) {}
  std::string_view bytes() const { return m_bytes; }
  /// The byte at an offset; '\n' behind the end.
  char at(std::size_t offset) const { return offset < m_bytes.size() ? m_bytes[offset] : '\n'; }
  /// 1-based; columns count bytes. Offsets should not fall: asking forward costs only the distance.
  Position position(std::size_t offset) const;
  /// An Error that names source, line and column.
  Error error(ErrorCode code, std::size_t offset, std::string message) const;

 private:
  std::string_view m_bytes;
  std::string_view m_name;
  mutable std::size_t m_known_offset = 0;
  mutable Position m_known{1, 1};
};

/// Puts a stream of events together to one Value; refuses too much depth and duplicate keys.
class Builder {
 public:
  Builder(const Source& source, ErrorCode duplicate_code) : m_source(source), m_duplicate_code(duplicate_code) {}

  void begin_list(std::size_t offset) { begin(false, offset); }
  void begin_map(std::size_t offset) { begin(true, offset); }
  void key(std::string text, std::size_t offset);
  void scalar(Value value, std::size_t offset);
  void end();

  /// The next scalar is a key.
  bool wants_key() const { return !m_stack.empty() && m_stack.back().is_map && !m_stack.back().pending_key; }
  std::size_t depth() const { return m_stack.size(); }
  const std::optional<Value>& root() const { return m_root; }

 private:
  struct Frame {
    bool is_map = false;
    Position position{};
    Value::List items{};
    Value::Map entries{};
    std::set<std::string, std::less<>> keys{};
    std::optional<std::string> pending_key{};
  };
  void begin(bool is_map, std::size_t offset);
  void add(Value value);

  const Source& m_source;
  ErrorCode m_duplicate_code;
  std::vector<Frame> m_stack;
  std::optional<Value> m_root;
};

}  // namespace dbw::codec
