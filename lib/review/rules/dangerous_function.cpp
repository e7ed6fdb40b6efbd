#include <string_view>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_dangerous_postgresql(std::string_view name) {
  for (const std::string_view known : {"pg_sleep",
                                       "pg_sleep_for",
                                       "pg_sleep_until",
                                       "pg_terminate_backend",
                                       "pg_cancel_backend",
                                       "pg_advisory_lock",
                                       "pg_advisory_lock_shared",
                                       "pg_try_advisory_lock",
                                       "pg_reload_conf",
                                       "pg_rotate_logfile",
                                       "pg_promote",
                                       "pg_switch_wal",
                                       "pg_drop_replication_slot",
                                       "dblink",
                                       "dblink_exec",
                                       "dblink_connect",
                                       "dblink_send_query",
                                       "query_to_xml",
                                       "query_to_xml_and_xmlschema",
                                       "cursor_to_xml"}) {
    if (name == known) return true;
  }
  return false;
}

bool is_dangerous_mysql(std::string_view name) {
  for (const std::string_view known : {"sleep", "benchmark", "get_lock", "master_pos_wait", "source_pos_wait",
                                       "wait_for_executed_gtid_set", "master_gtid_wait"}) {
    if (name == known) return true;
  }
  return false;
}

void check_dangerous_function(const RuleInput& in, Findings& out) {
  if (repeats_its_body(in)) return;
  for (const sqlparse::FunctionUse& use : in.statement.functions) {
    if (!use.name.schema.empty() && use.name.schema != "pg_catalog" && use.name.schema != "public") continue;
    if (is_mysql(in) ? is_dangerous_mysql(use.name.name) : is_dangerous_postgresql(use.name.name))
      out.add(in.statement.range, use.name.name + "() reaches beyond the rows of the statement", use.name.name);
  }
}

}  // namespace

constinit const Rule k_rule_dangerous_function = {
    .info =
        {
            .id = "dangerous-function",
            .category = "security",
            .engines = k_postgresql | k_mysql,
            .revision = 2,
            .severity = model::Severity::error,
            .summary =
                "A call of a function that waits, ends other sessions, takes session locks, controls the server, "
                "runs SQL from a text or speaks to another database: pg_sleep, pg_terminate_backend, "
                "pg_advisory_lock, dblink, query_to_xml, SLEEP, BENCHMARK, GET_LOCK ...",
            .why = "It keeps a connection and its locks for as long as it likes, cuts off the sessions of others, or "
                   "does what no rule has seen.",
            .instead =
                "Leave it out; what the server needs belongs to its administrators. For a lock that ends with the "
                "transaction: pg_advisory_xact_lock.",
            .sources =
                "PostgreSQL manual, \"System Administration Functions\", \"XML Functions\" and dblink; MySQL manual, "
                "\"Locking Functions\" and \"Information Functions\".",
        },
    .on_statement = check_dangerous_function,
};

}  // namespace dbw::review
