#pragma once

#include <mutex>

#include <sqlite3.h>

namespace dbw::db::sqlite {

/// Views and names of WITH are copied while a statement is compiled, each time they are named; before 3.41 SQLite looks
/// at no deadline there. Its memory is bounded instead, which is a matter of the whole process.
class CompileMemory {
 public:
  CompileMemory() {
    if (!needed()) return;
    const std::lock_guard lock(s_mutex);
    ++s_users;
    sqlite3_hard_heap_limit64(k_bytes_max);
  }
  CompileMemory(const CompileMemory&) = delete;
  CompileMemory& operator=(const CompileMemory&) = delete;
  ~CompileMemory() {
    if (!needed()) return;
    const std::lock_guard lock(s_mutex);
    if (--s_users == 0) sqlite3_hard_heap_limit64(0);
  }

 private:
  static constexpr sqlite3_int64 k_bytes_max = 256 << 20;
  static bool needed() { return sqlite3_libversion_number() < 3'041'000; }
  inline static std::mutex s_mutex;
  inline static int s_users = 0;
};

}  // namespace dbw::db::sqlite
