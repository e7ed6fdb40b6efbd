#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"

/// The calls into libpg_query. Its parser recurses on the C stack without a working depth check, so every call must run
/// inside run_on_parser_stacks(). Only the splitter that parses, and the JSON output, are used: the protobuf output is
/// quadratic in depth, and the splitter that scans drops text.
namespace dbw::sqlparse::postgresql {

struct GrammarError {
  std::string message;
  std::size_t offset = 0;  ///< byte offset in the text given
};

struct Ranges {
  std::vector<ByteRange> ranges;  ///< raw: leading blanks and comments included
  std::optional<GrammarError> error;
};
/// Statement ranges of a text that parses as a whole. The text must hold no NUL.
Ranges parse_ranges(const std::string& sql);

/// The JSON tree of one or more statements; `json` lives as long as this.
class JsonTree {
 public:
  explicit JsonTree(const std::string& sql);
  std::string_view json() const { return m_json; }
  const std::optional<GrammarError>& error() const { return m_error; }

 private:
  std::shared_ptr<const void> m_result;
  std::string_view m_json;
  std::optional<GrammarError> m_error;
};

}  // namespace dbw::sqlparse::postgresql
