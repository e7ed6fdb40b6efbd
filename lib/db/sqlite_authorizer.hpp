#pragma once

#include <string>

#include <sqlite3.h>

namespace dbw::db::sqlite {

/// Decides, while SQLite compiles a statement, what the statement may do; and notes what it does. One per connection.
class Authorizer {
 public:
  /// Before each statement: `of_request` false lets it pass, and judges what it makes SQLite compile if it ends a
  /// transaction or savepoint.
  void start(bool of_request, bool read_only);
  /// What the statement was refused for; empty if nothing.
  const std::string& denied() const { return m_denied; }
  bool is_pragma() const { return m_is_pragma; }
  /// "INSERT", "UPDATE" or "DELETE" where the statement itself (not a trigger) changes rows of a table; "" otherwise.
  std::string_view row_change() const { return m_is_ddl ? std::string_view() : m_row_change; }

  /// For sqlite3_set_authorizer, with the object as its argument.
  static int callback(void* self, int action, const char* first, const char* second, const char* schema,
                      const char* inside);

 private:
  void note(int action, const char* first, const char* inside);
  int deny(std::string what);
  int judge(int action, const char* first, const char* second);

  bool m_of_request = true;
  bool m_read_only = false;
  bool m_is_ddl = false;
  bool m_is_pragma = false;
  bool m_ends_transaction = false;
  std::string_view m_row_change;
  std::string m_denied;
};

}  // namespace dbw::db::sqlite
