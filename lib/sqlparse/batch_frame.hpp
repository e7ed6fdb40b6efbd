#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sqlparse/statement.hpp"

namespace dbw::sqlparse {

/// An UPDATE or DELETE of one table, opened up at the place where one more condition goes.
struct BatchFrame {
  std::string table;                  ///< as written, with schema and ONLY; without alias
  std::string head;                   ///< everything before WHERE
  std::string condition;              ///< behind WHERE, as written; empty: there is none
  std::vector<std::string> assigned;  ///< UPDATE: the columns that it sets, without quotes, in lower case
  std::string refusal;                ///< why it cannot be opened up; empty: it can

  /// The statement for the rows that also meet `more`, a condition in the engine's SQL.
  std::string narrowed(std::string_view more) const;
};

/// Of one statement of a text that was parsed. What it does not know for sure it refuses: joins, WITH, RETURNING,
/// ORDER BY, LIMIT, modifiers, executable comments.
BatchFrame batch_frame(Engine engine, std::string_view sql, const Statement& statement);

/// Why the text cannot run piece by piece along the column `key_name`, as far as the text says; empty: it can. That
/// what the narrowing makes is still the statement of the text is found out by parsing it.
std::string why_not_batchable(const ParsedSql& parsed, std::string_view key_name);
/// Letters, digits, underscores and dollars of ASCII: names that compare the same way for every engine.
bool is_plain_name(std::string_view name);

}  // namespace dbw::sqlparse
