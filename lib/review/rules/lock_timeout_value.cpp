#include <string>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr double k_lock_wait_seconds_max = 60;

bool is_lock_timeout(std::string_view setting) {
  return setting == "lock_timeout" || setting == "lock_wait_timeout" || setting == "innodb_lock_wait_timeout";
}

/// "300000", "5min", "2s" in seconds; MySQL counts in seconds, PostgreSQL in milliseconds where no unit is written.
double seconds_of(const std::string& value, bool mysql) {
  std::size_t digits = 0;
  while (digits < value.size() && digits < 9 && value[digits] >= '0' && value[digits] <= '9') ++digits;
  if (digits == 0) return 0;
  const double number = std::stod(value.substr(0, digits));
  const std::string unit = value.substr(digits);
  if (unit == "min") return number * 60;
  if (unit == "h") return number * 3600;
  if (unit == "d") return number * 86400;
  if (unit == "us") return number / 1e6;
  return mysql || unit == "s" ? number : number / 1000;
}

void check_lock_timeout_value(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.kind != StatementKind::set || statement.server_wide || !is_lock_timeout(statement.setting)) return;
  if (seconds_of(plain_value(statement), is_mysql(in)) > k_lock_wait_seconds_max)
    out.add(statement.range,
            "a statement may wait more than a minute for its lock, and everything else on the table behind it",
            statement.setting);
}

}  // namespace

constinit const Rule k_rule_lock_timeout_value = {
    .info =
        {
            .id = "lock-timeout-value",
            .category = "locking",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::warning,
            .summary = "SET of lock_timeout, lock_wait_timeout or innodb_lock_wait_timeout to more than a minute.",
            .why = "While a statement waits for a strong lock, every later query on the table queues behind it: a "
                   "minute of waiting is a minute of outage.",
            .instead = "A few seconds, and try again when it fails: SET lock_timeout = '2s'; SET SESSION "
                       "lock_wait_timeout = 5;",
            .sources = "PostgreSQL manual, \"Client Connection Defaults\", lock_timeout; MySQL manual, \"Server System "
                       "Variables\", lock_wait_timeout; MariaDB manual, \"InnoDB System Variables\".",
        },
    .on_statement = check_lock_timeout_value,
    .kinds = {StatementKind::set},
};

}  // namespace dbw::review
