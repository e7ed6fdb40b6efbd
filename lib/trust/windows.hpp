#pragma once

#include <optional>
#include <vector>

#include "base/time.hpp"
#include "model/trust_documents.hpp"

namespace dbw::trust {

/// True where `now` lies in one of the windows (start included, end not), or there are none.
bool in_window(const std::vector<model::Window>& windows, Timestamp now);
/// The next moment that in_window holds: `now` itself where it does.
Timestamp next_window(const std::vector<model::Window>& windows, Timestamp now);
/// The longest time without an open window over a week; zero where there are no windows.
Seconds longest_gap(const std::vector<model::Window>& windows);

}  // namespace dbw::trust
