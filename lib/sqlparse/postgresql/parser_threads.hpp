#pragma once

#include <cstddef>
#include <functional>

/// The threads on which libpg_query runs. They stay for the life of the process: libpg_query takes one of the
/// process's 1,024 thread-specific keys on each thread it meets and never gives it back, and where none is left other
/// libraries fail.
namespace dbw::sqlparse::postgresql {

/// Of texts up to this size; larger ones have one thread for themselves, for their trees take hundreds of times their
/// bytes.
inline constexpr unsigned k_parser_threads_max = 8;
inline constexpr std::size_t k_ordinary_sql_bytes = std::size_t{128} * 1024;

/// Runs `work` on up to `threads` threads, each with a stack that is large enough for `sql_bytes` of SQL; ends when
/// all have. What they throw is thrown here. The work is shared by whoever writes `work`; it must not call this. May be
/// called by several threads at the same time.
void run_on_parser_stacks(unsigned threads, std::size_t sql_bytes, const std::function<void()>& work);

}  // namespace dbw::sqlparse::postgresql
