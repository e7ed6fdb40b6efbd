#include "workflow/query_guard.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace dbw::workflow {

void throw_hidden(const std::string& way, std::string_view why) {
  throw Error(ErrorCode::query_hides_effect, fmt::format("the query comes to {}, which {}", printable(way), why));
}

void require_nothing_hidden(db::Session& session, std::string_view query) {
  const sqlparse::ParsedSql parsed = sqlparse::parse(session.engine(), query, {k_sql_bytes_max});
  if (!parsed.read_only() || parsed.statements.size() != 1)
    throw Error(ErrorCode::plan_not_read_only, "what is to be sent is not one read-only statement");
  switch (session.engine()) {
    case Engine::postgresql:
      return require_nothing_hidden_on_postgresql(session, parsed.statements.front());
    case Engine::mysql:
    case Engine::mariadb:
      return require_nothing_hidden_on_mysql(session, parsed);
    case Engine::sqlite:
      return;
  }
}

}  // namespace dbw::workflow
