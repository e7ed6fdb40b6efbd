#pragma once

#include <string>
#include <string_view>

namespace dbw::report {

/// The unified diff between two versions of a file, with three lines of context: what `patch -p1` and `git apply` read.
/// `name` is relative and holds no control character, quote or backslash. Exact bytes, so nothing in it is escaped;
/// empty where both are the same. POSIX.1-2017, diff, "Diff -u Output Format".
std::string unified_diff(std::string_view name, std::string_view before, std::string_view after);
/// The same of a file that did not exist.
std::string unified_diff_of_new(std::string_view name, std::string_view after);

}  // namespace dbw::report
