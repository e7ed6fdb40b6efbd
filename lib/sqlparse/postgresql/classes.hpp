#pragma once

#include <string_view>

#include "sqlparse/statement.hpp"

/// The class of each statement node of PostgreSQL 15's parse tree (docs/format/classes.md). What is not listed is
/// opaque.
namespace dbw::sqlparse::postgresql {

struct StatementRow {
  std::string_view node;
  StatementKind kind;
  StatementClass statement_class;
  std::string_view what;  ///< for reasons: "DROP ROLE"
};
/// nullptr for a statement node that the table does not know.
const StatementRow* find_statement(std::string_view node);

/// The field that holds the relation a statement acts on.
struct TargetRow {
  std::string_view node;
  std::string_view field;
  ObjectKind kind;
  Access access;
};
const TargetRow* find_target(std::string_view node);

/// ObjectType of the tree ("OBJECT_TABLE") to our kind, and what touching such an object amounts to.
struct ObjectTypeRow {
  std::string_view type;
  ObjectKind kind;
  StatementClass statement_class;
};
ObjectTypeRow object_type(std::string_view type);

}  // namespace dbw::sqlparse::postgresql
