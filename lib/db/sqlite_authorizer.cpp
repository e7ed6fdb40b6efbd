#include "db/sqlite_authorizer.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dbw::db::sqlite {
namespace {

// They read when given a table or index, or nothing.
constexpr std::array<std::string_view, 10> k_schema_pragmas = {
    "foreign_key_check", "foreign_key_list", "index_info", "index_list", "index_xinfo",
    "integrity_check",   "quick_check",      "table_info", "table_list", "table_xinfo"};
// They read when given nothing; with an argument they write.
constexpr std::array<std::string_view, 14> k_value_pragmas = {
    "application_id", "collation_list", "compile_options", "data_version",  "database_list",
    "encoding",       "foreign_keys",   "freelist_count",  "function_list", "journal_mode",
    "page_count",     "page_size",      "schema_version",  "user_version"};

template <typename List>
bool contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::string_view text(const char* value) { return value != nullptr ? std::string_view(value) : std::string_view(); }

bool is_ours(std::string_view object) { return to_lower(object.substr(0, 4)) == "dbw_"; }

bool is_schema_table(std::string_view table) {
  const std::string name = to_lower(table);
  return name == "sqlite_master" || name == "sqlite_temp_master" || name == "sqlite_schema" ||
         name == "sqlite_temp_schema";
}

bool pragma_is_harmless(std::string_view name, const char* argument) {
  const std::string lower = to_lower(name);
  if (contains(k_schema_pragmas, lower)) return !is_ours(text(argument));
  return argument == nullptr && contains(k_value_pragmas, lower);
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
  m_is_ddl = false;
  m_row_change = {};
  m_denied.clear();
}

int Authorizer::callback(void* self, int action, const char* first, const char* second, const char*,
                         const char* inside) {
  auto& authorizer = *static_cast<Authorizer*>(self);
  authorizer.note(action, first, inside);
  return authorizer.m_of_request ? authorizer.judge(action, first, second) : SQLITE_OK;
}

void Authorizer::note(int action, const char* first, const char* inside) {
  if (is_definition(action)) m_is_ddl = true;
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
    case SQLITE_FUNCTION: {
      const std::string name = to_lower(text(second));
      return name == "load_extension" || name == "fts3_tokenizer" ? deny("the function " + name) : SQLITE_OK;
    }
    case SQLITE_READ:
      if (to_lower(object) == "sqlite_dbpage") return deny("the database's raw pages");
      return is_ours(object) ? deny("a table of dbw") : SQLITE_OK;
    case SQLITE_INSERT:
    case SQLITE_DELETE:
    case SQLITE_UPDATE:
      if (is_ours(object)) return deny("a table of dbw");
      // Table functions such as json_each ask for this while they are compiled; query_only keeps it from being done.
      if (m_read_only && action == SQLITE_UPDATE && is_schema_table(object)) return SQLITE_OK;
      return m_read_only ? deny("a write in a query") : SQLITE_OK;
    case SQLITE_ANALYZE:
    case SQLITE_REINDEX:
      // Without a name they visit every table, ours too, and change nothing in it.
      return m_read_only ? deny("maintenance in a query") : SQLITE_OK;
    default:
      break;
  }
  if (is_ours(object) || is_ours(text(second))) return deny("an object named dbw_*");
  return m_read_only ? deny("a definition in a query") : SQLITE_OK;
}

}  // namespace dbw::db::sqlite
