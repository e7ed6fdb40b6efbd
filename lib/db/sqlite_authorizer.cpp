#include "db/sqlite_authorizer.hpp"

#include <string_view>

#include <fmt/format.h>

#include "base/sqlite_names.hpp"
#include "base/text.hpp"

namespace dbw::db::sqlite {
namespace {

std::string_view text(const char* value) { return value != nullptr ? std::string_view(value) : std::string_view(); }

bool is_ours(std::string_view object) { return to_lower(object.substr(0, 4)) == "dbw_"; }

/// A table of that name stands before SQLite's own, which dbw asks for the schema.
bool is_like_pragma(std::string_view object) { return to_lower(object.substr(0, 7)) == "pragma_"; }

bool is_schema_table(std::string_view table) {
  const std::string name = to_lower(table);
  return name == "sqlite_master" || name == "sqlite_temp_master" || name == "sqlite_schema" ||
         name == "sqlite_temp_schema";
}

bool pragma_is_harmless(std::string_view name, const char* argument) {
  return is_reading_sqlite_pragma(to_lower(name), argument != nullptr, sqlite3_libversion_number());
}

/// In a query only what is known to read: full-text tables call functions that are named in a text or in their rows.
bool function_is_harmless(const std::string& name, bool read_only) {
  if (!read_only) return name != "load_extension" && name != "fts3_tokenizer";
  // What operators stand for has no other name.
  return name == "->" || name == "->>" || name == "match" || sqlite_function(name) != SqliteFunction::unknown;
}

bool is_definition(int action) {
  return (action >= SQLITE_CREATE_INDEX && action <= SQLITE_CREATE_VIEW) || action == SQLITE_ALTER_TABLE ||
         (action >= SQLITE_DROP_INDEX && action <= SQLITE_DROP_VIEW) || action == SQLITE_CREATE_VTABLE ||
         action == SQLITE_DROP_VTABLE;
}

}  // namespace

void Authorizer::start(bool of_request, bool read_only) {
  m_of_request = of_request;
  m_read_only = read_only;
  m_is_ddl = m_is_pragma = m_ends_transaction = false;
  m_row_change = {};
  m_denied.clear();
}

int Authorizer::callback(void* self, int action, const char* first, const char* second, const char*,
                         const char* inside) {
  auto& authorizer = *static_cast<Authorizer*>(self);
  authorizer.note(action, first, inside);
  if (authorizer.m_of_request || authorizer.m_ends_transaction) return authorizer.judge(action, first, second);
  // What dbw's COMMIT or RELEASE makes SQLite compile is the request's: full-text tables write at last then.
  authorizer.m_ends_transaction = action == SQLITE_TRANSACTION || action == SQLITE_SAVEPOINT;
  return SQLITE_OK;
}

void Authorizer::note(int action, const char* first, const char* inside) {
  if (is_definition(action)) m_is_ddl = true;
  if (action == SQLITE_PRAGMA && inside == nullptr) m_is_pragma = true;
  if (!m_row_change.empty() || inside != nullptr || is_schema_table(text(first))) return;
  if (action == SQLITE_INSERT) m_row_change = "INSERT";
  if (action == SQLITE_UPDATE) m_row_change = "UPDATE";
  if (action == SQLITE_DELETE) m_row_change = "DELETE";
}

int Authorizer::deny(std::string what) {
  if (m_denied.empty()) m_denied = std::move(what);
  return SQLITE_DENY;
}

int Authorizer::judge(int action, const char* first, const char* second) {
  const std::string_view object = text(first);
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_ATTACH:
      return deny("ATTACH");
    case SQLITE_DETACH:
      return deny("DETACH");
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      return deny("a transaction statement");
    case SQLITE_PRAGMA:
      return pragma_is_harmless(object, second) ? SQLITE_OK : deny(fmt::format("PRAGMA {}", printable(object)));
    case SQLITE_FUNCTION:
      return function_is_harmless(to_lower(text(second)), m_read_only)
                 ? SQLITE_OK
                 : deny("the function " + printable(text(second)));
    case SQLITE_READ:
      if (to_lower(object) == "sqlite_dbpage") return deny("the database's raw pages");
      return is_ours(object) ? deny("a table of dbw") : SQLITE_OK;
    case SQLITE_INSERT:
    case SQLITE_DELETE:
    case SQLITE_UPDATE:
      // Virtual tables prepare writes of their own while a query is compiled, which the read-only file then refuses; a
      // query that writes is known by what it was compiled to.
      return is_ours(object) ? deny("a table of dbw") : SQLITE_OK;
    case SQLITE_ANALYZE:
    case SQLITE_REINDEX:
      // Without a name they visit every table, ours too, and change nothing in it.
      return m_read_only ? deny("maintenance in a query") : SQLITE_OK;
    default:
      break;
  }
  if (is_ours(object) || is_ours(text(second))) return deny("an object named dbw_*");
  if (is_like_pragma(object)) return deny("an object named pragma_*");
  return m_read_only ? deny("a definition in a query") : SQLITE_OK;
}

}  // namespace dbw::db::sqlite
