#pragma once

#include <cstdint>
#include <functional>

#include "base/time.hpp"

namespace dbw {
class Error;
}

namespace dbw::workflow {

/// True: a transaction was rolled back because of others' locks, and may simply start over.
bool is_lock_failure(const Error& error);

/// Sleeps in short pieces and calls `check` in between, which throws where somebody wants us to stop.
void sleep_checked(Milliseconds time, const std::function<void()>& check);

/// Runs `work`, and again where it fails for others' locks, up to `retries` times, after 1, 2, 4 ... 30 seconds.
/// `work` must leave nothing behind when it throws. `say` gets a line for people.
void with_lock_retries(std::int64_t retries, const std::function<void()>& check,
                       const std::function<void(const std::string&)>& say, const std::function<void()>& work);

}  // namespace dbw::workflow
