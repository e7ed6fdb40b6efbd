#include "review/examples.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "review/schema_state.hpp"

namespace dbw::review {
namespace {

[[noreturn]] void refuse(std::string_view name, std::string_view setting) {
  throw Error(ErrorCode::rule_example_missing,
              fmt::format("example {} has the setting \"{}\", which does not exist", name, setting));
}

struct Settings {
  std::size_t bytes_max = k_sql_bytes_default;
  bool in_transaction = true;
  std::optional<std::string> rollback;
};

schema::Relation& table_of_example(Example& example, std::string_view setting, const std::string& name) {
  if (example.snapshot) {
    for (schema::Relation& relation : example.snapshot->catalogue.relations) {
      if (relation.name.name == name) return relation;
    }
  }
  refuse(example.name, setting);
}

void apply_before(Example& example, std::string_view sql) {
  const Engine engine = example.input.engine;
  SchemaState state(engine, example.snapshot ? &example.snapshot->catalogue : nullptr);
  const sqlparse::ParsedSql parsed = sqlparse::parse(engine, sql, {.bytes_max = k_sql_bytes_default});
  for (const sqlparse::Statement& statement : parsed.statements) state.apply(statement);
  auto snapshot = std::make_shared<model::Snapshot>();
  snapshot->catalogue = state.catalogue();
  example.snapshot = std::move(snapshot);
  example.input.snapshot = example.snapshot;
}

void apply_size(Example& example, std::string_view setting, std::string_view value) {
  const std::vector<std::string> words = split(value, ' ');
  if (words.size() != 3) refuse(example.name, setting);
  schema::Relation& table = table_of_example(example, setting, words[0]);
  table.rows = parse_decimal(words[1]);
  table.bytes = parse_decimal(words[2]);
}

void apply_counter(Example& example, std::string_view setting, std::string_view value) {
  const std::vector<std::string> words = split(value, ' ');
  if (words.size() != 4) refuse(example.name, setting);
  const schema::Relation& table = table_of_example(example, setting, words[0]);
  example.snapshot->catalogue.sequences.push_back(
      {table.name, parse_decimal(words[2]), parse_decimal(words[3]).value_or(0), table.name, words[1]});
}

void apply_setting(Example& example, Settings& settings, std::string_view setting) {
  const std::size_t colon = setting.find(": ");
  const std::string_view key = setting.substr(0, colon), value = setting.substr(colon + 2);
  if (key == "engine") {
    const auto engine = parse_engine(value);
    if (!engine) refuse(example.name, setting);
    example.input.engine = *engine;
  } else if (key == "server") {
    example.input.server_version = value;
  } else if (key == "in_transaction" && (value == "no" || value == "yes")) {
    settings.in_transaction = value == "yes";
  } else if (key == "runner" && value == "file") {
    example.input.executor = false;
  } else if (key == "declared" && value == "read") {
    example.input.declared_read = true;
  } else if (key == "before") {
    apply_before(example, value);
  } else if (key == "size") {
    apply_size(example, setting, value);
  } else if (key == "counter") {
    apply_counter(example, setting, value);
  } else if (key == "production" && value == "yes") {
    example.input.production = true;
  } else if (key == "rollback") {
    settings.rollback = value;
  } else if (key == "bytes_max") {
    std::from_chars(value.data(), value.data() + value.size(), settings.bytes_max);
  } else {
    refuse(example.name, setting);
  }
}

bool is_setting(std::string_view line) {
  const std::size_t colon = line.find(": ");
  return line.substr(0, 3) == "-- " && colon != std::string_view::npos &&
         line.substr(3, colon - 3).find(' ') == std::string_view::npos;
}

std::string engines_text(Engines engines) {
  std::vector<std::string> names;
  for (const Engine engine : engines_of(engines)) names.emplace_back(engine_name(engine));
  return join(names, ", ");
}

/// What the page says above an example.
std::string how_it_runs(const Example& example) {
  std::vector<std::string> parts = {std::string(engine_name(example.input.engine))};
  for (const std::string& setting : example.settings) {
    if (setting.rfind("engine", 0) != 0) parts.push_back(setting);
  }
  return join(parts, "; ");
}

std::string_view without_settings(const Example& example) {
  std::string_view sql = example.sql;
  for (std::size_t i = 0; i < example.settings.size(); ++i) sql.remove_prefix(sql.find('\n') + 1);
  return sql;
}

}  // namespace

Example parse_example(std::string_view name, std::string_view sql) {
  Example example;
  example.name = name;
  example.sql = sql;
  example.fires = name.substr(0, 3) == "bad";
  Settings settings;
  for (const std::string_view line : split_lines(sql)) {
    if (!is_setting(line)) break;
    example.settings.emplace_back(line.substr(3));
    apply_setting(example, settings, line.substr(3));
  }
  // The settings themselves must not move the lines that the page shows.
  const std::string_view body = without_settings(example);
  example.input.files.push_back({"example.sql",
                                 sqlparse::parse(example.input.engine, body, {.bytes_max = settings.bytes_max}),
                                 settings.in_transaction});
  if (settings.rollback)
    example.input.files.back().rollback =
        sqlparse::parse(example.input.engine, *settings.rollback, {.bytes_max = settings.bytes_max});
  return example;
}

void switch_on(ReviewInput& input, const RuleInfo& info) {
  if (info.severity == model::Severity::off) input.severities["*"][std::string(info.id)] = "warning";
}

std::string rule_page(const RuleInfo& info, const std::vector<PrintedExample>& examples) {
  std::string out = fmt::format("<!-- Generated by dbw-review rules --pages; do not edit. -->\n# {}\n\n{}\n\n", info.id,
                                info.summary);
  out += fmt::format(
      "| category | severity | engines | can be waived |\n| --- | --- | --- | --- |\n| {} | {} | {} | {} |\n\n",
      info.category, model::severity_name(info.severity), engines_text(info.engines), info.suppressible ? "yes" : "no");
  if (info.severity == model::Severity::off)
    out += "Off by default: a policy that wants it gives it a severity. The examples run with it at warning.\n\n";
  out += fmt::format("## What happens\n\n{}\n\n## Instead\n\n```text\n{}\n```\n", info.why, info.instead);
  for (const bool fires : {true, false}) {
    out += fires ? "\n## Examples that it reports\n" : "\n## Examples that it accepts\n";
    for (const PrintedExample& it : examples) {
      if (it.example.fires != fires) continue;
      out += fmt::format("\n{}:\n\n```sql\n{}\n```\n", how_it_runs(it.example),
                         trim(printable(without_settings(it.example), true)));
      if (fires) out += fmt::format("\n```text\n{}\n```\n", trim(it.output));
    }
  }
  return out + fmt::format("\n## Sources\n\n{}\n", info.sources);
}

std::string rule_index() {
  std::string out = "<!-- Generated by dbw-review rules --pages; do not edit. -->\n# Rules\n\n";
  out += fmt::format("{} rules. Severities are defaults; policy sets them per environment.\n", all_rules().size());
  std::string_view category;
  for (const Rule* rule : all_rules()) {
    const RuleInfo& info = rule->info;
    if (info.category != category) {
      category = info.category;
      out += fmt::format("\n## {}\n\n| rule | severity | engines | looks for |\n| --- | --- | --- | --- |\n", category);
    }
    out += fmt::format("| [{0}]({0}.md) | {1} | {2} | {3} |\n", info.id, model::severity_name(info.severity),
                       engines_text(info.engines), info.summary);
  }
  return out;
}

}  // namespace dbw::review
