#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_timeout(std::string_view setting) {
  return setting == "lock_timeout" || setting == "statement_timeout" || setting == "transaction_timeout" ||
         setting == "idle_in_transaction_session_timeout";
}

bool is_zero(const std::string& value) { return value.find_first_of("123456789") == std::string::npos; }

bool disables_in_postgresql(std::string_view setting, const std::string& value) {
  if (setting == "session_replication_role") return value != "origin";
  if (setting == "row_security" || setting == "check_function_bodies") return is_off(value);
  if (setting == "default_transaction_read_only" || setting == "transaction_read_only") return is_off(value);
  if (setting == "zero_damaged_pages" || setting == "ignore_checksum_failure" || setting == "allow_system_table_mods")
    return is_on(value);
  return is_timeout(setting) && is_zero(value);
}

bool disables_in_sqlite(std::string_view setting, const std::string& value) {
  if (setting == "foreign_keys" || setting == "cell_size_check") return is_off(value);
  if (setting == "ignore_check_constraints" || setting == "writable_schema" || setting == "trusted_schema")
    return is_on(value);
  if (setting == "synchronous" || setting == "journal_mode") return is_off(value) || value == "memory";
  return setting == "query_only" && is_off(value);
}

bool disables_in_mysql(std::string_view setting, const std::string& value) {
  if (setting == "foreign_key_checks" || setting == "unique_checks" || setting == "check_constraint_checks" ||
      setting == "sql_log_bin" || setting == "innodb_strict_mode" || setting == "sql_safe_updates" ||
      setting == "system_versioning_alter_history")
    return is_off(value) || value == "keep";
  // Without a strict mode values that do not fit are cut, and no error says so.
  if (setting == "sql_mode")
    return value.find("strict_") == std::string::npos && value.find("traditional") == std::string::npos;
  return (setting == "lock_wait_timeout" || setting == "innodb_lock_wait_timeout") && is_zero(value);
}

bool disables(Engine engine, std::string_view setting, const std::string& value) {
  if (engine == Engine::mysql || engine == Engine::mariadb) return disables_in_mysql(setting, value);
  return engine == Engine::sqlite ? disables_in_sqlite(setting, value) : disables_in_postgresql(setting, value);
}

/// set_config('search_path', '', ...), as dumps begin: the value is a literal, too.
bool empties_path(const RuleInput& in) {
  const std::size_t at = in.lexemes.seek(0, "set_config");
  return in.statement.setting == "search_path" && in.lexemes.is(at + 1, "(") && in.lexemes.is(at + 3, ",") &&
         in.lexemes.is_kind(at + 4, Lexeme::Kind::string) && in.lexemes[at + 4].text == "''";
}

void check_session_safety_disabled(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  for (const sqlparse::FunctionUse& use : statement.functions) {
    const bool known = !statement.setting.empty() && (!statement.setting_value.empty() || empties_path(in));
    if (use.name.name == "set_config" && !known)
      out.add(statement.range, "set_config() may switch off any setting", "set_config");
  }
  if (statement.setting.empty() || statement.server_wide || statement.kind == StatementKind::show ||
      statement.setting_value.empty() || !disables(in.review.engine, statement.setting, plain_value(statement)))
    return;
  if (statement.kind == StatementKind::pragma && statement.setting == "foreign_keys" && in.facts.in_transaction()) {
    out.add(
        statement.range,
        "inside a transaction PRAGMA foreign_keys does nothing: where foreign keys are on they stay on, and DROP TABLE "
        "deletes the rows first, with what their foreign keys say ON DELETE",
        statement.setting);
    return;
  }
  out.add(statement.range, "setting " + quoted(statement.setting) + " is switched to an unsafe value",
          statement.setting);
}

}  // namespace

constinit const Rule k_rule_session_safety_disabled = {
    .info =
        {
            .id = "session-safety-disabled",
            .category = "security",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "SET or PRAGMA that switches a safety off: foreign keys, triggers, row security, checks of the "
                       "schema, strict sql_mode, the binary log, timeouts; set_config() can do the same.",
            .why = "Rows that break the rules of the schema get in without an error and stay; a session without "
                   "timeouts can hold its locks for ever.",
            .instead = "Leave it on. Load data in an order that satisfies the constraints; use DEFERRABLE constraints "
                       "where the order cannot be chosen.",
            .sources = "PostgreSQL manual, \"Client Connection Defaults\"; SQLite documentation, PRAGMA foreign_keys, "
                       "ignore_check_constraints, writable_schema; MySQL and MariaDB manuals, \"System Variables\".",
        },
    .on_statement = check_session_safety_disabled,
};

}  // namespace dbw::review
