#include "base/allocator.hpp"

#include <malloc.h>

namespace dbw {
namespace {

constexpr int k_kept_bytes = 64 * 1024 * 1024;
/// The most that glibc allows. Smaller blocks come from memory that is kept, and whose pages are there already.
constexpr int k_mapped_bytes_min = 32 * 1024 * 1024;

}  // namespace

void tune_allocator() {
  // Where the C library has no such setting, nothing is tuned.
  static_cast<void>(::mallopt(M_MXFAST, 0));
  static_cast<void>(::mallopt(M_TRIM_THRESHOLD, k_kept_bytes));
  static_cast<void>(::mallopt(M_MMAP_THRESHOLD, k_mapped_bytes_min));
}

}  // namespace dbw
