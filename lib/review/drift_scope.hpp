#pragma once

#include <map>
#include <set>
#include <string>

#include "review/schema_drift.hpp"

namespace dbw::review {

/// Which objects of two catalogues are compared, by their bare names in lower case: the less a name says, the more it
/// covers.
class DriftScope {
 public:
  explicit DriftScope(const DriftInput& input);

  bool covers(const schema::Relation& relation) const;
  bool covers(const schema::Sequence& sequence) const;
  /// A function or a type.
  bool covers(const schema::Name& name) const;

 private:
  using Names = std::set<std::string>;
  /// Calls it with the relations of both catalogues.
  template <typename Take>
  void for_each(const Take& take) const;
  void grow();
  void add_dependents();
  void grow_own(const Names& written);
  bool is_reached(const schema::Relation& relation) const;
  bool is_changed_along(const schema::Relation& relation) const;
  const Names& words(const schema::Relation& relation);
  bool is_own(const schema::Name& name) const;

  const DriftInput& m_input;
  Names m_named;   ///< by the statements themselves
  Names m_relied;  ///< and what stands behind that
  Names m_own;     ///< what earlier statements are about
  bool m_all = false;
  bool m_own_all = false;
  bool m_defines = false;  ///< some statement changes the schema
  std::map<const schema::Relation*, Names> m_words;
};

}  // namespace dbw::review
