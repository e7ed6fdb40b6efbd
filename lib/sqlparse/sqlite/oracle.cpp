#include "sqlparse/sqlite/oracle.hpp"

#include <sqlite3.h>

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/sqlite_names.hpp"
#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/sqlite/functions.hpp"

namespace dbw::sqlparse::sqlite {
namespace {

// Applying DDL to empty tables takes some hundred virtual machine steps; this bounds CREATE TABLE ... AS over endless
// recursion.
constexpr int k_vm_steps_max = 100'000;

/// Of a text or blob. Some functions take the product of two lengths.
constexpr int k_value_bytes_max = 100'000;

struct StatementCloser {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, StatementCloser>;

struct Heard {
  StatementClass strongest = StatementClass::read;
  std::string what;
  std::vector<ObjectUse> objects;

  void raise(StatementClass to, std::string found) {
    if (to <= strongest) return;
    strongest = to;
    what = std::move(found);
  }
};

bool is_internal(const char* name) { return name == nullptr || std::string_view(name).substr(0, 7) == "sqlite_"; }

void hear_rows(Heard& heard, Access access, const char* table) {
  if (is_internal(table)) return;
  heard.objects.push_back({ObjectKind::table, {{}, table}, access});
  if (access == Access::write) heard.raise(StatementClass::dml, fmt::format("SQLite reports a write to {}", table));
}

int hear_function(Heard& heard, const char* name) {
  // ALTER TABLE is carried out with internal functions of this prefix, which SQL cannot call.
  if (is_internal(name)) return SQLITE_OK;
  const FunctionFacts facts = function_facts(to_lower(name));
  if (!facts.read_only)
    heard.raise(facts.statement_class, fmt::format("function {} is not known to be read-only", name));
  return facts.statement_class == StatementClass::file_or_program ? SQLITE_DENY : SQLITE_OK;
}

/// PRAGMA, ATTACH and their kind take effect while being prepared, or outside the throw-away database: denied.
int authorize(void* data, int action, const char* first, const char* second, const char*, const char*) {
  Heard& heard = *static_cast<Heard*>(data);
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_READ:
      hear_rows(heard, Access::read, first);
      return SQLITE_OK;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
      hear_rows(heard, Access::write, first);
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return hear_function(heard, second);
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      heard.raise(StatementClass::transaction, "SQLite reports transaction control");
      return SQLITE_DENY;
    case SQLITE_PRAGMA:
      heard.raise(StatementClass::admin, "SQLite reports a PRAGMA");
      return SQLITE_DENY;
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
      heard.raise(StatementClass::file_or_program, "SQLite reports ATTACH or DETACH");
      return SQLITE_DENY;
    default:
      heard.raise(StatementClass::ddl, "SQLite reports a change of the schema");
      return SQLITE_OK;
  }
}

int stop_after_steps(void* data) {
  int& left = *static_cast<int*>(data);
  return --left < 0 ? 1 : 0;
}

/// Steps DDL so that later statements find its objects; a failure only leaves them unknown.
void apply(sqlite3* handle, sqlite3_stmt* statement) {
  int thousands = k_vm_steps_max / 1000;
  sqlite3_progress_handler(handle, 1000, stop_after_steps, &thousands);
  sqlite3_step(statement);
  sqlite3_progress_handler(handle, 0, nullptr, nullptr);
}

bool is_syntax_error(std::string_view message) {
  for (const std::string_view part :
       {"syntax error", "unrecognized token", "incomplete input", "parser stack overflow", "too big", "too large"}) {
    if (message.find(part) != std::string_view::npos) return true;
  }
  return false;
}

bool changes_schema(StatementKind kind) {
  using K = StatementKind;
  return kind == K::create_table || kind == K::create_table_as || kind == K::create_index || kind == K::create_view ||
         kind == K::create_trigger || kind == K::alter_table || kind == K::drop;
}

bool holds(const std::vector<ObjectUse>& objects, const ObjectUse& wanted) {
  return std::any_of(objects.begin(), objects.end(), [&](const ObjectUse& use) {
    return to_lower(use.name.name) == to_lower(wanted.name.name) &&
           (use.access == wanted.access || wanted.access == Access::read);
  });
}

}  // namespace

void Oracle::Closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Oracle::Oracle(const std::string& schema_sql) {
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  m_handle.reset(handle);
  if (opened != SQLITE_OK) throw Error(ErrorCode::sql_parser_unavailable, "SQLite opens no database in memory");
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA,
                    needs_trusted_sqlite_schema(sqlite3_libversion_number()) ? 1 : 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, static_cast<int>(k_statement_bytes_max) + 1);
  // The text of a statement is read before it is parsed; what functions make is not bounded by steps.
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, k_value_bytes_max);
  const char* rest = schema_sql.c_str();
  while (rest != nullptr && *rest != '\0') {
    Heard heard;
    sqlite3_set_authorizer(handle, authorize, &heard);
    sqlite3_stmt* statement = nullptr;
    const char* tail = nullptr;
    if (sqlite3_prepare_v3(handle, rest, -1, 0, &statement, &tail) == SQLITE_OK && statement != nullptr)
      apply(handle, statement);
    const Prepared owner(statement);
    rest = tail == rest ? nullptr : tail;
  }
  sqlite3_set_authorizer(handle, nullptr, nullptr);
}

std::optional<std::string> Oracle::check(Statement& statement, std::string_view text) {
  Heard heard;
  sqlite3_set_authorizer(m_handle.get(), authorize, &heard);
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int result = sqlite3_prepare_v3(m_handle.get(), text.data(), static_cast<int>(text.size()), 0, &raw, &tail);
  const Prepared prepared(raw);
  const std::string message = result == SQLITE_OK ? std::string() : sqlite3_errmsg(m_handle.get());
  const std::size_t read =
      result == SQLITE_OK && tail != nullptr ? static_cast<std::size_t>(tail - text.data()) : text.size();
  const bool explained = statement.kind == StatementKind::explain;
  if (!explained) raise_class(statement, heard.strongest, heard.what);
  // DDL is carried out by rows that disappear; its own objects are known from its text.
  if (changes_schema(statement.kind)) heard.objects.clear();
  for (ObjectUse& use : heard.objects) {
    if (explained) use.access = Access::read;
    if (!holds(statement.objects, use)) statement.objects.push_back(std::move(use));
  }
  if (statement.statement_class != StatementClass::read) statement.read_only = false;
  if (result == SQLITE_OK && prepared && changes_schema(statement.kind) && read == text.size())
    apply(m_handle.get(), raw);
  sqlite3_set_authorizer(m_handle.get(), nullptr, nullptr);
  if (is_syntax_error(message)) return message;
  if (read != text.size()) return std::string("SQLite ends this statement earlier");
  return std::nullopt;
}

}  // namespace dbw::sqlparse::sqlite
