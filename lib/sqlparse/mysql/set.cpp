#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/mysql/shape.hpp"
#include "sqlparse/mysql_names.hpp"

/// SET in all its forms.
namespace dbw::sqlparse::mysql {
namespace {

using C = StatementClass;

constexpr std::string_view k_transaction_settings[] = {
    "autocommit", "completion_type", "tx_isolation", "tx_read_only", "transaction_isolation", "transaction_read_only"};
/// What only an administrator may set, or what hides a session's writes from replicas and logs.
constexpr std::string_view k_admin_settings[] = {"binlog_format",
                                                 "debug",
                                                 "debug_dbug",
                                                 "gtid_domain_id",
                                                 "gtid_next",
                                                 "gtid_seq_no",
                                                 "pseudo_slave_mode",
                                                 "pseudo_thread_id",
                                                 "server_id",
                                                 "sql_log_bin",
                                                 "sql_log_off",
                                                 "skip_replication",
                                                 "timestamp_override",
                                                 "wsrep_on",
                                                 "wsrep_osu_method",
                                                 "proxy_user",
                                                 "external_user",
                                                 "default_master_connection",
                                                 "require_row_format",
                                                 "original_commit_timestamp",
                                                 "immediate_server_version",
                                                 "original_server_version",
                                                 "rbr_exec_mode",
                                                 "secure_timestamp"};
bool holds(const auto& list, std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

std::string bare(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"')) text = text.substr(1, text.size() - 2);
  return to_lower(text);
}

class Setter {
 public:
  Setter(Shape& shape, Cursor cursor) : m_shape(shape), m_statement(shape.statement), m_cursor(cursor) {}

  void run() {
    m_statement.kind = StatementKind::set;
    raise_class(m_statement, C::session, {});
    scan(m_shape, {m_cursor.position(), m_cursor.end()});
    if (m_cursor.done()) return opaque(m_shape, "SET without a setting");
    if (special()) return;
    while (!m_cursor.done()) {
      if (!assignment()) return;
      if (!m_cursor.done() && !m_cursor.take(",")) return opaque(m_shape, "text is left over behind SET");
    }
  }

 private:
  /// Forms that are no list of assignments.
  bool special() {
    if (m_cursor.at("password") && !m_cursor.at(".", 1)) return raised(C::privilege, "a password is set");
    if (m_cursor.at("role") || (m_cursor.at("default") && m_cursor.at("role", 1)))
      return raised(C::privilege, "roles are switched");
    if (m_cursor.at("resource")) return raised(C::admin, "a resource group is set");
    const bool scoped = m_cursor.at("session") || m_cursor.at("local") || m_cursor.at("global");
    if (m_cursor.at("transaction", scoped ? 1 : 0)) {
      if (m_cursor.at("global")) {
        m_statement.server_wide = true;
        return raised(C::admin, "a setting of the server is changed");
      }
      m_statement.setting = "transaction";
      return raised(C::transaction, "the transaction's properties are set");
    }
    return false;
  }

  bool raised(C to, std::string_view why) {
    raise_class(m_statement, to, why);
    return true;
  }

  bool assignment() {
    if (m_cursor.at("names") || m_cursor.at("charset") || (m_cursor.at("character") && m_cursor.at("set", 1)))
      return charset();
    std::string scope;
    std::string name;
    if (m_cursor.at_kind(TokenKind::variable)) {
      m_cursor.step();
    } else if (!system_name(scope, name)) {
      return false;
    }
    if (!m_cursor.take("=") && !m_cursor.take(":=")) return opaque(m_shape, "SET without a value"), false;
    const std::size_t end = m_cursor.part_end();
    if (end == m_cursor.position()) return opaque(m_shape, "SET without a value"), false;
    m_single = end == m_cursor.position() + 1;
    const std::string value = m_single ? m_cursor.text() : m_shape.tokens.source({m_cursor.position(), end});
    m_cursor.move_to(end);
    if (!name.empty()) judge(scope, name, value);
    return true;
  }

  bool system_name(std::string& scope, std::string& name) {
    if (m_cursor.at_kind(TokenKind::system_variable)) {
      name = to_lower(m_cursor.text().substr(2));
      m_cursor.step();
      for (const std::string_view prefix : {"global.", "session.", "local.", "persist.", "persist_only."}) {
        if (name.rfind(prefix, 0) != 0) continue;
        scope = prefix.substr(0, prefix.size() - 1);
        name = name.substr(prefix.size());
        break;
      }
      if (name.find('`') == std::string::npos) return true;
      return opaque(m_shape, "a setting's name in quotes"), false;
    }
    static constexpr std::string_view k_scopes[] = {"global", "session", "local", "persist", "persist_only"};
    if (m_cursor.at_any(k_scopes) && !m_cursor.at("=", 1)) {
      scope = to_lower(m_cursor.text());
      m_cursor.step();
    }
    if (!m_cursor.at_name()) return opaque(m_shape, "SET without a setting"), false;
    name = to_lower(m_cursor.take_name());
    if (m_cursor.take(".")) name += "." + to_lower(m_cursor.take_name());
    return true;
  }

  bool charset() {
    const bool names = m_cursor.take("names");
    if (!names) m_cursor.step(m_cursor.at("character") ? 2 : 1);
    if (m_cursor.done()) return opaque(m_shape, "SET without a value"), false;
    const std::string value = m_cursor.text();
    m_cursor.step();
    if (names && m_cursor.take("collate")) m_cursor.step();
    judge({}, "character_set_client", value);
    m_statement.setting = names ? "names" : "character_set";
    return true;
  }

  void judge(const std::string& scope, const std::string& name, const std::string& value) {
    if (m_statement.setting.empty()) {
      m_statement.setting = name;
      m_statement.setting_value = value;
    }
    if (scope == "global" || scope == "persist" || scope == "persist_only") {
      m_statement.server_wide = true;
      raise_class(m_statement, C::admin, "a setting of the server is changed");
    }
    if (holds(k_transaction_settings, name)) raise_class(m_statement, C::transaction, "transactions are set up anew");
    if (holds(k_admin_settings, name) || name.rfind("wsrep_", 0) == 0 || name.rfind("gtid_", 0) == 0)
      raise_class(m_statement, C::admin, fmt::format("{} is for administrators", name));
    if (name == "character_set_client" && !is_plain_mysql_charset(bare(value)))
      opaque(m_shape, "a character set in which dbw cannot tell where literals end");
    if (name == "sql_mode") sql_mode(value);
  }

  /// ORACLE is another grammar; what is no literal or name may be it.
  void sql_mode(const std::string& value) {
    const std::string mode = to_lower(value);
    const bool plain = m_single && mode.find_first_not_of("abcdefghijklmnopqrstuvwxyz_,'\" ") == std::string::npos;
    if (!plain || mode.find("oracle") != std::string::npos)
      opaque(m_shape, "a sql_mode under which dbw cannot tell what statements mean");
  }

  Shape& m_shape;
  Statement& m_statement;
  Cursor m_cursor;
  bool m_single = true;  ///< the value is one token
};

}  // namespace

void read_set(Shape& shape, Cursor cursor) { Setter(shape, cursor).run(); }

}  // namespace dbw::sqlparse::mysql
