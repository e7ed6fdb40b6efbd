#pragma once

#include <string>

#include "model/trace.hpp"

namespace dbw::report {

/// A trace for people: one line a check, its inputs and errors below. Says the same as model::emit_trace.
std::string trace_text(const model::Trace& trace);

}  // namespace dbw::report
