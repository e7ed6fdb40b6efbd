#include "codec/yaml.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "base/text.hpp"
#include "codec/source.hpp"

namespace dbw::codec {
namespace {

constexpr std::string_view k_null_words[] = {"", "~", "null", "Null", "NULL"};

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

/// Bytes, directives and document markers: everything that can be seen without parsing.
void require_clean_bytes(const Source& source, std::size_t bytes_max) {
  const std::string_view bytes = source.bytes();
  if (bytes.size() > bytes_max) {
    throw source.error(ErrorCode::document_too_large, 0,
                       fmt::format("{} bytes, at most {} are allowed", bytes.size(), bytes_max));
  }
  std::string what;
  const std::size_t bad = find_forbidden_character(bytes, false, &what);
  if (bad != std::string_view::npos) throw source.error(ErrorCode::document_bad_bytes, bad, what);
  std::size_t offset = 0;
  for (const std::string_view line : split_lines(bytes)) {
    const bool opening_marker = offset == 0 && line == "---";
    if (starts_with(line, "%")) throw source.error(ErrorCode::yaml_directive, offset, "a YAML directive");
    if ((starts_with(line, "---") && !opening_marker) || starts_with(line, "...")) {
      throw source.error(ErrorCode::yaml_document_marker, offset, "a document marker behind the first line");
    }
    offset += line.size() + 1;
  }
}

/// How often each structural character must stand between the scalars.
struct Punctuation {
  std::size_t colons = 0, dashes = 0, commas = 0, lists = 0, maps = 0;
  friend bool operator==(const Punctuation&, const Punctuation&) = default;
};

/// Where a scalar stands in the source.
struct Span {
  std::size_t begin;
  std::size_t end;
  bool is_key;
};

/// Reads yaml-cpp's events. The library is lenient (unterminated quotes, dropped characters), so nothing it says is
/// believed unless the source bytes at the place say the same.
class YamlHandler final : public YAML::EventHandler {
 public:
  explicit YamlHandler(const Source& source) : m_source(source), m_builder(source, ErrorCode::yaml_duplicate_key) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::size_t offset = offset_of(mark);
    require_no_properties(offset, anchor);
    throw m_source.error(ErrorCode::yaml_null, offset,
                         m_builder.wants_key() ? "an empty key" : "an empty or null value");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw m_source.error(ErrorCode::yaml_alias, offset_of(mark), "an alias (*name)");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const std::size_t offset = offset_of(mark);
    require_no_properties(offset, anchor);
    const bool is_key = m_builder.wants_key();
    m_spans.push_back({offset, end_of_scalar(offset, tag, value), is_key});
    if (is_key) {
      require_key(offset, value);
      m_builder.key(value, offset);
      count_key();
    } else {
      count_item();
      m_builder.scalar(Value(value), offset);
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    const std::size_t offset = begin_collection(mark, tag, anchor);
    const bool flow = m_source.at(offset) == '[';
    if (flow) ++m_expected.lists;
    m_builder.begin_list(offset);
    m_open.push_back({flow, false});
  }
  void OnSequenceEnd() override { end_collection(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    const std::size_t offset = begin_collection(mark, tag, anchor);
    const bool flow = style == YAML::EmitterStyle::Flow;
    if (flow && m_source.at(offset) != '{') {
      throw m_source.error(ErrorCode::yaml_structure, offset, "a map inside a list without braces");
    }
    if (flow) ++m_expected.maps;
    m_builder.begin_map(offset);
    m_open.push_back({flow, true});
  }
  void OnMapEnd() override { end_collection(); }

  /// Every byte outside the scalars is a blank, a comment, or punctuation that was counted.
  void require_all_bytes_understood() const;
  Value take_root() const {
    if (!m_builder.root()) throw m_source.error(ErrorCode::document_root, 0, "the document is empty");
    if (m_builder.root()->kind() != Value::Kind::map)
      throw m_source.error(ErrorCode::document_root, 0, "the document is not a map");
    return *m_builder.root();
  }

 private:
  struct Open {
    bool flow;
    bool is_map;
    std::size_t count = 0;
  };

  std::size_t offset_of(const YAML::Mark& mark) const {
    return mark.pos < 0 ? m_source.bytes().size()
                        : std::min(static_cast<std::size_t>(mark.pos), m_source.bytes().size());
  }
  void require_no_properties(std::size_t offset, YAML::anchor_t anchor) const {
    const char first = m_source.at(offset);
    if (anchor != 0 || first == '&') throw m_source.error(ErrorCode::yaml_anchor, offset, "an anchor (&name)");
    if (first == '!') throw m_source.error(ErrorCode::yaml_tag, offset, "a tag (!name)");
  }
  std::size_t begin_collection(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const std::size_t offset = offset_of(mark);
    require_no_properties(offset, anchor);
    if (!tag.empty() && tag != "?") throw m_source.error(ErrorCode::yaml_tag, offset, "a tag (!name)");
    if (m_builder.wants_key()) throw m_source.error(ErrorCode::yaml_key_form, offset, "a list or map as a key");
    count_item();
    return offset;
  }
  /// Checks the scalar against the source and says where it ends there.
  std::size_t end_of_scalar(std::size_t offset, std::string_view tag, std::string_view value) const;
  void require_key(std::size_t offset, std::string_view value) const {
    if (value == "<<") throw m_source.error(ErrorCode::yaml_merge_key, offset, "a merge key (<<)");
    const bool ascii = std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
    if (!ascii)
      throw m_source.error(ErrorCode::yaml_key_form, offset,
                           fmt::format("the key \"{}\" is not ASCII", printable(value)));
    const std::size_t end = m_spans.back().end;
    const char behind = m_source.at(end + 1);
    if (m_source.at(end) != ':' || (behind != ' ' && behind != '\n')) {
      throw m_source.error(
          ErrorCode::yaml_key_form, offset,
          fmt::format("the key \"{}\" is not followed directly by a colon and a blank", printable(value)));
    }
  }
  void count_key() {
    ++m_expected.colons;
    if (m_open.back().flow && m_open.back().count++ > 0) ++m_expected.commas;
  }
  void count_item() {
    if (m_open.empty() || m_open.back().is_map) return;
    if (!m_open.back().flow) ++m_expected.dashes;
    if (m_open.back().flow && m_open.back().count++ > 0) ++m_expected.commas;
  }
  void end_collection() {
    m_open.pop_back();
    m_builder.end();
  }

  const Source& m_source;
  Builder m_builder;
  std::vector<Span> m_spans;
  std::vector<Open> m_open;
  Punctuation m_expected;
};

std::size_t YamlHandler::end_of_scalar(std::size_t offset, std::string_view tag, std::string_view value) const {
  const char first = m_source.at(offset);
  if (first == '|' || first == '>') throw m_source.error(ErrorCode::yaml_block_scalar, offset, "a block scalar");
  const bool quoted = first == '"' || first == '\'';
  if (tag != (quoted ? "!" : "?")) throw m_source.error(ErrorCode::yaml_tag, offset, "a tag (!name)");
  const std::string expected = quoted ? first + std::string(value) + first : std::string(value);
  const bool one_line = value.find('\n') == std::string_view::npos;
  if (!one_line || m_source.bytes().substr(offset, expected.size()) != expected) {
    throw m_source.error(ErrorCode::yaml_echo, offset,
                         quoted ? "quoted text with an escape, a line break, or no closing quote"
                                : "plain text that spans lines or is not what it looks like");
  }
  return offset + expected.size();
}

/// The bytes between two scalars.
class Gap {
 public:
  Gap(const Source& source, std::size_t begin, std::size_t end) : m_source(source), m_at(begin), m_end(end) {}

