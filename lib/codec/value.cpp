#include "codec/value.hpp"

#include <algorithm>

namespace dbw::codec {
namespace {

using Entry = std::pair<std::string, Value>;

std::vector<const Entry*> sorted_by_key(const Value::Map& entries) {
  std::vector<const Entry*> out;
  out.reserve(entries.size());
  for (const Entry& each : entries) out.push_back(&each);
  std::stable_sort(out.begin(), out.end(), [](const Entry* a, const Entry* b) { return a->first < b->first; });
  return out;
}

bool same_entries(const Value::Map& a, const Value::Map& b) {
  if (a.size() != b.size()) return false;
  const auto left = sorted_by_key(a);
  const auto right = sorted_by_key(b);
  return std::equal(left.begin(), left.end(), right.begin(), [](const Entry* x, const Entry* y) { return *x == *y; });
}

}  // namespace

Value::Value(std::string text) : m_kind(Kind::text), m_text(std::move(text)) {}
Value::Value(std::string_view text) : m_kind(Kind::text), m_text(text) {}
Value::Value(const char* text) : m_kind(Kind::text), m_text(text) {}
Value::Value(std::int64_t number) : m_kind(Kind::integer), m_integer(number) {}
Value::Value(bool flag) : m_kind(Kind::boolean), m_integer(flag ? 1 : 0) {}
Value::Value(List items) : m_kind(Kind::list), m_items(std::move(items)) {}
Value::Value(Map entries) : m_kind(Kind::map), m_entries(std::move(entries)) {}

const Value* Value::find(std::string_view key) const {
  const auto it =
      std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& each) { return each.first == key; });
  return it == m_entries.end() ? nullptr : &it->second;
}

Value& Value::set(std::string key, Value value) {
  if (m_kind != Kind::map) throw Error(ErrorCode::internal_bug, "Value::set on something that is not a map");
  const auto it =
      std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& each) { return each.first == key; });
  if (it == m_entries.end()) {
    m_entries.emplace_back(std::move(key), std::move(value));
  } else {
    it->second = std::move(value);
  }
  return *this;
}

Value& Value::push(Value value) {
  if (m_kind != Kind::list) throw Error(ErrorCode::internal_bug, "Value::push on something that is not a list");
  m_items.push_back(std::move(value));
  return *this;
}

bool operator==(const Value& a, const Value& b) {
  if (a.m_kind != b.m_kind) return false;
  switch (a.m_kind) {
    case Value::Kind::text:
      return a.m_text == b.m_text;
    case Value::Kind::integer:
    case Value::Kind::boolean:
      return a.m_integer == b.m_integer;
    case Value::Kind::list:
      return a.m_items == b.m_items;
    case Value::Kind::map:
      return same_entries(a.m_entries, b.m_entries);
  }
  return false;
}

}  // namespace dbw::codec
