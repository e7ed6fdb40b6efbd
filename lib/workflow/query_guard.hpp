#pragma once

#include <string>
#include <string_view>

#include "db/session.hpp"
#include "sqlparse/statement.hpp"

/// What the text of a query cannot show: a view that calls a function, an overload of a built-in function, an operator,
/// a cast, a check or a policy of somebody's making. Found in the live catalogue, as the account sees it, before the
/// query is sent. Superusers' own work is trusted: functions in C, base types, operator classes.
namespace dbw::workflow {

/// In the query's transaction. `query`: one statement that its text proves to be read-only. Throws
/// Error{query_hides_effect}, naming the object and the way to it; what the catalogue does not show is refused too.
void require_nothing_hidden(db::Session& session, std::string_view query);

// One engine each. SQLite has none: its authorizer sees into views, and denies the PRAGMAs that they run.
void require_nothing_hidden_on_postgresql(db::Session& session, const sqlparse::Statement& query);
void require_nothing_hidden_on_mysql(db::Session& session, const sqlparse::ParsedSql& query);

/// `way`: "view public.a -> function public.f(integer)"; `why`: "is volatile".
[[noreturn]] void throw_hidden(const std::string& way, std::string_view why);

}  // namespace dbw::workflow
