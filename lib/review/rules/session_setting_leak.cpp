#include <map>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Settings that change what later SQL means. Timeouts, memory and the like only change how it runs.
bool changes_meaning(std::string_view setting) {
  return setting == "search_path" || setting == "role" || setting == "session_authorization" || setting == "timezone" ||
         setting == "datestyle" || setting == "intervalstyle" || setting == "standard_conforming_strings" ||
         setting == "default_tablespace" || setting == "default_table_access_method" ||
         setting == "default_transaction_isolation" || setting == "default_transaction_read_only" ||
         setting == "session_replication_role" || setting == "row_security";
}

/// RESET ALL leaves the role and the session authorization as they are.
bool outlives_reset_all(const std::string& setting) { return setting == "role" || setting == "session_authorization"; }

/// RESET, SET ... TO DEFAULT, SET ROLE NONE.
bool resets(const Statement& statement) {
  return statement.setting_values.empty() || (statement.setting == "role" && plain_value(statement) == "none");
}

void check_session_setting_leak(const RuleInput& in, Findings& out) {
  if (in.review.executor) return;
  std::map<std::string, ByteRange> open;
  for (const Statement& statement : in.file.parsed.statements) {
    if (statement.kind != StatementKind::set || statement.set_local || statement.server_wide) continue;
    if (statement.needs_no_transaction) open.clear();  // DISCARD ALL
    if (statement.setting == "all") std::erase_if(open, [](const auto& it) { return !outlives_reset_all(it.first); });
    if (!changes_meaning(statement.setting)) continue;
    if (resets(statement))
      open.erase(statement.setting);
    else
      open.insert_or_assign(statement.setting, statement.range);
  }
  for (const auto& [setting, range] : open)
    out.add(range, quoted(setting) + " keeps this value for whatever the session runs next", setting);
}

}  // namespace

constinit const Rule k_rule_session_setting_leak = {
    .info =
        {
            .id = "session-setting-leak",
            .category = "transaction",
            .engines = k_postgresql,
            .severity = model::Severity::warning,
            .summary = "A plain file sets the role, search_path, time zone or another setting that changes what SQL "
                       "means, for the session, and does not reset it. Requests run by dbw end with their session.",
            .why = "Migration runners and poolers go on with the same session: the next file, or another program, "
                   "works as another role or finds other tables under the same names.",
            .instead = "SET LOCAL inside the transaction, or RESET at the end of the file: SET LOCAL search_path = "
                       "app;",
            .sources = "PostgreSQL manual, SET, RESET and DISCARD.",
        },
    .on_file = check_session_setting_leak,
};

}  // namespace dbw::review
