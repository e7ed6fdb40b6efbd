#include "model/form.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "codec/yaml.hpp"
#include "model/trust_documents.hpp"

namespace dbw::model {

std::string name_space_of(std::string_view kind) { return fmt::format("dbw-{}-v1", kind); }

bool is_relative_path(std::string_view path) {
  const std::vector<std::string> parts = split(path, '/');
  return path.size() <= 255 &&
         std::all_of(parts.begin(), parts.end(), [](const std::string& part) { return is_name(part); });
}

void require_kind(codec::Reader& reader, std::string_view kind) { reader.one_of("dbw", {fmt::format("{}/v1", kind)}); }

VersionHead read_head(codec::Reader& reader, std::string_view kind) {
  require_kind(reader, kind);
  VersionHead head;
  head.repo_id = reader.hex("repo_id", 16);
  head.version = reader.integer("version", 1, k_version_max);
  head.prev = reader.digest_if("prev");
  if (head.version == 1 && head.prev)
    throw reader.error(ErrorCode::field_value, "prev", "version 1 continues nothing and has no prev");
  if (head.version > 1 && !head.prev)
    throw reader.error(ErrorCode::field_missing, "prev", "the digest of the version before is missing");
  head.issued_at = reader.time("issued_at");
  head.expires_at = reader.time("expires_at");
  if (head.expires_at <= head.issued_at)
    throw reader.error(ErrorCode::field_value, "expires_at", "must be later than issued_at");
  return head;
}

std::vector<std::string> required_names(codec::Reader& reader, std::string_view field) {
  if (!reader.has(field)) throw reader.error(ErrorCode::field_missing, field, "the field is missing");
  std::vector<std::string> names = reader.names_if(field);
  if (names.empty()) throw reader.error(ErrorCode::field_value, field, "the list must not be empty");
  return names;
}

std::vector<StatementClass> read_classes(codec::Reader& reader, std::string_view field) {
  std::set<StatementClass> classes;
  for (const std::string& name : required_names(reader, field)) {
    const auto parsed = parse_class(name);
    if (!parsed)
      throw reader.error(ErrorCode::field_value, field,
                         fmt::format("\"{}\" is not a statement class", printable(name)));
    classes.insert(*parsed);
  }
  return {classes.begin(), classes.end()};
}

void require_distinct(const codec::Reader& reader, std::string_view field, const std::vector<std::string>& texts) {
  std::set<std::string> seen;
  for (const std::string& text : texts) {
    if (!seen.insert(text).second)
      throw reader.error(ErrorCode::field_duplicate, field, fmt::format("\"{}\" stands twice", printable(text)));
  }
}

void require_filled(const codec::Reader& reader, std::string_view field, bool empty) {
  if (reader.has(field) && empty) throw reader.error(ErrorCode::field_value, field, "an empty list says nothing");
}

std::string yaml_list(const std::vector<std::string>& texts) {
  std::vector<std::string> scalars;
  std::transform(texts.begin(), texts.end(), std::back_inserter(scalars),
                 [](const std::string& text) { return codec::yaml_scalar(text); });
  return fmt::format("[{}]", join(scalars, ", "));
}

Seconds bounded_duration(codec::Reader& reader, std::string_view field, Seconds otherwise, Seconds low, Seconds high) {
  const Seconds duration = reader.duration_if(field).value_or(otherwise);
  if (duration < low || duration > high) {
    throw reader.error(ErrorCode::field_value, field,
                       fmt::format("must lie between {} and {}", format_duration(low), format_duration(high)));
  }
  return duration;
}

}  // namespace dbw::model
