#include "workflow/marks.hpp"

#include <limits>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "codec/reader.hpp"
#include "codec/yaml.hpp"

namespace dbw::workflow {
namespace {

constexpr std::int64_t k_version_max = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t k_log_size_max = std::int64_t{1} << 53;

model::VersionedDigest read_mark(codec::Reader& reader, std::string_view field) {
  model::VersionedDigest mark;
  if (auto map = reader.map(field)) {
    mark.version = map->integer("version", 1, k_version_max);
    mark.sha256 = map->digest("sha256");
    map->finish();
  }
  return mark;
}

std::string line(std::string_view field, std::int64_t version, const Digest& digest) {
  return version == 0 ? "" : fmt::format("{}: {{version: {}, sha256: \"{}\"}}\n", field, version, digest.text());
}

}  // namespace

LocalMarks load_marks(const std::filesystem::path& file) {
  LocalMarks marks;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return marks;
  const codec::Value document = codec::parse_yaml(read_file(file, k_yaml_bytes_max), file.string());
  codec::Reader reader(document, file.string());
  reader.one_of("dbw", {"marks/v1"});
  marks.trust = {read_mark(reader, "root"), read_mark(reader, "roster"), read_mark(reader, "policy")};
  if (auto map = reader.map("log")) {
    marks.log = {static_cast<std::uint64_t>(map->integer("size", 1, k_log_size_max)), map->digest("root")};
    map->finish();
  }
  reader.finish();
  return marks;
}

void save_marks(const std::filesystem::path& file, const LocalMarks& marks) {
  std::string text = "dbw: marks/v1\n";
  text += line("root", marks.trust.root.version, marks.trust.root.sha256);
  text += line("roster", marks.trust.roster.version, marks.trust.roster.sha256);
  text += line("policy", marks.trust.policy.version, marks.trust.policy.sha256);
  if (marks.log.size != 0)
    text += fmt::format("log: {{size: {}, root: \"{}\"}}\n", marks.log.size, marks.log.root.text());
  std::error_code ignored;
  const bool known = std::filesystem::exists(file, ignored) && read_file(file, k_yaml_bytes_max) == text;
  if (!known) write_file_atomic(file, text, 0600);
}

}  // namespace dbw::workflow
