#pragma once

#include <future>

namespace dbw::git {

/// Begins, on a thread of its own, what the first repository of a process waits for: libgit2 reads the system's
/// certificates, whether asked to or not. To be kept while the process works: its end waits for the thread, and the
/// libraries' own ends must not come before that.
[[nodiscard]] std::future<void> start_library();

}  // namespace dbw::git
