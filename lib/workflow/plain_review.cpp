#include "workflow/plain_review.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/step_line.hpp"
#include "review/combine.hpp"
#include "review/migration_tool.hpp"
#include "sqlparse/batch_frame.hpp"
#include "workflow/plain_files.hpp"

namespace dbw::workflow {
namespace {

std::string counted_files(std::size_t count) { return fmt::format("{} {}", count, count == 1 ? "file" : "files"); }

/// A file, and what of it runs how.
struct Reviewed {
  std::string name;
  std::string_view sql;
  std::optional<std::string_view> rollback;
  model::StepLine runs;
};

/// Files that are reviewed together.
struct Group {
  Engine engine;
  std::string server_version;
  std::vector<Reviewed> files;
};

class PlainLoader {
 public:
  PlainLoader(const PlainOptions& options, Timestamp now) : m_options(options), m_now(now) {}

  PlainInputs run() {
    if (!m_options.no_config) m_config = load_plain_config(m_options.folder, m_options.config);
    if (!m_config.file.empty()) note("configuration: " + m_config.file.string());
    read_schema();
    m_out.fail_on = m_options.fail_on.value_or(m_config.config.fail_on.value_or(model::Severity::error));
    std::vector<std::string> links;
    std::vector<PlainFile> files = find_plain_files(m_options.paths, links);
    for (const std::string& name : links) note("not reviewed, because it is a symbolic link: " + name);
    drop_ignored(files);
    pair(files);
    if (!m_options.since.empty()) drop_unchanged(files);
    read(files);
    for (const Group& group : group_files(files)) m_out.inputs.push_back(input_of(group));
    return std::move(m_out);
  }

 private:
  void note(const std::string& text) { m_out.notes.push_back(printable(text)); }

  void read_schema() {
    if (m_options.schema.empty()) return;
    try {
      m_snapshot = std::make_shared<const model::Snapshot>(
          model::parse_snapshot_envelope(read_file(m_options.schema, k_snapshot_envelope_bytes_max)));
    } catch (Error& error) {
      throw error.while_doing("reading the schema snapshot " + m_options.schema);
    }
    note(fmt::format("schema: {} in {} as of {}; its signature was not verified", m_snapshot->database,
                     m_snapshot->environment, m_snapshot->taken_at.text()));
  }

  void drop_ignored(std::vector<PlainFile>& files) {
    const std::size_t dropped = std::erase_if(
        files, [&](const PlainFile& file) { return m_config.config.ignores(m_config.pattern_path(file)); });
    if (dropped > 0) note(fmt::format("ignored by the configuration: {}", counted_files(dropped)));
  }

  std::optional<review::MigrationTool> tool_of(const PlainFile& file) const {
    if (m_options.settings.tool) return m_options.settings.tool;
    return m_config.config.settings_of(m_config.pattern_path(file)).tool;
  }

  void pair(std::vector<PlainFile>& files) {
    pair_rollbacks(files,
                   [&](const PlainFile& file) { return tool_of(file) == review::MigrationTool::golang_migrate; });
    std::vector<PlainFile> rest = files;
    if (const std::size_t more = pair_rollbacks(rest, [&](const PlainFile& file) { return !tool_of(file); }); more > 0)
      note(
          fmt::format("reviewed as if they ran with the others: {} *.down.sql (--tool golang-migrate reads them as "
                      "rollbacks)",
                      counted_files(more)));
  }

  void drop_unchanged(std::vector<PlainFile>& files) {
    const std::size_t before = files.size();
    const std::vector<std::string> untracked = keep_changed(files, m_options.folder, m_options.since);
    note(fmt::format("changed since {}: {} of {}", m_options.since, files.size(), counted_files(before)));
    for (const std::string& name : untracked) note("not reviewed, because Git does not track it: " + name);
  }

  void read(const std::vector<PlainFile>& files) {
    std::map<review::MigrationTool, std::size_t> recognised;
    for (const PlainFile& file : files) {
      std::string& sql = m_out.files[file.name];
      sql = file.path.empty() ? read_stdin(k_sql_bytes_max) : read_file(file.name, k_sql_bytes_max);
      if (!file.rollback.empty()) m_rollbacks.emplace(file.name, read_file(file.rollback, k_sql_bytes_max));
      if (const auto tool = tool_of(file))
        read_migration(*tool, file.name, sql);
      else if (const auto written_for = review::recognise_migration(sql))
        ++recognised[*written_for];
    }
    for (const auto& [tool, count] : recognised)
      note(
          fmt::format("written for {0}, and reviewed as if the way back ran too: {1} (--tool {0} reads it as the "
                      "rollback)",
                      review::migration_tool_name(tool), counted_files(count)));
  }

  void read_migration(review::MigrationTool tool, const std::string& name, const std::string& sql) {
    if (tool == review::MigrationTool::golang_migrate) return;
    if (auto migration = review::read_migration(tool, sql))
      m_migrations.emplace(name, std::move(*migration));
    else
      note(fmt::format("{}: no line for {} says what is run, so all of it is reviewed", name,
                       review::migration_tool_name(tool)));
  }

  review::FileSettings settings_of(const PlainFile& file) const {
    review::FileSettings out = m_options.settings;
    const review::FileSettings configured = m_config.config.settings_of(m_config.pattern_path(file));
    if (!out.engine) out.engine = configured.engine;
    if (!out.server_version) out.server_version = configured.server_version;
    if (!out.in_transaction) out.in_transaction = configured.in_transaction;
    if (!out.step_lines) out.step_lines = configured.step_lines;
    if (!out.tool) out.tool = configured.tool;
    if (!m_snapshot) return out;
    const schema::Catalogue& catalogue = m_snapshot->catalogue;
    if (!out.engine) out.engine = catalogue.engine;
    if (*out.engine != catalogue.engine) {
      throw Error(ErrorCode::bad_usage,
                  fmt::format("{} is {}, the schema snapshot is of {}", file.name, engine_name(*out.engine),
                              engine_name(catalogue.engine)),
                  "Review the files of each database with its own snapshot.");
    }
    if (!out.server_version) out.server_version = catalogue.server_version;
    return out;
  }

