#include <algorithm>
#include <memory>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "report/findings.hpp"
#include "report/findings_ci.hpp"
#include "review/review.hpp"

namespace dbw::tool {
namespace {

struct Arguments {
  std::vector<std::string> files;
  std::string engine;
  std::string server_version;
  std::string environment;
  bool in_transaction = false;
  bool markdown = false;
  std::string output;
};

std::string read_input(const std::string& path) {
  return path == "-" ? read_stdin(k_sql_bytes_max) : read_file(path, k_sql_bytes_max);
}

/// "15", "15.4", "3.40.1": what is not a version would silently be read as the default one.
std::string require_version(const std::string& text) {
  const bool good = std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  if (!text.empty() && (!good || text.front() == '.')) {
    throw Error(ErrorCode::bad_usage, "--server-version: \"" + printable(text) + "\" is not a version",
                "Write a number such as 15 or 15.4.");
  }
  return text;
}

review::ReviewInput make_input(const Arguments& arguments, const cli::Context& context, report::SqlFiles& texts) {
  review::ReviewInput input;
  if (arguments.engine.empty()) context.note("engine: postgresql (say --engine sqlite for SQLite)\n");
  input.engine = require_engine(arguments.engine.empty() ? "postgresql" : arguments.engine);
  input.server_version = require_version(arguments.server_version);
  input.environment = arguments.environment;
  input.executor = false;
  input.now = context.clock.now();
  std::vector<std::string> names;
  for (const std::string& path : arguments.files) {
    const std::string name = path == "-" ? "<stdin>" : path;
    if (!texts.emplace(name, read_input(path)).second)
      throw Error(ErrorCode::bad_usage, "the file " + printable(name) + " is given twice", "Name every file once.");
    names.push_back(name);
  }
  std::vector<std::string_view> sql;
  for (const std::string& name : names) sql.push_back(texts.at(name));
  std::vector<sqlparse::ParsedSql> parsed = sqlparse::parse_all(input.engine, sql, {.bytes_max = k_sql_bytes_max});
  for (std::size_t i = 0; i < names.size(); ++i)
    input.files.push_back({names[i], std::move(parsed[i]), arguments.in_transaction});
  return input;
}

/// Waived findings do not count.
bool has_error(const model::Review& review) {
  for (const model::Finding& finding : review.findings) {
    if (!finding.waived && finding.severity >= model::Severity::error) return true;
  }
  return false;
}

/// What CI systems read.
std::string ci_output(const std::string& name, const model::Review& review, const report::SqlFiles& texts) {
  if (name == "gitlab") return report::findings_gitlab(review, texts) + "\n";
  if (name == "github") return report::findings_github(review, texts);
  return report::findings_rdjson(review, texts) + "\n";
}

void require_one_output(const Arguments& arguments, const cli::Context& context) {
  const std::string& name = arguments.output;
  if (name.empty()) return;
  if (name != "gitlab" && name != "github" && name != "rdjson")
    throw Error(ErrorCode::bad_usage, "there is no output \"" + printable(name) + "\"",
                "Use --output gitlab, github or rdjson.");
  if (arguments.markdown || context.json)
    throw Error(ErrorCode::bad_usage, "--output excludes --markdown and --format json", "Leave one of them out.");
}

ExitStatus run(const Arguments& arguments, const cli::Context& context) {
  require_one_output(arguments, context);
  if (arguments.markdown && context.json)
    throw Error(ErrorCode::bad_usage, "--markdown and --format json exclude each other", "Leave one of the two out.");
  report::SqlFiles texts;
  const model::Review review = review::review_sql(make_input(arguments, context, texts));
  if (!arguments.output.empty()) {
    context.out(ci_output(arguments.output, review, texts));
  } else if (context.json) {
    context.out(report::findings_json(review, texts) + "\n");
  } else if (arguments.markdown) {
    context.out(report::findings_markdown(review, texts));
  } else {
    context.out(report::findings_text(review, texts, context.color));
  }
  return has_error(review) ? ExitStatus::refused : ExitStatus::done;
}

}  // namespace

cli::Command check_command() {
  auto arguments = std::make_shared<Arguments>();
  cli::Command command;
  command.name = "check";
  command.summary = "Report what would hurt production, and what to do instead";
  command.description =
      "Reads plain SQL files, in the order in which they run, as one change. Exit status 0: no finding above warning; "
      "1: an error or a blocking finding; "
      "2: wrong usage; 3: input that is too large; 4: a file that cannot be read. `-- dbw:allow <rule> <reason>` "
      "beside a statement shows a wish for a waiver; it "
      "does not change the answer.";
  command.examples = {"dbw-review check migrations/0042_orders.sql",
                      "dbw-review check --in-transaction --server-version 14 up.sql",
                      "git show HEAD:fix.sql | dbw-review check --markdown -"};
  command.options = {
      {"--engine", "NAME", "postgresql (default), mysql, mariadb or sqlite", &arguments->engine},
      {"--server-version", "VERSION", "version of the server, for example 15 (default)", &arguments->server_version},
      {"--environment", "NAME", "environment that the SQL is for", &arguments->environment},
      {"--in-transaction", "", "each file is run in one transaction (psql -1 and most migration tools)",
       &arguments->in_transaction},
      {"--markdown", "", "write a comment for a merge request", &arguments->markdown},
      {"--output", "NAME", "write for a CI system: gitlab (Code Quality), github (annotations) or rdjson (reviewdog)",
       &arguments->output}};
  command.positionals = {{"FILE", "SQL files; - is standard input", &arguments->files}};
  command.run = [arguments](const cli::Context& context) { return run(*arguments, context); };
  return command;
}

}  // namespace dbw::tool
