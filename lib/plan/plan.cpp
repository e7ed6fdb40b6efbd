#include "plan/plan.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/step_line.hpp"
#include "plan/batches.hpp"

namespace dbw::plan {
namespace {

using sqlparse::ParsedSql;
using sqlparse::Statement;

/// Settings that the executor fixes for the whole run; request SQL may not move them.
constexpr std::array<std::string_view, 38> k_guarded_settings = {
    "role", "session_authorization", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout",
    "search_path", "standard_conforming_strings", "client_encoding", "names", "backslash_quote",
    "transaction_read_only", "default_transaction_read_only", "transaction_isolation", "default_transaction_isolation",
    "synchronous_commit", "session_replication_role", "row_security", "timezone",
    // MySQL, MariaDB
    "sql_mode", "old_mode", "character_set", "character_set_client", "character_set_connection",
    "character_set_results", "collation_connection", "time_zone", "autocommit", "completion_type", "tx_isolation",
    "tx_read_only", "lock_wait_timeout", "innodb_lock_wait_timeout", "max_statement_time", "max_execution_time",
    "idle_transaction_timeout", "sql_log_bin", "sql_auto_is_null", "sql_select_limit"};

bool is_mysql(Engine engine) { return engine == Engine::mysql || engine == Engine::mariadb; }

/// MySQL, MariaDB: what leaves the transaction open that it runs in. Everything else commits what came before it, or
/// may: definitions, accounts, maintenance, procedures and what cannot be read.
bool stays_in_transaction(const Statement& statement) {
  switch (statement.statement_class) {
    case StatementClass::read:
    case StatementClass::session:
    case StatementClass::dml:
    case StatementClass::file_or_program:
      return true;
    case StatementClass::ddl:
      return statement.temporary;
    default:
      return false;
  }
}

/// Triggers may still do anything; what they do to the session is seen behind the last statement, before COMMIT.
bool is_plain(const Statement& statement) {
  using sqlparse::StatementKind;
  const bool dml = statement.kind == StatementKind::insert || statement.kind == StatementKind::update ||
                   statement.kind == StatementKind::delete_;
  const bool rows_only = dml && statement.statement_class == StatementClass::dml;
  const bool known_functions = std::all_of(statement.functions.begin(), statement.functions.end(),
                                           [](const sqlparse::FunctionUse& use) { return use.read_only; });
  return rows_only && known_functions;
}

/// A resume has the SQL of what stopped, and may go on at another pace.
bool contradicts(const model::StepLine& line, const model::RequestStep& step, bool resume) {
  if (resume && line.batch && step.batch) return line.batch->key != step.batch->key;
  return line != model::StepLine{step.transactional, step.batch};
}

/// People who approve read the line; what runs is the step.
void add_step_line_refusals(const model::Request& request, const model::RequestStep& step, std::string_view sql,
                            std::vector<Refusal>& refusals) {
  try {
    const std::optional<model::StepLine> line = model::parse_step_line(sql.substr(0, sql.find('\n')));
    if (!line || !contradicts(*line, step, request.resumes.has_value())) return;
    refusals.push_back(
        {ErrorCode::step_line_contradicts,
         fmt::format("{}:1: the line says {}, and step {} runs as {}", step.sql.path, model::step_line_text(*line),
                     step.id, model::step_line_text({step.transactional, step.batch}))});
  } catch (Error& error) {
    refusals.push_back(error.at(step.sql.path).refusal());
  }
}

class Checker {
 public:
  Checker(const model::Request& request, std::vector<Refusal>& refusals) : m_request(request), m_refusals(refusals) {}

  void check(const model::RequestStep& step, const ParsedSql& parsed) {
    for (const Statement& statement : parsed.statements) check(step, parsed, statement);
  }

 private:
  void refuse(ErrorCode code, const model::RequestStep& step, const ParsedSql& parsed, const Statement& statement,
              std::string_view what) {
    const auto place = sqlparse::line_column(parsed.sql, statement.range.start);
    m_refusals.push_back({code, fmt::format("{}:{}:{}: {}", step.sql.path, place.line, place.column, what)});
  }

