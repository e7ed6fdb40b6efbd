#include "plan/batches.hpp"

#include <fmt/format.h>

#include "sqlparse/batch_frame.hpp"

namespace dbw::plan {
namespace {

using sqlparse::ParsedSql;

std::string brake_problem(const model::Batch& batch, Engine engine) {
  if (batch.lag_max && engine != Engine::postgresql)
    return "lag_max needs PostgreSQL: other primaries do not know how far behind their replicas are";
  if (batch.sessions_max && engine == Engine::sqlite) return "sessions_max needs a server";
  return {};
}

std::string batch_problem(const model::Request& request, const model::RequestStep& step, const ParsedSql& parsed) {
  if (request.kind == model::RequestKind::query) return "a query is read once";
  // An interrupted batch is neither applied nor stopped, and others could overtake it.
  if (request.kind == model::RequestKind::migration) return "a migration is applied as a whole, or stops";
  if (!step.transactional) return "every piece is a transaction; transaction: none does not go with it";
  if (request.mode == model::RequestMode::dry_run) return "pieces are committed one by one, which a dry run never does";
  if (step.rows_min) return "rows_min can only be known when all pieces are committed; rows_max works";
  const std::string problem = sqlparse::why_not_batchable(parsed, step.batch->key);
  return problem.empty() ? brake_problem(*step.batch, parsed.engine) : problem;
}

}  // namespace

void add_batch_refusals(const model::Request& request, const model::RequestStep& step, const ParsedSql& parsed,
                        std::vector<Refusal>& refusals) {
  if (step.lock_retries != 0 && (!step.transactional || request.kind == model::RequestKind::query)) {
    refusals.push_back({ErrorCode::plan_retries_need_transaction,
                        fmt::format("step {}: lock_retries start a transaction of a change over", step.id)});
  }
  if (!step.batch) return;
  const std::string problem = batch_problem(request, step, parsed);
  if (!problem.empty())
    refusals.push_back({ErrorCode::plan_not_batchable, fmt::format("step {}: {}", step.id, problem)});
}

}  // namespace dbw::plan
