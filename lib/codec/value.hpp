#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

/// codec turns untrusted bytes into values and back, and decides nothing about what they mean.
namespace dbw::codec {

/// A document: strict YAML yields text, list and map only; JSON also integer and boolean. Maps keep the order of the
/// document.
class Value {
 public:
  enum class Kind { text, integer, boolean, list, map };
  using List = std::vector<Value>;
  using Map = std::vector<std::pair<std::string, Value>>;

  Value() : Value(Map{}) {}
  Value(std::string text);       // NOLINT: implicit by design, so that documents read like literals
  Value(std::string_view text);  // NOLINT
  Value(const char* text);       // NOLINT
  Value(std::int64_t number);    // NOLINT
  Value(bool flag);              // NOLINT
  Value(List items);             // NOLINT
  Value(Map entries);            // NOLINT

  Kind kind() const { return m_kind; }
  const std::string& text() const { return m_text; }  ///< kind text
  std::int64_t integer() const { return m_integer; }  ///< kind integer, |n| <= 2^53-1
  bool boolean() const { return m_integer != 0; }     ///< kind boolean
  const List& items() const { return m_items; }       ///< kind list
  const Map& entries() const { return m_entries; }    ///< kind map
  /// The entry of that name, or nullptr.
  const Value* find(std::string_view key) const;
  /// Adds or replaces an entry of a map.
  Value& set(std::string key, Value value);
  /// Adds to a list.
  Value& push(Value value);

  Position position{};  ///< where the value starts in the document it was parsed from
  friend bool operator==(const Value& a, const Value& b);  ///< positions and map order do not matter

 private:
  Kind m_kind;
  std::string m_text;
  std::int64_t m_integer = 0;
  List m_items;
  Map m_entries;
};

}  // namespace dbw::codec
