#include "workflow/progress.hpp"

#include <fmt/format.h>

namespace dbw::workflow {

std::string rounded_duration(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  return seconds < 5400 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600);
}

std::string query_progress(std::int64_t rows, std::int64_t bytes, double seconds) {
  if (rows == 0) return fmt::format("no row yet, {}", rounded_duration(seconds));
  constexpr double k_mebibyte = 1024.0 * 1024.0;
  return fmt::format("{} rows, {:.0f} MiB, {:.0f} rows/s, {}", rows, static_cast<double>(bytes) / k_mebibyte,
                     static_cast<double>(rows) / seconds, rounded_duration(seconds));
}

}  // namespace dbw::workflow
