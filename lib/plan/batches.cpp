#include "plan/batches.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "sqlparse/batch_frame.hpp"

namespace dbw::plan {
namespace {

using sqlparse::ParsedSql;
using sqlparse::Statement;

/// What narrowing made must still be the statement that was reviewed, but for the added condition.
bool is_same_statement(const ParsedSql& original, const sqlparse::BatchFrame& frame) {
  const ParsedSql narrowed = sqlparse::parse(original.engine, frame.narrowed("1 = 1"), {.bytes_max = k_sql_bytes_max});
  if (!narrowed.problems.empty() || narrowed.statements.size() != 1) return false;
  const Statement& before = original.statements.front();
  const Statement& after = narrowed.statements.front();
  const auto same_use = [](const sqlparse::ObjectUse& a, const sqlparse::ObjectUse& b) {
    return a.kind == b.kind && a.name == b.name && a.access == b.access;
  };
  return before.kind == after.kind && before.statement_class == after.statement_class &&
         before.target == after.target &&
         std::equal(before.objects.begin(), before.objects.end(), after.objects.begin(), after.objects.end(), same_use);
}

/// Names that compare the same way for every engine.
bool is_plain_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
  });
}

bool reads_itself(const sqlparse::BatchFrame& frame, const Statement& statement) {
  const std::string words = to_lower(frame.head + " " + frame.condition);
  if (words.find("select") == std::string::npos && words.find("table") == std::string::npos) return false;
  return std::any_of(statement.objects.begin(), statement.objects.end(), [&](const sqlparse::ObjectUse& use) {
    return use.access == sqlparse::Access::read && to_lower(use.name.name) == to_lower(statement.target.name);
  });
}

std::string frame_problem(const model::RequestStep& step, const ParsedSql& parsed) {
  const sqlparse::BatchFrame frame = sqlparse::batch_frame(parsed.engine, parsed.sql, parsed.statements.front());
  if (!frame.refusal.empty()) return frame.refusal;
  const std::string key = to_lower(step.batch->key);
  if (!is_plain_name(key)) return "the key's name has characters that spellings may differ in";
  for (const std::string& name : frame.assigned) {
    const bool rowid = parsed.engine == Engine::sqlite && (name == "rowid" || name == "oid" || name == "_rowid_");
    if (name == key || rowid)
      return fmt::format("the statement sets {}, so rows would move between the pieces", printable(name));
    if (!is_plain_name(name)) return "the statement sets a column whose name has unusual characters";
  }
  if (reads_itself(frame, parsed.statements.front()))
    return "the statement reads its own table in a subquery, which sees other rows in every piece";
  if (!is_same_statement(parsed, frame)) return "the statement cannot be narrowed safely";
  return {};
}

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
  if (parsed.statements.size() != 1 || !parsed.problems.empty()) return "it needs exactly one statement";
  const std::string problem = frame_problem(step, parsed);
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
