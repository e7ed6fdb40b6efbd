#pragma once

#include <cstdint>
#include <string>

/// How far a step is, in words for people.
namespace dbw::workflow {

/// "45 s", "12 min", "2.5 h".
std::string rounded_duration(double seconds);

/// "1204000 rows, 130 MiB, 410000 rows/s, 3 s"; `seconds` is above 0.
std::string query_progress(std::int64_t rows, std::int64_t bytes, double seconds);

}  // namespace dbw::workflow
