#include "codec/reader.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dbw::codec {
namespace {

std::string_view kind_name(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::text:
      return "text";
    case Value::Kind::integer:
      return "a number";
    case Value::Kind::boolean:
      return "true or false";
    case Value::Kind::list:
      return "a list";
    case Value::Kind::map:
      return "a map";
  }
  return "nothing";
}

Error error_at(ErrorCode code, std::string_view source, Position position, std::string_view path,
               std::string_view message) {
  Error error(code, path.empty() ? std::string(message) : fmt::format("{}: {}", path, message));
  error.at(source, position);
  return error;
}

/// One value with its place, so that every check below can say where it failed.
struct Place {
  const Value& value;
  const std::string& source;
  std::string path;

  Error error(ErrorCode code, std::string_view message) const {
    return error_at(code, source, value.position, path, message);
  }

  const Value& require(Value::Kind kind) const {
    if (value.kind() != kind) {
      throw error(ErrorCode::field_type,
                  fmt::format("expected {}, found {}", kind_name(kind), kind_name(value.kind())));
    }
    return value;
  }
  std::string text() const {
    const std::string& text = require(Value::Kind::text).text();
    if (text.empty()) throw error(ErrorCode::field_value, "must not be empty");
    return text;
  }
  std::string name() const {
    std::string out = text();
    if (!is_name(out))
      throw error(ErrorCode::field_value,
                  fmt::format("\"{}\" is not a name ([a-z0-9][a-z0-9._-]{{0,62}})", printable(out)));
    return out;
  }
  std::int64_t integer(std::int64_t low, std::int64_t high) const;
  bool boolean() const;
  std::string one_of(const std::vector<std::string>& allowed) const;
  std::vector<std::string> texts() const;

  /// Runs a parser of base and names the place where it throws.
  template <typename Parse>
  auto parsed(Parse parse) const {
    const std::string raw = text();
    try {
      return parse(raw);
    } catch (const Error& inner) {
      throw error(ErrorCode::field_value, inner.message());
    }
  }
};

/// "0", "-7", "42": one spelling for each number.
std::optional<std::int64_t> plain_decimal(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || std::to_string(number) != text) return std::nullopt;
  return number;
}

std::int64_t Place::integer(std::int64_t low, std::int64_t high) const {
  const auto number = value.kind() == Value::Kind::integer ? std::optional(value.integer()) : plain_decimal(text());
  if (!number)
    throw error(ErrorCode::field_value,
                fmt::format("\"{}\" is not a whole number in plain decimal", printable(value.text())));
  if (*number < low || *number > high)
    throw error(ErrorCode::field_value, fmt::format("{} is not within {} and {}", *number, low, high));
  return *number;
}

bool Place::boolean() const {
  if (value.kind() == Value::Kind::boolean) return value.boolean();
  const std::string word = text();
  if (word != "true" && word != "false")
    throw error(ErrorCode::field_value, fmt::format("\"{}\" is neither true nor false", printable(word)));
  return word == "true";
}

std::string Place::one_of(const std::vector<std::string>& allowed) const {
  std::string out = text();
  if (std::find(allowed.begin(), allowed.end(), out) == allowed.end()) {
    throw error(ErrorCode::field_value, fmt::format("\"{}\" is not one of: {}", printable(out), join(allowed, ", ")));
  }
  return out;
}

std::vector<std::string> Place::texts() const {
  std::vector<std::string> out;
  for (const Value& item : require(Value::Kind::list).items()) {
    out.push_back(Place{item, source, fmt::format("{}[{}]", path, out.size())}.text());
  }
  return out;
}

std::string escaped(std::string_view field) { return printable(field); }

}  // namespace

Reader::Reader(const Value& value, std::string source, std::string path)
    : m_value(&value), m_source(std::move(source)), m_path(std::move(path)) {
  Place{value, m_source, m_path}.require(Value::Kind::map);
}

bool Reader::has(std::string_view field) const { return m_value->find(field) != nullptr; }

std::string Reader::path_of(std::string_view field) const {
  return m_path.empty() ? escaped(field) : fmt::format("{}.{}", m_path, escaped(field));
}

const Value* Reader::raw(std::string_view field) {
  m_read.emplace(field);
  return m_value->find(field);
}

const Value& Reader::required(std::string_view field) {
  const Value* value = raw(field);
  if (value == nullptr)
    throw error_at(ErrorCode::field_missing, m_source, m_value->position, path_of(field), "the field is missing");
  return *value;
}

Error Reader::error(ErrorCode code, std::string_view field, std::string_view message) const {
  const Value* value = m_value->find(field);
  const std::string path = field.empty() ? m_path : path_of(field);
  return error_at(code, m_source, value == nullptr ? m_value->position : value->position, path, message);
}

std::string Reader::text(std::string_view field) { return Place{required(field), m_source, path_of(field)}.text(); }
std::string Reader::name(std::string_view field) { return Place{required(field), m_source, path_of(field)}.name(); }

std::int64_t Reader::integer(std::string_view field, std::int64_t low, std::int64_t high) {
  return Place{required(field), m_source, path_of(field)}.integer(low, high);
}

