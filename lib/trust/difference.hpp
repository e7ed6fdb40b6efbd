#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/trust_documents.hpp"

/// What a new version of root, roster or policy changes, in words.
namespace dbw::trust {

/// How a field of a document is called in words. Patterns are paths in which `*` stands for a name ("people.*.groups");
/// `{}` in the words stands for those names in turn.
struct FieldWords {
  std::string_view kind;  ///< root | roster | policy
  std::string_view pattern;
  std::string_view words;
};
/// Every field there is. A test compares it with the schemas, so a new field cannot be forgotten.
const std::vector<FieldWords>& field_words();

/// Every difference between two documents of one kind ("root", "roster", "policy"), one line each, sorted by field;
/// version, prev, root_version and the dates are no difference. Empty: dates only. Compares the documents' values, so
/// comments and the order of maps do not matter, and a field without words is named by its path. Throws what the
/// parser throws.
std::vector<std::string> describe_changes(std::string_view kind, std::string_view older, std::string_view newer);

/// Who gains or loses which power: requesting and filling a step of a workflow, per database and environment, each as a
/// line; which workflow a class of statements falls under, where that changes. People are judged by the one roster,
/// workflows by the one policy that belongs to each side.
std::vector<std::string> describe_powers(const model::Roster& old_roster, const model::Policy& old_policy,
                                         const model::Roster& new_roster, const model::Policy& new_policy);

}  // namespace dbw::trust
