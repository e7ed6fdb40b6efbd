#pragma once

#include <string>
#include <string_view>

/// The pages of docs/ that are generated from tables in the sources. scripts/generate-docs writes them; the floors
/// tests compare.
namespace dbw::docgen {

/// docs/errors.md, from error_codes.def.
std::string errors_page();

/// docs/limits.md, from the text of lib/base/limits.hpp.
std::string limits_page(std::string_view header);

}  // namespace dbw::docgen
