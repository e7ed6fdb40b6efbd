#include "sqlparse/mysql/options.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sqlparse/dialects.hpp"

namespace dbw::sqlparse::mysql {
namespace {

using C = StatementClass;

/// Engines that keep their rows in the server's own files. Others read files by name or speak to other hosts.
constexpr std::string_view k_plain_engines[] = {
    "innodb",     "myisam",    "aria",     "memory", "heap",       "rocksdb",     "archive", "merge",
    "mrg_myisam", "blackhole", "sequence", "ndb",    "ndbcluster", "columnstore", "tokudb",  "csv"};

std::string bare(std::string_view text) {
  std::string out = to_lower(text);
  out.erase(std::remove_if(out.begin(), out.end(), [](char c) { return c == '\'' || c == '"' || c == '`'; }),
            out.end());
  return out;
}

bool at_charset(const Cursor& cursor) {
  return cursor.at("charset") || ((cursor.at("character") || cursor.at("char")) && cursor.at("set", 1));
}

void take_charset(Cursor& cursor) { cursor.step(cursor.at("charset") ? 1 : 2); }

/// Words that say what happens to partitions or tablespaces stand before the word for them.
bool at_two_words(const Cursor& cursor) {
  return cursor.at("partition", 1) || cursor.at("partitioning", 1) || cursor.at("tablespace", 1) ||
         cursor.at("directory", 1) || ((cursor.at("partition") || cursor.at("order")) && cursor.at("by", 1));
}

Option read_option(Cursor& cursor) {
  Option option;
  if (at_charset(cursor)) {
    option.name = "charset";
    take_charset(cursor);
  } else if (cursor.take_all("convert", "to")) {
    option.name = "convert";
    if (at_charset(cursor)) take_charset(cursor);
  } else if (at_two_words(cursor)) {
    option.name = to_lower(cursor.text()) + " ";
    cursor.step();
    option.name += to_lower(cursor.text());
    cursor.move_to(cursor.end());  // names and definitions of partitions
    return option;
  } else {
    option.name = bare(cursor.text());
    cursor.step();
  }
  cursor.take("=");
  if (cursor.done() || cursor.at(",")) return option;
  option.value = bare(cursor.text());
  cursor.skip();
  return option;
}

}  // namespace

std::vector<Option> read_options(const Tokens& tokens, ByteRange positions) {
  std::vector<Option> out;
  for (Cursor cursor(tokens, positions); !cursor.done();) {
    if (!cursor.take(",") && !cursor.take("default")) out.push_back(read_option(cursor));
  }
  return out;
}

void take_table_options(Shape& shape, Cursor& cursor) {
  const std::size_t start = cursor.position();
  while (!cursor.done() && !cursor.at("partition") && !cursor.at("as") && !cursor.at("select") && !cursor.at("with") &&
         !cursor.at("(") && !cursor.at("ignore") && !cursor.at("replace") && !cursor.at("values") &&
         !cursor.at("table")) {
    if (cursor.take(",")) continue;
    if (!cursor.at_any(k_options)) {
      if (!cursor.at_name() || !cursor.at("=", 1)) return expect_end(shape, cursor);
      raise_class(shape.statement, C::file_or_program, k_engine_option);
    }
    cursor.take("default");
    const bool two_words = cursor.at("character") || cursor.at("data") || cursor.at("index") || cursor.at("with");
    cursor.step(two_words ? 2 : 1);
    if (cursor.take("versioning")) continue;
    cursor.take("=");
    cursor.skip();
  }
  const ByteRange options{start, std::min(cursor.position(), cursor.end())};
  check_table_options(shape, options);
  shape.statement.options = read_options(shape.tokens, options);
}

void check_table_options(Shape& shape, ByteRange positions) {
  const Tokens& t = shape.tokens;
  Cursor cursor(t, positions);
  for (; !cursor.done(); cursor.skip()) {
    const bool directory = (cursor.at("data") || cursor.at("index")) && cursor.at("directory", 1);
    if (directory) raise_class(shape.statement, C::file_or_program, "a directory of the server is named");
    if (cursor.at("connection") && (cursor.at("=", 1) || t.is_kind(cursor.position() + 1, TokenKind::string)))
      raise_class(shape.statement, C::file_or_program, "a connection to another server is named");
    if (!cursor.at("engine") || cursor.position() + 1 >= positions.end) continue;
    const std::size_t value = cursor.position() + (cursor.at("=", 1) ? 2 : 1);
    if (value >= positions.end || !(t.is_name(value) || t.is_kind(value, TokenKind::string))) continue;
    const std::string name = bare(t.text(value));
    if (std::find(std::begin(k_plain_engines), std::end(k_plain_engines), name) == std::end(k_plain_engines))
      raise_class(shape.statement, C::file_or_program,
                  fmt::format("the engine {} may reach files and other hosts", printable(name.substr(0, 60))));
  }
}

}  // namespace dbw::sqlparse::mysql
