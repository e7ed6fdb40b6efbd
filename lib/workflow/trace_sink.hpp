#pragma once

#include <functional>
#include <string_view>

#include "codec/value.hpp"
#include "trust/authority.hpp"

namespace dbw::workflow {

/// Takes the trace of each verdict as it is reached; empty where nobody asked.
using TraceSink = std::function<void(const model::Trace&)>;

/// trust::verify_authority; where it throws, `sink` receives the trace of the documents alone, without a request.
trust::Authority verify_traced(const model::Pin& pin, const trust::TrustInput& input, const trust::TrustMarks& marks,
                               Timestamp now, const TraceSink& sink);

/// What `--trace` asks for: traces of requests into `list` where it is given, else everything as text to `note`. Both
/// must outlive the sink.
TraceSink trace_to(const std::function<void(std::string_view)>& note, codec::Value::List* list);

}  // namespace dbw::workflow