  model::StepLine how_it_runs(const std::string& name, const review::FileSettings& settings) const {
    try {
      const auto said =
          settings.step_lines.value_or(false) ? model::parse_step_line(m_out.files.at(name)) : std::nullopt;
      if (said) return *said;
      const auto migration = m_migrations.find(name);
      return {
          migration != m_migrations.end() ? migration->second.transactional : settings.in_transaction.value_or(false),
          std::nullopt};
    } catch (Error& error) {
      throw error.at(name);
    }
  }

  std::vector<Group> group_files(const std::vector<PlainFile>& files) {
    std::vector<Group> groups;
    bool assumed = false;
    for (const PlainFile& file : files) {
      const review::FileSettings settings = settings_of(file);
      assumed = assumed || !settings.engine;
      const Engine engine = settings.engine.value_or(Engine::postgresql);
      const std::string version = settings.server_version.value_or("");
      auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& it) {
        return std::tie(it.engine, it.server_version) == std::tie(engine, version);
      });
      if (group == groups.end()) group = groups.insert(groups.end(), {engine, version, {}});
      group->files.push_back(reviewed(file.name, how_it_runs(file.name, settings)));
    }
    if (assumed) note("engine: postgresql (say --engine sqlite for SQLite)");
    return groups;
  }

  Reviewed reviewed(const std::string& name, model::StepLine runs) const {
    Reviewed out{name, m_out.files.at(name), std::nullopt, std::move(runs)};
    if (const auto beside = m_rollbacks.find(name); beside != m_rollbacks.end()) out.rollback = beside->second;
    if (const auto both = m_migrations.find(name); both != m_migrations.end()) {
      out.sql = both->second.up;
      if (both->second.down) out.rollback = *both->second.down;
    }
    return out;
  }

  std::string environment() const {
    if (!m_options.environment.empty()) return m_options.environment;
    if (m_config.config.environment.empty() && m_snapshot) return m_snapshot->environment;
    return m_config.config.environment;
  }

  review::ReviewInput input_of(const Group& group) {
    review::ReviewInput input;
    input.engine = group.engine;
    input.server_version = group.server_version;
    input.environment = environment();
    input.production = input.environment == "production" || input.environment == "prod";
    input.snapshot = m_snapshot;
    input.executor = false;
    input.severities = m_config.config.severities;
    input.comments_lift = m_config.config.allow_comments;
    input.now = m_now;
    std::vector<std::string_view> sql, rollbacks;
    for (const Reviewed& file : group.files) {
      sql.push_back(file.sql);
      if (file.rollback) rollbacks.push_back(*file.rollback);
    }
    std::vector<sqlparse::ParsedSql> parsed = sqlparse::parse_all(group.engine, sql, {.bytes_max = k_sql_bytes_max});
    std::vector<sqlparse::ParsedSql> back =
        sqlparse::parse_all(group.engine, rollbacks, {.bytes_max = k_sql_bytes_max});
    input.has_rollback = rollbacks.size() == group.files.size();
    auto next = back.begin();
    for (std::size_t i = 0; i < group.files.size(); ++i) {
      input.files.push_back(file_of(group.files[i], std::move(parsed[i])));
      if (group.files[i].rollback) input.files.back().rollback = std::move(*next++);
    }
    return input;
  }

  /// A batch that the executor would refuse is judged as the one statement that it is.
  review::File file_of(const Reviewed& file, sqlparse::ParsedSql parsed) {
    const model::StepLine& runs = file.runs;
    const std::string why = runs.batch ? sqlparse::why_not_batchable(parsed, runs.batch->key) : "";
    if (!why.empty()) note(fmt::format("{} cannot run in batches as its first line says: {}", file.name, why));
    review::File out{file.name, std::move(parsed), runs.transactional};
    if (why.empty()) out.batch = runs.batch;
    out.is_part = m_migrations.count(file.name) != 0;
    return out;
  }

  const PlainOptions& m_options;
  Timestamp m_now;
  PlainConfig m_config;
  std::shared_ptr<const model::Snapshot> m_snapshot;
  std::map<std::string, review::Migration> m_migrations;  ///< by the file's name
  std::map<std::string, std::string> m_rollbacks;         ///< that stand in files of their own
  PlainInputs m_out;
};

}  // namespace

bool PlainReview::fails() const {
  return std::any_of(review.findings.begin(), review.findings.end(),
                     [&](const model::Finding& finding) { return !finding.waived && finding.severity >= fail_on; });
}

PlainInputs load_plain(const PlainOptions& options, Timestamp now) { return PlainLoader(options, now).run(); }

PlainReview review_plain(const PlainOptions& options, Timestamp now) {
  PlainInputs inputs = load_plain(options, now);
  std::vector<model::Review> parts;
  for (const review::ReviewInput& input : inputs.inputs) parts.push_back(review::review_sql(input));
  return {review::combine(std::move(parts)), std::move(inputs.files), inputs.fail_on, std::move(inputs.notes)};
}

std::vector<std::filesystem::path> folders_to_watch(const PlainOptions& options) {
  std::vector<std::filesystem::path> out = folders_of(options.paths);
  if (options.no_config) return out;
  const std::filesystem::path config = find_plain_config(options.folder, options.config);
  if (!config.empty()) out.push_back(config.parent_path());
  return out;
}

}  // namespace dbw::workflow
