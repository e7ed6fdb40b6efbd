#pragma once

#include <string_view>

#include "sqlparse/statement.hpp"

/// What is known of a function by its name alone. Only names without schema, or in pg_catalog, can be on the
/// allow-list; a name that is on neither table is procedural: it may do anything.
namespace dbw::sqlparse::postgresql {

struct FunctionFacts {
  bool read_only = false;
  bool constant = false;
  StatementClass statement_class = StatementClass::procedural;
  std::string_view why = {};  ///< empty for unknown and for read-only functions
};

FunctionFacts function_facts(const ObjectName& name);

/// The same for t.name and (expression).name, which call a function of one argument where there is no such column.
/// Read-only but for built-in functions with an effect whose names no column is likely to have.
FunctionFacts attribute_facts(std::string_view name);
/// Types and operators of PostgreSQL 15 itself: no function of a user stands behind them.
bool is_builtin_type(const ObjectName& name);
bool is_builtin_operator(std::string_view name);

/// What changing a server setting amounts to, for SET, RESET and set_config().
struct SettingFacts {
  StatementClass statement_class = StatementClass::session;
  std::string_view why = {};
};
SettingFacts setting_facts(std::string_view lower_name);

}  // namespace dbw::sqlparse::postgresql
