#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/request.hpp"

/// The first line of a SQL file that says how the file runs as a step of a request:
///
///   -- dbw:step transaction: none; 2 of 3 of 0042_orders.sql, in one request
///   -- dbw:step batch: id=5000,pause=100ms
///
/// Whoever makes a request reads it once, and signs what came of it. Whoever runs the request does not read it; whoever
/// judges it only refuses a line that says otherwise, because people may read it.
namespace dbw::model {

struct StepLine {
  bool transactional = true;  ///< transaction: required | none
  std::optional<Batch> batch;
  friend bool operator==(const StepLine&, const StepLine&) = default;
};

/// nullopt: the file says nothing. Throws Error{step_line_malformed}, also for such a line that is not the first: there
/// it would be overlooked, and a batch run as one statement.
std::optional<StepLine> parse_step_line(std::string_view sql);
/// Some line is one, if only a malformed one, or not the first.
bool has_step_line(std::string_view sql);
/// "transaction: none", "batch: id=5000,pause=100ms".
std::string step_line_text(const StepLine& line);
/// With its line end. `remark` may be empty; it must hold no control characters.
std::string render_step_line(const StepLine& line, std::string_view remark);

/// "id=5000,pause=250ms,lag_max=10s,sessions_max=40": the key and the size, then what else a batch has. nullopt for
/// anything else; of a request `parse_request` asks for more.
std::optional<Batch> parse_batch(std::string_view text);
std::string batch_text(const Batch& batch);

}  // namespace dbw::model
