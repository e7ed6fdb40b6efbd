#pragma once

#include <string_view>
#include <vector>

#include "sqlparse/statement.hpp"

/// The parsers behind parse(), one namespace and folder each.
namespace dbw::sqlparse {

namespace postgresql {
std::vector<ParsedSql> parse_all(const std::vector<std::string_view>& texts, const ParseOptions& options);
}
namespace mysql {
/// Engine::mysql or Engine::mariadb.
ParsedSql parse(Engine engine, std::string_view sql, const ParseOptions& options);
}  // namespace mysql
namespace sqlite {
ParsedSql parse(std::string_view sql, const ParseOptions& options);
}

/// A statement that no parser could read: kind unreadable, class opaque.
Statement unreadable_statement(ByteRange range, std::string reason);

/// Raises, never lowers, the class; the reason stays that of the strongest finding.
void raise_class(Statement& statement, StatementClass to, std::string_view reason);

/// The checks that precede any parsing: size, invalid UTF-8, control and hidden characters. True when the text may be
/// parsed; else `parsed` holds the problem, and one unreadable statement over all of it.
bool check_bytes(ParsedSql& parsed, const ParseOptions& options);

/// Makes every statement that a problem touches opaque, so that a reader of one statement sees it too.
void spread_problems(ParsedSql& parsed);

}  // namespace dbw::sqlparse
