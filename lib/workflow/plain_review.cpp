#include "workflow/plain_review.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/step_line.hpp"
#include "review/combine.hpp"
#include "sqlparse/batch_frame.hpp"
#include "workflow/plain_files.hpp"

namespace dbw::workflow {
namespace {

std::string counted_files(std::size_t count) { return fmt::format("{} {}", count, count == 1 ? "file" : "files"); }

/// Files that are reviewed together.
struct Group {
  Engine engine;
  std::string server_version;
  std::vector<std::string> names;
  std::vector<model::StepLine> runs;  ///< of each file
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

  void drop_unchanged(std::vector<PlainFile>& files) {
    const std::size_t before = files.size();
    const std::vector<std::string> untracked = keep_changed(files, m_options.folder, m_options.since);
    note(fmt::format("changed since {}: {} of {}", m_options.since, files.size(), counted_files(before)));
    for (const std::string& name : untracked) note("not reviewed, because Git does not track it: " + name);
  }

  void read(const std::vector<PlainFile>& files) {
    for (const PlainFile& file : files) {
      m_out.files.emplace(file.name,
                          file.path.empty() ? read_stdin(k_sql_bytes_max) : read_file(file.name, k_sql_bytes_max));
    }
  }

  review::FileSettings settings_of(const PlainFile& file) const {
    review::FileSettings out = m_options.settings;
    const review::FileSettings configured = m_config.config.settings_of(m_config.pattern_path(file));
    if (!out.engine) out.engine = configured.engine;
    if (!out.server_version) out.server_version = configured.server_version;
    if (!out.in_transaction) out.in_transaction = configured.in_transaction;
    if (!out.step_lines) out.step_lines = configured.step_lines;
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
      return said.value_or(model::StepLine{settings.in_transaction.value_or(false), std::nullopt});
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
      if (group == groups.end()) group = groups.insert(groups.end(), {engine, version, {}, {}});
      group->names.push_back(file.name);
      group->runs.push_back(how_it_runs(file.name, settings));
    }
    if (assumed) note("engine: postgresql (say --engine sqlite for SQLite)");
    return groups;
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
    std::vector<std::string_view> sql;
    for (const std::string& name : group.names) sql.push_back(m_out.files.at(name));
    std::vector<sqlparse::ParsedSql> parsed = sqlparse::parse_all(group.engine, sql, {.bytes_max = k_sql_bytes_max});
    for (std::size_t i = 0; i < group.names.size(); ++i) input.files.push_back(file_of(group, i, std::move(parsed[i])));
    return input;
  }

  /// A batch that the executor would refuse is judged as the one statement that it is.
  review::File file_of(const Group& group, std::size_t i, sqlparse::ParsedSql parsed) {
    const model::StepLine& runs = group.runs[i];
    const std::string why = runs.batch ? sqlparse::why_not_batchable(parsed, runs.batch->key) : "";
    if (!why.empty()) note(fmt::format("{} cannot run in batches as its first line says: {}", group.names[i], why));
    return {group.names[i], std::move(parsed), runs.transactional, std::nullopt,
            why.empty() ? runs.batch : std::nullopt};
  }

  const PlainOptions& m_options;
  Timestamp m_now;
  PlainConfig m_config;
  std::shared_ptr<const model::Snapshot> m_snapshot;
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
