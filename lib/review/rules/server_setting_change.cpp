#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// PRAGMAs that are written into the database file.
bool is_persistent(std::string_view pragma) {
  for (const std::string_view name :
       {"journal_mode", "auto_vacuum", "page_size", "encoding", "application_id", "user_version", "schema_version",
        "incremental_vacuum", "wal_checkpoint", "default_cache_size"}) {
    if (pragma == name) return true;
  }
  return false;
}

void check_server_setting_change(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  const bool pragma =
      statement.kind == StatementKind::pragma && is_persistent(statement.setting) && !statement.setting_value.empty();
  if (!statement.server_wide && statement.kind != StatementKind::alter_system && !pragma) return;
  out.add(statement.range, "setting " + quoted(statement.setting) + " is changed beyond this session",
          statement.setting);
}

}  // namespace

constinit const Rule k_rule_server_setting_change = {
    .info =
        {
            .id = "server-setting-change",
            .category = "security",
            .engines = k_every_engine,
            .severity = model::Severity::block,
            .summary = "A setting that outlives the session: ALTER SYSTEM, ALTER DATABASE or ROLE ... SET, persistent "
                       "PRAGMAs.",
            .why = "It changes every later session, also those of people who never see this request.",
            .instead = "Server settings belong to the repository that configures the server; use SET LOCAL for one "
                       "transaction.",
            .sources = "PostgreSQL manual, \"Setting Parameters\"; SQLite documentation, PRAGMA.",
        },
    .on_statement = check_server_setting_change,
};

}  // namespace dbw::review
