#include "review/config.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "codec/reader.hpp"
#include "codec/yaml.hpp"

namespace dbw::review {
namespace {

const std::vector<std::string> k_levels{"info", "warning", "error", "block"};

std::vector<std::string> read_patterns(codec::Reader& reader, std::string_view field) {
  std::vector<std::string> patterns = reader.texts_if(field);
  for (const std::string& pattern : patterns) {
    if (!is_glob(pattern))
      throw reader.error(ErrorCode::field_value, field,
                         fmt::format("\"{}\" is not a pattern: write a path below this file's folder, with * for any "
                                     "characters of a name and ** for any folders",
                                     printable(pattern)));
  }
  return patterns;
}

FileSettings read_settings(codec::Reader& reader) {
  FileSettings settings;
  if (const auto engine = reader.one_of_if("engine", {"postgresql", "mysql", "mariadb", "sqlite"}))
    settings.engine = parse_engine(*engine);
  settings.server_version = reader.text_if("server_version");
  if (settings.server_version && !is_server_version(*settings.server_version))
    throw reader.error(ErrorCode::field_value, "server_version",
                       fmt::format("\"{}\" is not a version such as 15 or 15.4", printable(*settings.server_version)));
  if (reader.has("in_transaction")) settings.in_transaction = reader.boolean_or("in_transaction", false);
  if (reader.has("step_lines")) settings.step_lines = reader.boolean_or("step_lines", false);
  if (const auto tool = reader.one_of_if("tool", migration_tool_names())) settings.tool = parse_migration_tool(*tool);
  return settings;
}

/// They hold in every environment: the file names one at most.
Severities read_severities(codec::Reader& reader) {
  Severities out;
  std::optional<codec::Reader> map = reader.map("severities");
  if (!map) return out;
  for (const std::string& rule : map->fields()) {
    if (find_rule(rule) == nullptr)
      throw map->error(ErrorCode::rule_unknown, rule, fmt::format("there is no rule \"{}\"", printable(rule)));
    const std::string severity = map->text(rule);
    if (!model::parse_severity(severity))
      throw map->error(ErrorCode::severity_unknown, rule,
                       fmt::format("\"{}\" is not one of off, info, warning, error, block", printable(severity)));
    out["*"][rule] = severity;
  }
  map->finish();
  return out;
}

Config::Path read_path(codec::Reader& reader) {
  Config::Path path;
  path.files = read_patterns(reader, "files");
  if (path.files.empty()) throw reader.error(ErrorCode::field_missing, "files", "an entry says which files it is for");
  path.settings = read_settings(reader);
  reader.finish();
  return path;
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view path) {
  return !path.empty() && std::any_of(patterns.begin(), patterns.end(),
                                      [&](const std::string& pattern) { return glob_matches(pattern, path); });
}

template <typename T>
void fill(std::optional<T>& into, const std::optional<T>& from) {
  if (!into) into = from;
}

void fill(FileSettings& into, const FileSettings& from) {
  fill(into.engine, from.engine);
  fill(into.server_version, from.server_version);
  fill(into.in_transaction, from.in_transaction);
  fill(into.step_lines, from.step_lines);
  fill(into.tool, from.tool);
}

}  // namespace

bool Config::ignores(std::string_view path) const { return any_matches(ignore, path); }

FileSettings Config::settings_of(std::string_view path) const {
  FileSettings out;
  for (const Path& entry : paths) {
    if (any_matches(entry.files, path)) fill(out, entry.settings);
  }
  fill(out, settings);
  return out;
}

Config parse_config(std::string_view bytes, std::string_view source) {
  const codec::Value document = codec::parse_yaml(bytes, source);
  codec::Reader reader(document, std::string(source));
  reader.one_of("dbw", {"review-config/v1"});
  Config config;
  config.settings = read_settings(reader);
  config.environment = reader.name_if("environment").value_or("");
  config.allow_comments = reader.boolean_or("allow_comments", false);
  if (const auto level = reader.one_of_if("fail_on", k_levels)) config.fail_on = model::parse_severity(*level);
  config.severities = read_severities(reader);
  config.ignore = read_patterns(reader, "ignore");
  reader.list_if("paths", [&](codec::Reader& path) { config.paths.push_back(read_path(path)); });
  reader.finish();
  return config;
}

bool is_server_version(std::string_view text) {
  const auto good = [](char c) { return c == '.' || (c >= '0' && c <= '9'); };
  return !text.empty() && text.front() != '.' && std::all_of(text.begin(), text.end(), good);
}

}  // namespace dbw::review