  void check(const model::RequestStep& step, const ParsedSql& parsed, const Statement& statement) {
    const bool query = m_request.kind == model::RequestKind::query;
    if (query && !statement.read_only) {
      refuse(ErrorCode::plan_not_read_only, step, parsed, statement,
             statement.reason.empty() ? "this statement is not proven read-only"
                                      : "not proven read-only: " + printable(statement.reason));
    }
    if (statement.statement_class == StatementClass::transaction) {
      refuse(ErrorCode::plan_transaction_control, step, parsed, statement,
             statement.reason.empty() ? "transaction control is the executor's" : printable(statement.reason));
    }
    if (statement.needs_no_transaction && step.transactional) {
      refuse(ErrorCode::plan_needs_no_transaction, step, parsed, statement,
             "this statement cannot run inside a transaction");
    }
    if (is_mysql(parsed.engine) && step.transactional && !query &&
        statement.statement_class != StatementClass::transaction && !stays_in_transaction(statement)) {
      refuse(ErrorCode::plan_needs_no_transaction, step, parsed, statement,
             "on MySQL and MariaDB this statement commits, or may commit, what came before it");
    }
    check_setting(step, parsed, statement);
    check_objects(step, parsed, statement);
  }

  void check_setting(const model::RequestStep& step, const ParsedSql& parsed, const Statement& statement) {
    if (statement.statement_class != StatementClass::session || statement.server_wide) return;
    const std::string name = to_lower(statement.setting);
    const bool guarded =
        std::find(k_guarded_settings.begin(), k_guarded_settings.end(), name) != k_guarded_settings.end();
    if (guarded || name.empty() || name == "all") {
      refuse(ErrorCode::plan_guard_setting, step, parsed, statement,
             fmt::format("{} is fixed by the executor for the whole run",
                         name.empty() ? "this session state" : printable(name)));
    }
  }

  void check_objects(const model::RequestStep& step, const ParsedSql& parsed, const Statement& statement) {
    for (const sqlparse::ObjectUse& use : statement.objects) {
      const std::string schema = to_lower(use.name.schema);
      const std::string name = to_lower(use.name.name);
      const bool ours = schema == "dbw" || (use.kind == sqlparse::ObjectKind::schema && name == "dbw") ||
                        (parsed.engine == Engine::sqlite && name.starts_with("dbw_")) || is_ledger(parsed, use);
      if (ours) {
        refuse(ErrorCode::plan_own_objects, step, parsed, statement,
               fmt::format("{} belongs to dbw itself", printable(use.name.text())));
        return;
      }
    }
    for (const sqlparse::FunctionUse& use : statement.functions) {
      const std::string schema = to_lower(use.name.schema);
      if (schema == "dbw" || (is_mysql(parsed.engine) && schema.starts_with("dbw_"))) {
        refuse(ErrorCode::plan_own_objects, step, parsed, statement,
               fmt::format("{} belongs to dbw itself", printable(use.name.text())));
        return;
      }
    }
  }

  /// MySQL, MariaDB: databases dbw_<database>.
  static bool is_ledger(const ParsedSql& parsed, const sqlparse::ObjectUse& use) {
    if (!is_mysql(parsed.engine)) return false;
    const bool whole = use.kind == sqlparse::ObjectKind::schema || use.kind == sqlparse::ObjectKind::database;
    return to_lower(use.name.schema).starts_with("dbw_") || (whole && to_lower(use.name.name).starts_with("dbw_"));
  }

