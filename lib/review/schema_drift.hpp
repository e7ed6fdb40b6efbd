#pragma once

#include <string>
#include <vector>

#include "base/schema_types.hpp"
#include "sqlparse/statement.hpp"

namespace dbw::review {

struct DriftInput {
  const schema::Catalogue& reviewed;  ///< that the review rests on
  const schema::Catalogue& live;      ///< as it is right before the statements run
  std::vector<const sqlparse::Statement*> runs;
  /// Of the same change, run since `reviewed` was written down: what they are about is not compared, for it differs on
  /// purpose. Where one of them may have done anything, nothing is compared.
  std::vector<const sqlparse::Statement*> earlier;
  bool query = false;         ///< fires no trigger, checks no key, draws no number
  bool sees_triggers = true;  ///< the account that read `live` may; MySQL and MariaDB show none to others
  bool everything = false;    ///< whatever runs: all of the schema but what `earlier` is about
};

/// What differs, without sizes and counters, a line each; of what the statements name and what stands behind it: views
/// and what they read, triggers and what they name, partitions, tables that foreign keys change along, types,
/// functions; for DDL also the views that name it. Names mean whatever bears them, in every schema and case. All of the
/// schema for statements that may do anything. Empty: nothing. What the account may not see is a difference, and says
/// so.
std::vector<std::string> schema_drift(const DriftInput& input);

bool may_change_schema(const sqlparse::Statement& statement);
/// Whether it may have changed anything, so that nothing is known behind it.
bool may_change_anything(const sqlparse::Statement& statement);

}  // namespace dbw::review