  void count(Punctuation& found) {
    for (; m_at < m_end; ++m_at) {
      switch (m_source.at(m_at)) {
        case ' ':
        case '\n':
          break;
        case '#':
          skip_comment();
          break;
        case ':':
          ++found.colons;
          break;
        case ',':
          ++found.commas;
          break;
        case '[':
          ++found.lists;
          break;
        case '{':
          ++found.maps;
          break;
        case ']':
          ++m_closed_lists;
          break;
        case '}':
          ++m_closed_maps;
          break;
        case '-':
          require_dash();
          ++found.dashes;
          break;
        case '?':
          throw m_source.error(ErrorCode::yaml_key_form, m_at, "a key introduced by `?`");
        default:
          throw m_source.error(ErrorCode::yaml_structure, m_at,
                               fmt::format("`{}` has no meaning here", printable(m_source.bytes().substr(m_at, 1))));
      }
    }
  }
  std::size_t closed_lists() const { return m_closed_lists; }
  std::size_t closed_maps() const { return m_closed_maps; }

 private:
  void skip_comment() {
    const char before = m_at == 0 ? '\n' : m_source.at(m_at - 1);
    if (before != ' ' && before != '\n')
      throw m_source.error(ErrorCode::yaml_structure, m_at, "a comment without a blank before it");
    while (m_at < m_end && m_source.at(m_at) != '\n') ++m_at;
  }
  void require_dash() const {
    if (m_source.at(m_at + 1) != ' ' && m_source.at(m_at + 1) != '\n')
      throw m_source.error(ErrorCode::yaml_structure, m_at, "`-` without a blank behind it");
  }

