#pragma once

#include <vector>

#include "base/error.hpp"
#include "model/request.hpp"
#include "sqlparse/statement.hpp"

namespace dbw::plan {

/// Why the step's `batch` or `lock_retries` cannot be had. Nothing for a step that has neither.
void add_batch_refusals(const model::Request& request, const model::RequestStep& step,
                        const sqlparse::ParsedSql& parsed, std::vector<Refusal>& refusals);

}  // namespace dbw::plan
