#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "review/rule.hpp"

/// What a statement does to the rows of a table while others wait, and about how long that takes.
namespace dbw::review {

enum class WorkKind {
  scan,         ///< reads every row
  index_build,  ///< reads every row, sorts and writes an index
  rewrite       ///< writes every row, and all indexes, anew
};

struct TableWork {
  sqlparse::ObjectName table;
  WorkKind kind;
  bool blocks_reads;  ///< else writes alone wait
  std::string words;  ///< "CREATE INDEX", "SET NOT NULL"
};

/// The work of one statement that blocks writes on tables older than the change; nothing where it goes on beside them.
std::vector<TableWork> blocking_work(const RuleInput& in);

/// Estimated seconds, rounded up, from the snapshot's sizes; nullopt where the snapshot does not know them.
std::optional<std::int64_t> estimated_seconds(const schema::Relation& table, WorkKind kind);
/// "about 40 s: 8.0 GB at 200 MB/s".
std::string estimate_text(const schema::Relation& table, WorkKind kind);

/// How long others may wait.
std::int64_t wait_budget_seconds(bool production);
/// The rates and budgets of the estimate, a line each.
std::vector<std::string> estimate_terms();

}  // namespace dbw::review
