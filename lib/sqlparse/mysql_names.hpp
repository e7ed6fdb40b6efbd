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
};
/// In all ways in which a server may read the text, as parse() does.
MysqlNames mysql_names(Engine engine, std::string_view sql);

/// No byte of another character looks like a quote or a backslash in it, and ASCII is ASCII.
bool is_plain_mysql_charset(std::string_view lower_name);

}  // namespace dbw::sqlparse
