#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"

/// The calls into libpg_query. Its parser recurses on the C stack without a working depth check, so every call must run
/// inside run_on_parser_stack(). Only the splitter that parses, and the JSON output, are used: the protobuf output is
/// quadratic in depth, and the splitter that scans drops text.
namespace dbw::sqlparse::postgresql {

/// Runs `work` on a thread whose stack is large enough for `sql_bytes` of SQL; what it throws is thrown here.
void run_on_parser_stack(std::size_t sql_bytes, const std::function<void()>& work);

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

struct JsonTree {
  std::string json;
  std::optional<GrammarError> error;
};
JsonTree parse_json(const std::string& statement);

}  // namespace dbw::sqlparse::postgresql