  const model::Request& m_request;
  std::vector<Refusal>& m_refusals;
};

}  // namespace

std::string_view PlannedStep::text(const PlannedStatement& statement) const {
  return std::string_view(sql).substr(statement.range.start, statement.range.end - statement.range.start);
}

std::optional<model::Resumption> Plan::resumed_by(const PlannedStep& step) const {
  return steps.front().id == step.id ? resumes : std::nullopt;
}

std::vector<Refusal> check_runnable(const model::Request& request, const std::vector<ParsedSql>& parsed) {
  std::vector<Refusal> refusals;
  Checker checker(request, refusals);
  for (std::size_t i = 0; i < parsed.size(); ++i) {
    const model::RequestStep& step = request.steps.at(i);
    if (parsed[i].statements.empty()) {
      refusals.push_back({ErrorCode::plan_no_statement, fmt::format("{}: holds no statement", step.sql.path)});
    }
    if (!step.transactional && request.mode == model::RequestMode::dry_run) {
      refusals.push_back(
          {ErrorCode::plan_dry_run_impossible,
           fmt::format("step {}: a dry run is rolled back, which transaction: none does not allow", step.id)});
    }
    if (!step.transactional && parsed[i].engine == Engine::sqlite) {
      refusals.push_back({ErrorCode::plan_sqlite_transaction,
                          fmt::format("step {}: every step on SQLite is one transaction", step.id)});
    }
    if (request.kind == model::RequestKind::query && (step.rows_min || step.rows_max)) {
      refusals.push_back({ErrorCode::plan_guard_needs_transaction,
                          fmt::format("step {}: row guards are for changes; a query has max_rows", step.id)});
    }
    if (!step.transactional && (step.rows_min || step.rows_max)) {
      refusals.push_back(
          {ErrorCode::plan_guard_needs_transaction,
           fmt::format("step {}: row guards roll back, which transaction: none does not allow", step.id)});
    }
    checker.check(step, parsed[i]);
    add_step_line_refusals(request, step, parsed[i].sql, refusals);
    add_batch_refusals(request, step, parsed[i], refusals);
  }
  if (request.kind == model::RequestKind::query && request.mode == model::RequestMode::dry_run) {
    refusals.push_back({ErrorCode::plan_dry_run_impossible,
                        "a query changes nothing, and a dry run of it would show its rows all the same"});
  }
  if (request.kind != model::RequestKind::query && request.mode == model::RequestMode::dry_run &&
      request.steps.size() > 1) {
    refusals.push_back({ErrorCode::plan_dry_run_impossible,
                        "a dry run is one step: each is rolled back, so the next would not find what it builds on"});
  }
  if (request.kind == model::RequestKind::query && (request.steps.size() != 1 || parsed.at(0).statements.size() > 1)) {
    refusals.push_back({ErrorCode::plan_one_query, "a query is exactly one statement"});
  }
  return refusals;
}

Plan make_plan(const model::Request& request, const std::vector<ParsedSql>& parsed, const model::Limits& limits) {
  Plan plan;
  plan.kind = request.kind;
  plan.mode = request.mode;
  plan.migration = request.migration;
  plan.resumes = request.resumes;
  plan.rows_max = limits.max_rows;
  plan.bytes_max = limits.result_bytes;
  if (request.results) {
    plan.rows_max = std::min(plan.rows_max, request.results->max_rows.value_or(plan.rows_max));
    plan.bytes_max = std::min(plan.bytes_max, request.results->max_bytes.value_or(plan.bytes_max));
  }
  for (std::size_t i = 0; i < parsed.size(); ++i) {
    const model::RequestStep& step = request.steps.at(i);
    plan.engine = parsed[i].engine;
    PlannedStep planned{.id = step.id,
                        .path = step.sql.path,
                        .sql = parsed[i].sql,
                        .transactional = step.transactional,
                        .statement_timeout = std::min(limits.statement_timeout,
                                                      step.statement_timeout.value_or(limits.statement_timeout)),
                        .lock_timeout = std::min(limits.lock_timeout, step.lock_timeout.value_or(limits.lock_timeout)),
                        .rows_min = step.rows_min,
                        .rows_max = step.rows_max,
                        .statements = {},
                        .lock_retries = step.lock_retries,
                        .batch = step.batch};
    for (const Statement& statement : parsed[i].statements)
      planned.statements.push_back({statement.range, statement.statement_class, is_plain(statement)});
    if (step.batch && !parsed[i].statements.empty())
      planned.frame = sqlparse::batch_frame(parsed[i].engine, parsed[i].sql, parsed[i].statements.front());
    plan.steps.push_back(std::move(planned));
  }
  return plan;
}

}  // namespace dbw::plan
