#include "workflow/trace_sink.hpp"

#include "base/error.hpp"
#include "report/trace_text.hpp"

namespace dbw::workflow {

trust::Authority verify_traced(const model::Pin& pin, const trust::TrustInput& input, const trust::TrustMarks& marks,
                               Timestamp now, const TraceSink& sink) {
  model::Trace trace;
  try {
    return trust::verify_authority(pin, input, marks, now, &trace);
  } catch (const Error&) {
    if (sink) sink(trace);
    throw;
  }
}

TraceSink trace_to(const std::function<void(std::string_view)>& note, codec::Value::List* list) {
  return [note, list](const model::Trace& trace) {
    if (list != nullptr && !trace.request.empty()) {
      list->push_back(model::trace_value(trace));
    } else {
      note(report::trace_text(trace));
    }
  };
}

}  // namespace dbw::workflow
