#pragma once

#include <string_view>

namespace dbw {

/// True where `pattern` describes the whole of `path`; both have "/" between components. A component `**` stands for
/// any number of components, `*` inside a component for any characters of it; everything else stands for itself. The
/// cost is bounded by the product of both lengths.
bool glob_matches(std::string_view pattern, std::string_view path);

/// A pattern that means what it says: relative, without empty, "." or ".." components and without the signs that other
/// tools give a meaning (? [ ] { } \ !), and `**` only as a whole component.
bool is_glob(std::string_view pattern);

}  // namespace dbw
