#pragma once

#include "sqlparse/statement.hpp"

namespace dbw::review {

/// True where PostgreSQL changes a column from one type to the other in the catalogue alone: no rewrite, no scan
/// (measured on 15). Pairs that depend on something else (the session's time zone, a domain's base type) count as
/// rewriting.
bool changes_catalogue_only(const sqlparse::ColumnDefinition& from, const sqlparse::ColumnDefinition& to);

}  // namespace dbw::review
