#pragma once

#include "review/review.hpp"

namespace dbw::review {

/// The input with what its snapshot says of functions, types and views written into the statements: a query that calls
/// none but listed functions that are STABLE or IMMUTABLE, or casts to a listed enumeration, is proven read-only; one
/// that comes to a listed function that may write, by a view or an overload of a built-in name, is not read-only any
/// more. From the first statement on that may change functions, views or the search path nothing is touched. The input
/// needs a snapshot; requests are judged without one.
ReviewInput with_schema_code(ReviewInput input);

}  // namespace dbw::review
