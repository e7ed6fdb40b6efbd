#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/request.hpp"
#include "model/trust_documents.hpp"
#include "sqlparse/batch_frame.hpp"
#include "sqlparse/statement.hpp"

/// plan turns an approved request into what the executor will do, statement by statement. It connects to nothing and
/// judges neither people nor risk: only whether the executor could run this SQL and still keep its guarantees.
namespace dbw::plan {

struct PlannedStatement {
  ByteRange range;  ///< of the step's SQL
  StatementClass statement_class = StatementClass::opaque;
  bool plain = false;  ///< leaves session and transaction alone: the next may be sent before it has answered
};

struct PlannedStep {
  std::string id;
  std::string path;
  std::string sql;  ///< the signed bytes
  bool transactional = true;
  Seconds statement_timeout{0};
  Seconds lock_timeout{0};
  std::optional<std::int64_t> rows_min, rows_max;
  std::vector<PlannedStatement> statements;
  std::int64_t lock_retries = 0;
  std::optional<model::Batch> batch;
  sqlparse::BatchFrame frame = {};  ///< of a batched step
  std::string_view text(const PlannedStatement& statement) const;
};

struct Plan {
  model::RequestKind kind = model::RequestKind::change;
  model::RequestMode mode = model::RequestMode::apply;
  Engine engine = Engine::postgresql;
  std::vector<PlannedStep> steps;
  std::int64_t rows_max = 0;  ///< of a query's result
  std::int64_t bytes_max = 0;
  std::optional<model::Migration> migration;
  std::optional<model::Resumption> resumes;
  /// What the step goes on with: `resumes`, for the first step.
  std::optional<model::Resumption> resumed_by(const PlannedStep& step) const;
};

/// Why the executor will not run this, whoever approves it: transaction control, our own guards touched, not proven
/// read-only where it must be, a dry run that cannot be undone. `parsed[i]` belongs to request.steps[i]. Codes plan_...
/// of block 09xx.
std::vector<Refusal> check_runnable(const model::Request& request, const std::vector<sqlparse::ParsedSql>& parsed);

/// Timeouts and bounds are the smaller of request and policy.
Plan make_plan(const model::Request& request, const std::vector<sqlparse::ParsedSql>& parsed,
               const model::Limits& limits);

}  // namespace dbw::plan
