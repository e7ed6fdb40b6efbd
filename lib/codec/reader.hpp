#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "codec/value.hpp"

namespace dbw::codec {

/// Reads one map of a document field by field and refuses what nobody asked for. The same reader serves YAML (scalars
/// are text until typed here) and JSON. Every error names source, line, column and the field's path
/// ("steps[0].sql.path").
class Reader {
 public:
  /// Throws Error{field_type} where `value` is not a map.
  Reader(const Value& value, std::string source, std::string path = {});

  bool has(std::string_view field) const;
  std::string text(std::string_view field);                    ///< required, non-empty
  std::optional<std::string> text_if(std::string_view field);  ///< absent is nullopt; present is non-empty
  std::string name(std::string_view field);                    ///< [a-z0-9][a-z0-9._-]{0,62}
  std::optional<std::string> name_if(std::string_view field);
  std::int64_t integer(std::string_view field, std::int64_t low, std::int64_t high);  ///< plain decimal, no sign games
  std::optional<std::int64_t> integer_if(std::string_view field, std::int64_t low, std::int64_t high);
  bool boolean_or(std::string_view field, bool otherwise);  ///< exactly true or false
  Digest digest(std::string_view field);
  std::optional<Digest> digest_if(std::string_view field);
  Timestamp time(std::string_view field);
  std::optional<Timestamp> time_if(std::string_view field);
  Seconds duration(std::string_view field);
  std::optional<Seconds> duration_if(std::string_view field);
  /// One of `allowed`; the error lists them.
  std::string one_of(std::string_view field, const std::vector<std::string>& allowed);
  std::optional<std::string> one_of_if(std::string_view field, const std::vector<std::string>& allowed);
  /// Lower-case hex of exactly `bytes` bytes (repo_id, nonce).
  std::string hex(std::string_view field, std::size_t bytes);
  std::vector<std::string> texts(std::string_view field);     ///< required list of scalars, may be empty
  std::vector<std::string> texts_if(std::string_view field);  ///< absent is empty
  std::vector<std::string> names_if(std::string_view field);  ///< each a name, no duplicates
  /// Calls `each` for every map in a list; absent is nothing.
  void list_if(std::string_view field, const std::function<void(Reader&)>& each);
  /// Calls `each` for every entry of a map whose keys are names and whose values are maps; absent is nothing.
  void map_if(std::string_view field, const std::function<void(const std::string& key, Reader&)>& each);
  /// A nested map; nullopt where absent.
  std::optional<Reader> map(std::string_view field);
  /// The names of all entries, for maps whose keys are data.
  std::vector<std::string> fields() const;
  /// The raw value, marked as read; nullptr where absent.
  const Value* raw(std::string_view field);
  /// Every entry as key and text value (no schema of its own, e.g. severities).
  std::vector<std::pair<std::string, std::string>> text_entries();

  /// Refuses fields that were never asked for: Error{field_unknown}. Call it last. Readers passed to callbacks and made
  /// by map() must be finished by their user as well.
  void finish();

  /// An error at a field of this map, for checks of the caller's own: throw reader.error(code, "field", "message").
  Error error(ErrorCode code, std::string_view field, std::string_view message) const;

 private:
  const Value& required(std::string_view field);
  std::string path_of(std::string_view field) const;

  const Value* m_value;
  std::string m_source;
  std::string m_path;
  std::set<std::string, std::less<>> m_read;
};

}  // namespace dbw::codec
