#include "base/allocator.hpp"

#include <malloc.h>

namespace dbw {
namespace {

constexpr int k_kept_bytes = 64 * 1024 * 1024;

}  // namespace

void tune_allocator() {
  // Where the C library has no such setting, nothing is tuned.
  static_cast<void>(::mallopt(M_MXFAST, 0));
  static_cast<void>(::mallopt(M_TRIM_THRESHOLD, k_kept_bytes));
}

}  // namespace dbw
