#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "report/findings.hpp"
#include "review/examples.hpp"
#include "review/review.hpp"

namespace dbw::tool {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string pages;
  std::string examples = "tests/rules";
};

std::string rules_json() {
  codec::Value list{codec::Value::List{}};
  for (const review::Rule* rule : review::all_rules()) {
    codec::Value entry, engines{codec::Value::List{}};
    for (const Engine engine : review::engines_of(rule->info.engines)) engines.push(engine_name(engine));
    entry.set("id", rule->info.id);
    entry.set("category", rule->info.category);
    entry.set("engines", std::move(engines));
    entry.set("severity", model::severity_name(rule->info.severity));
    entry.set("suppressible", rule->info.suppressible);
    entry.set("summary", rule->info.summary);
    list.push(std::move(entry));
  }
  return codec::emit_json_pretty(codec::Value(codec::Value::Map{{"rules", std::move(list)}}));
}

std::string rules_text() {
  std::string out;
  std::string_view category;
  for (const review::Rule* rule : review::all_rules()) {
    if (rule->info.category != category)
      out += fmt::format("{}{}\n", category.empty() ? "" : "\n", rule->info.category);
    category = rule->info.category;
    out += fmt::format("  {:<8} {:<36} {}\n", model::severity_name(rule->info.severity), rule->info.id,
                       rule->info.summary);
  }
  return out;
}

/// In the order of their names, so that pages do not depend on the file system.
std::vector<fs::path> example_files(const fs::path& folder) {
  std::vector<fs::path> out;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".sql") out.push_back(entry.path());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string print_example(std::string_view rule, const review::Example& example) {
  model::Review review = review::review_sql(example.input);
  // The page of a rule shows that rule alone.
  std::erase_if(review.findings, [&](const model::Finding& finding) { return finding.rule != rule; });
  const std::string text =
      report::findings_text(review, {{"example.sql", example.input.files.front().parsed.sql}}, false);
  return text.substr(0, text.rfind("\n\n"));
}

std::string make_page(const review::RuleInfo& info, const fs::path& folder) {
  std::vector<review::PrintedExample> examples;
  for (const fs::path& path : example_files(folder)) {
    review::Example example = review::parse_example(path.filename().string(), read_file(path, k_sql_bytes_max));
    review::switch_on(example.input, info);
    examples.push_back({example, print_example(info.id, example)});
  }
  for (const bool fires : {true, false}) {
    if (std::none_of(examples.begin(), examples.end(), [&](const auto& it) { return it.example.fires == fires; })) {
      throw Error(ErrorCode::rule_example_missing,
                  fmt::format("rule {} has no {} example in {}", info.id, fires ? "bad" : "good", folder.string()));
    }
  }
  return review::rule_page(info, examples);
}

ExitStatus run(const Arguments& arguments, const cli::Context& context) {
  if (arguments.pages.empty()) {
    context.out(context.json ? rules_json() + "\n" : rules_text());
    return ExitStatus::done;
  }
  const fs::path folder = arguments.pages;
  make_folders(folder);
  for (const review::Rule* rule : review::all_rules()) {
    const std::string id(rule->info.id);
    write_file_atomic(folder / (id + ".md"), make_page(rule->info, fs::path(arguments.examples) / id));
  }
  write_file_atomic(folder / "README.md", review::rule_index());
  context.note(fmt::format("wrote {} pages to {}\n", review::all_rules().size() + 1, folder.string()));
  return ExitStatus::done;
}

}  // namespace

cli::Command rules_command() {
  auto arguments = std::make_shared<Arguments>();
  cli::Command command;
  command.name = "rules";
  command.summary = "List the rules, or write their documentation pages";
  command.description =
      "One line for each rule with its default severity. With --pages, writes the page of each rule and an index; the "
      "output on the pages is what "
      "the tool prints for the examples.";
  command.examples = {"dbw-review rules", "dbw-review rules --format json", "dbw-review rules --pages docs/rules"};
  command.options = {{"--pages", "FOLDER", "write the pages there", &arguments->pages},
                     {"--examples", "FOLDER", "examples for the pages (default tests/rules)", &arguments->examples}};
  command.run = [arguments](const cli::Context& context) { return run(*arguments, context); };
  return command;
}

}  // namespace dbw::tool