  const Source& m_source;
  std::size_t m_at;
  std::size_t m_end;
  std::size_t m_closed_lists = 0;
  std::size_t m_closed_maps = 0;
};

void YamlHandler::require_all_bytes_understood() const {
  Punctuation found;
  std::size_t closed_lists = 0;
  std::size_t closed_maps = 0;
  std::size_t from = m_source.bytes().substr(0, 4) == "---\n" ? 4 : 0;
  const auto walk = [&](std::size_t to) {
    if (to < from) throw m_source.error(ErrorCode::yaml_structure, to, "overlapping scalars");
    Gap gap(m_source, from, to);
    gap.count(found);
    closed_lists += gap.closed_lists();
    closed_maps += gap.closed_maps();
  };
  constexpr std::string_view may_follow_value = " \n,]}";
  for (const Span& span : m_spans) {
    walk(span.begin);
    from = span.end;
    if (!span.is_key && may_follow_value.find(m_source.at(from)) == std::string_view::npos) {
      throw m_source.error(ErrorCode::yaml_structure, from, "text directly behind a value");
    }
  }
  walk(m_source.bytes().size());
  if (found != m_expected || closed_lists != m_expected.lists || closed_maps != m_expected.maps) {
    throw m_source.error(ErrorCode::yaml_structure, 0, "a comma, colon, dash or bracket too many or too few");
  }
}

void run_parser(const Source& source, YamlHandler& handler) {
  std::istringstream stream{std::string(source.bytes())};
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(handler);
    if (parser.HandleNextDocument(handler))
      throw source.error(ErrorCode::yaml_document_marker, source.bytes().size(), "a second document");
  } catch (const YAML::Exception& error) {
    const auto offset = error.mark.pos < 0 ? 0 : static_cast<std::size_t>(error.mark.pos);
    throw source.error(ErrorCode::yaml_syntax, offset, printable(error.msg));
  }
}

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// Deliberately narrower than YAML: no reader of any version can take such text for anything but itself or a number,
/// boolean or time.
bool is_safe_plain(std::string_view text) {
  if (std::find(std::begin(k_null_words), std::end(k_null_words), text) != std::end(k_null_words)) return false;
  if (!is_alphanumeric(text.front()) && text.front() != '/' && text.front() != '_') return false;
  const auto is_digit_at = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool between_digits = c == ':' && i > 0 && is_digit_at(i - 1) && is_digit_at(i + 1);
    const bool inner_blank = c == ' ' && i + 1 < text.size();
    if (!is_alphanumeric(c) && std::string_view("._/+@-").find(c) == std::string_view::npos && !between_digits &&
        !inner_blank)
      return false;
  }
  return true;
}

}  // namespace

Value parse_yaml(std::string_view bytes, std::string_view source_name, std::size_t bytes_max) {
  const Source source(bytes, source_name);
  require_clean_bytes(source, bytes_max);
  YamlHandler handler(source);
  run_parser(source, handler);
  handler.require_all_bytes_understood();
  return handler.take_root();
}

std::string yaml_scalar(std::string_view text) {
  std::string what;
  if (find_forbidden_character(text, false, &what) != std::string_view::npos)
    throw Error(ErrorCode::yaml_unwritable, fmt::format("text with {}", what));
  if (is_safe_plain(text)) return std::string(text);
  const bool one_line = text.find('\n') == std::string_view::npos;
  const auto has = [&](char c) { return text.find(c) != std::string_view::npos; };
  if (one_line && !has('"') && !has('\\')) return '"' + std::string(text) + '"';
  if (one_line && !has('\'')) return '\'' + std::string(text) + '\'';
  throw Error(ErrorCode::yaml_unwritable,
              fmt::format("neither quote can hold the text \"{}\"", printable(text.substr(0, 80))));
}

}  // namespace dbw::codec
