#pragma once

#include <string_view>

#include "base/schema_types.hpp"
#include "base/sql_types.hpp"

namespace dbw::review {

/// The column that cuts a table into pieces of a known number of rows, as the executor asks for it: NOT NULL, an
/// integer (PostgreSQL: or uuid), not generated; and unique by itself, because all rows of one key are in one piece.
/// The primary key before other columns. nullptr: the schema shows none.
const schema::Column* batch_key(Engine engine, const schema::Relation& table);

}  // namespace dbw::review
