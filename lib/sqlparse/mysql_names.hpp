#pragma once

#include <set>
#include <string_view>

#include "sqlparse/statement.hpp"

namespace dbw::sqlparse {

/// Whatever in a text of MySQL or MariaDB may name an object, by its place between the tokens alone: each word or
/// quoted name, and each two with a dot between them. Far more than parse() reports, and nothing that it could
/// overlook, because no grammar is asked.
struct MysqlNames {
  std::set<ObjectName> relations;  ///< keywords, columns and aliases are among them
  std::set<ObjectName> called;     ///< those that a parenthesis follows
  std::set<std::string> quoted;    ///< in backticks
};
/// In all ways in which a server may read the text, as parse() does.
MysqlNames mysql_names(Engine engine, std::string_view sql);

/// Servers keep a view's text twice, and print names of WITH into both as they are and literals otherwise: where such a
/// name ends inside a literal, quoted name or comment, one text says what the other does not. Behind each name of WITH
/// stands ` as (`: some such text does not stand between tokens. Or there is a comment, and servers write none.
bool may_read_otherwise(Engine engine, std::string_view view_text);

/// Of a view's text the names that WITH defines for each place where they stand without a dot.
std::set<std::string> names_of_with(Engine engine, std::string_view view_text);

/// No byte of another character looks like a quote or a backslash in it, and ASCII is ASCII.
bool is_plain_mysql_charset(std::string_view lower_name);

}  // namespace dbw::sqlparse
