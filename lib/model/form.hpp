#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"
#include "codec/reader.hpp"
#include "model/trust_documents.hpp"

/// What the parsers of this module share; not for other modules.
namespace dbw::model {

inline constexpr std::int64_t k_version_max = 1'000'000'000;
/// Rows or bytes that a document may name.
inline constexpr std::int64_t k_rows_max = 1'000'000'000'000;

/// Components [a-z0-9][a-z0-9._-]*, so that no path leaves the request's folder or means two files on some file system.
bool is_relative_path(std::string_view path);

/// Reads `dbw: <kind>/v1`; anything else is Error{field_value}.
void require_kind(codec::Reader& reader, std::string_view kind);

/// The fields that root, roster and policy begin with. `prev` is there exactly where version > 1.
struct VersionHead {
  std::string repo_id;
  std::int64_t version = 0;
  std::optional<Digest> prev;
  Timestamp issued_at, expires_at;
};
VersionHead read_head(codec::Reader& reader, std::string_view kind);

/// A duration between `low` and `high`, `otherwise` where it is absent.
Seconds bounded_duration(codec::Reader& reader, std::string_view field, Seconds otherwise, Seconds low, Seconds high);
/// `ci_identities` of a policy, by name.
std::map<std::string, CiIdentity> read_ci_identities(codec::Reader& policy);
/// `workflows` of a policy.
std::vector<Workflow> read_workflows(codec::Reader& policy);

/// A list of names that must not be empty.
std::vector<std::string> required_names(codec::Reader& reader, std::string_view field);
/// Runs a parser of base or crypto and names the field where it throws Error{field_value}.
template <typename Parse>
auto at_field(const codec::Reader& reader, std::string_view field, Parse parse) {
  try {
    return parse();
  } catch (const Error& inner) {
    throw reader.error(ErrorCode::field_value, field, inner.message());
  }
}
std::vector<StatementClass> read_classes(codec::Reader& reader, std::string_view field);
/// Throws Error{field_duplicate} where a text stands twice.
void require_distinct(const codec::Reader& reader, std::string_view field, const std::vector<std::string>& texts);
/// Throws Error{field_value} for a list that is there and empty: it would never hold, or always, and nobody means
/// either.
void require_filled(const codec::Reader& reader, std::string_view field, bool empty);
/// "[a, b]", quoted where YAML needs it.
std::string yaml_list(const std::vector<std::string>& texts);

}  // namespace dbw::model
