#include "codec/json.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "codec/source.hpp"

namespace dbw::codec {
namespace {

constexpr std::int64_t k_integer_max = 9'007'199'254'740'991;  // 2^53-1: what every JSON reader holds exactly

bool is_plain_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// A character iterator that tells how far the library's lexer has read: its SAX events carry no position.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* count) : m_at(at), m_count(count) {}
  reference operator*() const { return *m_at; }
  CountingIterator& operator++() {
    ++m_at;
    ++*m_count;
    return *this;
  }
  CountingIterator operator++(int) {
    const CountingIterator old = *this;
    ++*this;
    return old;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) { return a.m_at == b.m_at; }
  friend bool operator!=(const CountingIterator& a, const CountingIterator& b) { return !(a == b); }

 private:
  const char* m_at;
  std::size_t* m_count;
};

class JsonHandler final : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonHandler(const Source& source, const std::size_t& consumed, bool foreign)
      : m_source(source), m_consumed(consumed), m_foreign(foreign), m_builder(source, ErrorCode::json_duplicate_key) {}

  bool null() override {
    if (m_foreign) return scalar(Value(""));
    throw m_source.error(ErrorCode::json_null, token_start(), "null is not allowed");
  }
  bool boolean(bool flag) override { return scalar(Value(flag)); }
  bool number_integer(number_integer_t number) override {
    return integer(number, number >= -k_integer_max && number <= k_integer_max, std::to_string(number));
  }
  bool number_unsigned(number_unsigned_t number) override {
    return integer(static_cast<std::int64_t>(number), number <= static_cast<number_unsigned_t>(k_integer_max),
                   std::to_string(number));
  }
  bool number_float(number_float_t, const string_t& text) override {
    if (m_foreign) return scalar(Value(text));
    throw m_source.error(ErrorCode::json_number, token_start(),
                         fmt::format("{} is not an integer up to 2^53-1", printable(text.substr(0, 40))));
  }
  bool string(string_t& text) override {
    require_no_nul(text);
    return scalar(Value(std::move(text)));
  }
  bool binary(binary_t&) override { throw m_source.error(ErrorCode::json_syntax, token_start(), "binary value"); }
  bool start_object(std::size_t) override {
    m_builder.begin_map(token_start());
    return true;
  }
  bool key(string_t& text) override {
    const std::size_t start = token_start();
    if (!is_plain_ascii(text)) {
      throw m_source.error(ErrorCode::json_key, start,
                           fmt::format("the key \"{}\" is not printable ASCII", printable(text)));
    }
    m_builder.key(std::move(text), start);
    return true;
  }
  bool end_object() override { return end(); }
  bool start_array(std::size_t) override {
    m_builder.begin_list(token_start());
    return true;
  }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t position, const std::string& token, const nlohmann::json::exception&) override {
    const std::size_t offset = position == 0 ? 0 : position - 1;
    throw m_source.error(ErrorCode::json_syntax, offset,
                         fmt::format("not valid JSON near \"{}\"", printable(token.substr(0, 40))));
  }

  Value take_root() { return *m_builder.root(); }

 private:
  bool scalar(Value value) {
    m_builder.scalar(std::move(value), token_start());
    return true;
  }
  bool integer(std::int64_t number, bool in_range, std::string digits) {
    if (!in_range && m_foreign) return scalar(Value(std::move(digits)));
    if (!in_range) throw m_source.error(ErrorCode::json_number, token_start(), "an integer beyond 2^53-1");
    return scalar(Value(number));
  }
  bool end() {
    m_previous = m_consumed;
    m_builder.end();
    return true;
  }
  void require_no_nul(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) {
      throw m_source.error(ErrorCode::json_text, m_previous, "a text holds a NUL character");
    }
  }
  /// The token that was just read begins behind the one before it, past punctuation and white space. (A number's lexer
  /// has read one character too many; that character is punctuation or white space.)
  std::size_t token_start() {
    std::size_t start = m_previous;
    constexpr std::string_view between = " \t\r\n,:]}";
    while (start < m_consumed && between.find(m_source.at(start)) != std::string_view::npos) ++start;
    m_previous = m_consumed;
    return start;
  }

  const Source& m_source;
  const std::size_t& m_consumed;
  const bool m_foreign;
  std::size_t m_previous = 0;
  Builder m_builder;
};

Value parse(std::string_view bytes, std::string_view name, std::size_t bytes_max, bool foreign = false) {
  const Source source(bytes, name);
  if (bytes.size() > bytes_max) {
    throw source.error(ErrorCode::document_too_large, 0,
                       fmt::format("{} bytes, at most {} are allowed", bytes.size(), bytes_max));
  }
  // The library skips a byte order mark; nothing else that it tolerates is left after this.
  if (!is_utf8(bytes) || bytes.substr(0, 3) == "\xEF\xBB\xBF") {
    throw source.error(ErrorCode::document_bad_bytes, 0, "not UTF-8 without a byte order mark");
  }
  std::size_t consumed = 0;
  JsonHandler handler(source, consumed, foreign);
  const CountingIterator first(bytes.data(), &consumed);
  const CountingIterator last(bytes.data() + bytes.size(), &consumed);
  if (!nlohmann::json::sax_parse(first, last, &handler))
    throw source.error(ErrorCode::json_syntax, 0, "not valid JSON");
  return handler.take_root();
}

