#include "model/step_line.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw::model {
namespace {

constexpr std::string_view k_step_words = "dbw:step";
constexpr std::string_view k_transaction_words = "transaction:";
constexpr std::string_view k_batch_words = "batch:";

/// What stands behind "-- dbw:step"; nullopt: it is another line.
std::optional<std::string_view> behind_step_words(std::string_view line) {
  line = trim(line);
  if (!line.starts_with("--")) return std::nullopt;
  line = trim(line.substr(2));
  if (!line.starts_with(k_step_words)) return std::nullopt;
  return line.substr(k_step_words.size());
}

Error malformed_line(std::size_t number, std::string_view what) {
  return Error(ErrorCode::step_line_malformed, fmt::format("line {}: {}", number, what));
}

/// nullopt where it is none.
std::optional<StepLine> read_how(std::string_view how) {
  if (how.starts_with(k_transaction_words)) {
    const std::string_view value = trim(how.substr(k_transaction_words.size()));
    if (value != "none" && value != "required") return std::nullopt;
    return StepLine{value == "required", std::nullopt};
  }
  if (!how.starts_with(k_batch_words)) return std::nullopt;
  std::optional<Batch> batch = parse_batch(trim(how.substr(k_batch_words.size())));
  if (!batch) return std::nullopt;
  return StepLine{true, std::move(batch)};
}

std::optional<std::int64_t> count_of(std::string_view text) {
  const std::optional<std::int64_t> value = parse_decimal(text);
  return value && *value >= 1 && *value <= k_batch_size_max ? value : std::nullopt;
}

/// False where the batch has no such part, or not with that value.
bool take_part(Batch& batch, std::string_view name, const std::string& value) {
  if (name == "pause") {
    batch.pause = parse_pause(value);
    return batch.pause <= k_batch_pause_max;
  }
  if (name == "lag_max") {
    batch.lag_max = parse_duration(value);
    return true;
  }
  if (name != "sessions_max") return false;
  batch.sessions_max = count_of(value);
  return batch.sessions_max.has_value();
}

}  // namespace

std::optional<StepLine> parse_step_line(std::string_view sql) {
  std::optional<StepLine> out;
  std::size_t number = 0;
  for (const std::string_view line : split_lines(sql)) {
    ++number;
    const std::optional<std::string_view> rest = behind_step_words(line);
    if (!rest) continue;
    if (number != 1) throw malformed_line(number, "\"dbw:step\" counts in the first line only");
    const std::string_view how = trim(rest->substr(0, rest->find(';')));
    const bool apart = rest->empty() || rest->front() == ' ' || rest->front() == '\t';
    if (apart) out = read_how(how);
    if (!out) throw malformed_line(number, fmt::format("\"{}\" does not say how a step runs", printable(how)));
  }
  return out;
}

bool has_step_line(std::string_view sql) {
  const std::vector<std::string_view> lines = split_lines(sql);
  return std::any_of(lines.begin(), lines.end(),
                     [](std::string_view line) { return behind_step_words(line).has_value(); });
}

std::string step_line_text(const StepLine& line) {
  if (line.batch) return fmt::format("{} {}", k_batch_words, batch_text(*line.batch));
  return fmt::format("{} {}", k_transaction_words, line.transactional ? "required" : "none");
}

std::string render_step_line(const StepLine& line, std::string_view remark) {
  return fmt::format("-- {} {}{}{}\n", k_step_words, step_line_text(line), remark.empty() ? "" : "; ", remark);
}

std::optional<Batch> parse_batch(std::string_view text) {
  Batch batch;
  for (const std::string& part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0) return std::nullopt;
    const std::string name = part.substr(0, equals), value = part.substr(equals + 1);
    if (!batch.key.empty()) {
      if (!take_part(batch, name, value)) return std::nullopt;
      continue;
    }
    const std::optional<std::int64_t> size = count_of(value);
    if (!size) return std::nullopt;
    batch.key = name;
    batch.size = *size;
  }
  return batch;
}

std::string batch_text(const Batch& batch) {
  std::string out = fmt::format("{}={}", batch.key, batch.size);
  if (batch.pause.count() != 0) out += ",pause=" + format_pause(batch.pause);
  if (batch.lag_max) out += ",lag_max=" + format_duration(*batch.lag_max);
  if (batch.sessions_max) out += fmt::format(",sessions_max={}", *batch.sessions_max);
  return out;
}

}  // namespace dbw::model
