#pragma once

#include <compare>
#include <string_view>

namespace dbw {

/// Versions of migrations: numbers with dots or underscores between them, "20261129120000", "1.2", "3_1".
bool is_version(std::string_view text);

/// Number by number; what is missing counts as 0, so that 1.2 and 1.2.0 are one version. Both must be versions.
std::strong_ordering compare_versions(std::string_view a, std::string_view b);

}  // namespace dbw