bool Reader::boolean_or(std::string_view field, bool otherwise) {
  const Value* value = raw(field);
  return value == nullptr ? otherwise : Place{*value, m_source, path_of(field)}.boolean();
}

Digest Reader::digest(std::string_view field) {
  return Place{required(field), m_source, path_of(field)}.parsed(Digest::parse);
}
Timestamp Reader::time(std::string_view field) {
  return Place{required(field), m_source, path_of(field)}.parsed(Timestamp::parse);
}
Seconds Reader::duration(std::string_view field) {
  return Place{required(field), m_source, path_of(field)}.parsed(parse_duration);
}

std::string Reader::one_of(std::string_view field, const std::vector<std::string>& allowed) {
  return Place{required(field), m_source, path_of(field)}.one_of(allowed);
}

std::vector<std::string> Reader::texts(std::string_view field) {
  return Place{required(field), m_source, path_of(field)}.texts();
}

std::string Reader::hex(std::string_view field, std::size_t bytes) {
  const Place place{required(field), m_source, path_of(field)};
  std::string out = place.text();
  const bool digits =
      std::all_of(out.begin(), out.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (!digits || out.size() != bytes * 2)
    throw place.error(ErrorCode::field_value, fmt::format("expected {} lower-case hexadecimal digits", bytes * 2));
  return out;
}

std::optional<std::string> Reader::text_if(std::string_view field) {
  return raw(field) == nullptr ? std::nullopt : std::optional(text(field));
}
std::optional<std::string> Reader::name_if(std::string_view field) {
  return raw(field) == nullptr ? std::nullopt : std::optional(name(field));
}
std::optional<std::int64_t> Reader::integer_if(std::string_view field, std::int64_t low, std::int64_t high) {
  return raw(field) == nullptr ? std::nullopt : std::optional(integer(field, low, high));
}
std::optional<Digest> Reader::digest_if(std::string_view field) {
  return raw(field) == nullptr ? std::nullopt : std::optional(digest(field));
}
std::optional<Timestamp> Reader::time_if(std::string_view field) {
  return raw(field) == nullptr ? std::nullopt : std::optional(time(field));
}
std::optional<Seconds> Reader::duration_if(std::string_view field) {
  return raw(field) == nullptr ? std::nullopt : std::optional(duration(field));
}
std::optional<std::string> Reader::one_of_if(std::string_view field, const std::vector<std::string>& allowed) {
  return raw(field) == nullptr ? std::nullopt : std::optional(one_of(field, allowed));
}
std::vector<std::string> Reader::texts_if(std::string_view field) {
  return raw(field) == nullptr ? std::vector<std::string>{} : texts(field);
}

std::vector<std::string> Reader::names_if(std::string_view field) {
  const Value* list = raw(field);
  std::vector<std::string> out;
  if (list == nullptr) return out;
  std::set<std::string> seen;
  for (const Value& item : Place{*list, m_source, path_of(field)}.require(Value::Kind::list).items()) {
    const Place place{item, m_source, fmt::format("{}[{}]", path_of(field), out.size())};
    out.push_back(place.name());
    if (!seen.insert(out.back()).second)
      throw place.error(ErrorCode::field_duplicate, fmt::format("\"{}\" stands twice in this list", out.back()));
  }
  return out;
}

void Reader::list_if(std::string_view field, const std::function<void(Reader&)>& each) {
  const Value* list = raw(field);
  if (list == nullptr) return;
  std::size_t index = 0;
  for (const Value& item : Place{*list, m_source, path_of(field)}.require(Value::Kind::list).items()) {
    Reader reader(item, m_source, fmt::format("{}[{}]", path_of(field), index++));
    each(reader);
  }
}

void Reader::map_if(std::string_view field, const std::function<void(const std::string&, Reader&)>& each) {
  const Value* map = raw(field);
  if (map == nullptr) return;
  for (const auto& [key, value] : Place{*map, m_source, path_of(field)}.require(Value::Kind::map).entries()) {
    const std::string path = fmt::format("{}.{}", path_of(field), escaped(key));
    if (!is_name(key))
      throw error_at(ErrorCode::field_value, m_source, value.position, path,
                     "the key is not a name ([a-z0-9][a-z0-9._-]{0,62})");
    Reader reader(value, m_source, path);
    each(key, reader);
  }
}

std::optional<Reader> Reader::map(std::string_view field) {
  const Value* value = raw(field);
  return value == nullptr ? std::nullopt : std::optional(Reader(*value, m_source, path_of(field)));
}

std::vector<std::string> Reader::fields() const {
  std::vector<std::string> names;
  for (const auto& [key, value] : m_value->entries()) names.push_back(key);
  return names;
}

std::vector<std::pair<std::string, std::string>> Reader::text_entries() {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [key, value] : m_value->entries()) {
    m_read.emplace(key);
    out.emplace_back(key, Place{value, m_source, path_of(key)}.text());
  }
  return out;
}

void Reader::finish() {
  for (const auto& [key, value] : m_value->entries()) {
    if (m_read.find(key) == m_read.end())
      throw error_at(ErrorCode::field_unknown, m_source, value.position, path_of(key), "the field is unknown here");
  }
}

}  // namespace dbw::codec
