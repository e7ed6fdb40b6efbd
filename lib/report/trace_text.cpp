#include "report/trace_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw::report {
namespace {

std::string_view title_of(const std::string& id) {
  const std::vector<model::CheckRow>& table = model::check_table();
  const auto row = std::find_if(table.begin(), table.end(), [&](const model::CheckRow& each) { return each.id == id; });
  return row == table.end() ? std::string_view() : row->title;
}

std::string check_text(std::size_t number, const model::TraceCheck& check) {
  std::string out = fmt::format("{:>4}. {:<7}  {}{}: {}\n", number, model::outcome_name(check.outcome), check.id,
                                check.subject.empty() ? "" : " " + check.subject, title_of(check.id));
  for (const model::TraceInput& input : check.inputs)
    out += fmt::format("        {}: {}\n", printable(input.name), input.value.empty() ? "-" : printable(input.value));
  for (const ErrorCode error : check.errors)
    out += fmt::format("        {} {}\n", error_id(error), error_info(error).title);
  return out;
}

}  // namespace

std::string trace_text(const model::Trace& trace) {
  std::string out = fmt::format("trace of {} at {}{}\n", trace.request.empty() ? "trust" : printable(trace.request),
                                trace.at.text(), trace.state.empty() ? "" : ": " + printable(trace.state));
  const auto digest = [&](std::string_view name, const std::optional<Digest>& value) {
    if (value) out += fmt::format("  {}: {}\n", name, value->text());
  };
  digest("request_sha256", trace.request_sha256);
  digest("verdict_sha256", trace.verdict_sha256);
  digest("terms_sha256", trace.terms_sha256);
  std::size_t number = 0;
  for (const model::TraceCheck& check : trace.checks()) out += check_text(++number, check);
  return out;
}

}  // namespace dbw::report
