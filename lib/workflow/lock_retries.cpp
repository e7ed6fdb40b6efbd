#include "workflow/lock_retries.hpp"

#include <algorithm>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/failure.hpp"

namespace dbw::workflow {
namespace {

constexpr Milliseconds k_first_pause{1000};
constexpr Milliseconds k_pause_max{30'000};
constexpr Milliseconds k_slice{100};

}  // namespace

bool is_lock_failure(const Error& error) {
  if (error.code() == ErrorCode::db_lock_timeout || error.code() == ErrorCode::db_busy) return true;
  const auto* reported = dynamic_cast<const db::DatabaseError*>(&error);
  if (reported == nullptr || error.code() != ErrorCode::db_statement_failed) return false;
  // Chosen as the victim of a deadlock: PostgreSQL, then MySQL and MariaDB.
  return reported->sqlstate() == "40P01" || reported->sqlstate() == "40001";
}

void sleep_checked(Milliseconds time, const std::function<void()>& check) {
  const auto end = std::chrono::steady_clock::now() + time;
  for (;;) {
    check();
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= left.zero()) return;
    std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, k_slice));
  }
}

void with_lock_retries(std::int64_t retries, const std::function<void()>& check,
                       const std::function<void(const std::string&)>& say, const std::function<void()>& work) {
  Milliseconds pause = k_first_pause;
  for (std::int64_t left = retries;; --left) {
    try {
      return work();
    } catch (const Error& error) {
      if (left <= 0 || !is_lock_failure(error)) throw;
      say(fmt::format("{}; starting over in {} s, {} more {}", error.message(), pause.count() / 1000, left,
                      left == 1 ? "try" : "tries"));
    }
    sleep_checked(pause, check);
    pause = std::min(pause * 2, k_pause_max);
  }
}

}  // namespace dbw::workflow