[[noreturn]] void bad_profile(std::string message) { throw Error(ErrorCode::json_profile, std::move(message)); }

void append_string(std::string& out, std::string_view text) {
  if (!is_utf8(text)) bad_profile("text that is not UTF-8 cannot be written as JSON");
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '\0':
        bad_profile("text with a NUL character cannot be written as JSON");
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

using Entry = std::pair<std::string, Value>;

/// Writes both forms: canonical, or for people.
class Emitter {
 public:
  Emitter(bool pretty, int depth_max) : m_pretty(pretty), m_depth_max(depth_max) {}

  void write(const Value& value, int depth) {
    switch (value.kind()) {
      case Value::Kind::text:
        return append_string(m_out, value.text());
      case Value::Kind::integer:
        return write_integer(value.integer());
      case Value::Kind::boolean:
        m_out += value.boolean() ? "true" : "false";
        return;
      case Value::Kind::list:
        return write_list(value.items(), depth);
      case Value::Kind::map:
        return write_map(value.entries(), depth);
    }
  }
  std::string take() { return std::move(m_out); }

 private:
  void write_integer(std::int64_t number) {
    if (number > k_integer_max || number < -k_integer_max) bad_profile(fmt::format("{} is beyond 2^53-1", number));
    m_out += std::to_string(number);
  }
  void write_list(const Value::List& items, int depth) {
    open('[', depth);
    for (std::size_t i = 0; i < items.size(); ++i) {
      separate(i, depth);
      write(items[i], depth + 1);
    }
    close(']', items.empty(), depth);
  }
  void write_map(const Value::Map& entries, int depth) {
    std::vector<const Entry*> order;
    for (const Entry& each : entries) order.push_back(&each);
    std::vector<const Entry*> sorted = order;
    std::sort(sorted.begin(), sorted.end(), [](const Entry* a, const Entry* b) { return a->first < b->first; });
    const auto twin = std::adjacent_find(sorted.begin(), sorted.end(),
                                         [](const Entry* a, const Entry* b) { return a->first == b->first; });
    if (twin != sorted.end()) bad_profile(fmt::format("the key \"{}\" twice in one map", printable((*twin)->first)));
    open('{', depth);
    const auto& chosen = m_pretty ? order : sorted;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      separate(i, depth);
      if (!is_plain_ascii(chosen[i]->first))
        bad_profile(fmt::format("the key \"{}\" is not ASCII", printable(chosen[i]->first)));
      append_string(m_out, chosen[i]->first);
      m_out += m_pretty ? ": " : ":";
      write(chosen[i]->second, depth + 1);
    }
    close('}', entries.empty(), depth);
  }
  void open(char bracket, int depth) {
    if (depth >= m_depth_max) bad_profile(fmt::format("nested more than {} deep", m_depth_max));
    m_out += bracket;
  }
  void separate(std::size_t index, int depth) {
    if (index > 0) m_out += ',';
    break_line(depth + 1);
  }
  void close(char bracket, bool empty, int depth) {
    if (!empty) break_line(depth);
    m_out += bracket;
  }
  void break_line(int depth) {
    if (!m_pretty) return;
    m_out += '\n';
    m_out.append(static_cast<std::size_t>(depth) * 2, ' ');
  }

  bool m_pretty;
  int m_depth_max;
  std::string m_out;
};

std::string emit(const Value& value, bool pretty, int depth_max) {
  Emitter emitter(pretty, depth_max);
  emitter.write(value, 0);
  return emitter.take();
}

std::size_t first_difference(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  const auto where = std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(common), b.begin());
  return static_cast<std::size_t>(where.first - a.begin());
}

}  // namespace

Value parse_json(std::string_view bytes, std::string_view source, std::size_t bytes_max) {
  Value value = parse(bytes, source, bytes_max);
  if (value.kind() != Value::Kind::map)
    throw Source(bytes, source).error(ErrorCode::document_root, 0, "the document is not a JSON object");
  const std::string again = emit_json(value);
  if (again != bytes) {
    throw Source(bytes, source)
        .error(ErrorCode::json_not_canonical, first_difference(bytes, again), "not in canonical form from here on");
  }
  return value;
}

Value parse_json_relaxed(std::string_view bytes, std::string_view source, std::size_t bytes_max) {
  return parse(bytes, source, bytes_max);
}

Value parse_json_foreign(std::string_view bytes, std::string_view source, std::size_t bytes_max) {
  return parse(bytes, source, bytes_max, true);
}

std::string emit_json(const Value& value) { return emit(value, false, k_document_depth_max); }
std::string emit_json_pretty(const Value& value, int depth_max) { return emit(value, true, depth_max); }

}  // namespace dbw::codec
