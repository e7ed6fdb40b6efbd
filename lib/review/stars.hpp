#pragma once

#include <string>
#include <vector>

#include "review/lexemes.hpp"

namespace dbw::review {

/// The relations whose columns a SELECT * of the statement takes as they are: "orders" of SELECT o.*, and of * over one
/// or more relations the first. Bare names, folded as the engine does. Names that WITH defines have their columns in
/// the statement; EXISTS (SELECT * ...) takes none.
std::vector<std::string> star_sources(const Lexemes& lexemes);

}  // namespace dbw::review
