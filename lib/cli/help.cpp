#include "cli/help.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/output.hpp"
#include "cli/parse.hpp"
#include "cli/table.hpp"

namespace dbw::cli {
namespace {

constexpr std::size_t k_help_column = 28;

std::string entry(const std::string& left, const std::string& right) {
  std::string line = "  " + left;
  if (line.size() + 2 > k_help_column) {
    line += "\n" + std::string(k_help_column, ' ');
  } else {
    line.append(k_help_column - line.size(), ' ');
  }
  return line + wrap(right, k_help_column) + "\n";
}

std::string option_entry(const Option& option) {
  const std::string value = option.value.empty() ? "" : " " + option.value;
  return entry(join(option_names(option), ", ") + value, option.help + (option.required ? " Required." : ""));
}

std::string command_list(const std::vector<Command>& commands) {
  std::string out = "\nCommands:\n";
  for (const Command& command : commands) {
    if (!command.hidden) out += entry(command.name, command.summary);
  }
  return out;
}

std::string command_details(const Command& command) {
  std::string out;
  if (!command.positionals.empty()) out += "\nArguments:\n";
  for (const Positional& positional : command.positionals) out += entry(positional.name, positional.help);
  if (!command.options.empty()) out += "\nOptions:\n";
  for (const Option& option : command.options) out += option_entry(option);
  if (!command.subcommands.empty()) out += command_list(command.subcommands);
  return out;
}

std::string examples_text(const std::vector<std::string>& examples) {
  if (examples.empty()) return {};
  return "\nExamples:\n  " + join(examples, "\n  ") + "\n";
}

std::string exit_statuses_text() {
  std::string out = "\nExit statuses:\n";
  for (const auto& [status, meaning] : exit_status_table()) {
    out += fmt::format("  {:<4}{}\n", static_cast<int>(status), meaning);
  }
  return out;
}

const ErrorInfo& find_error(const std::string& id) {
  std::string wanted = to_lower(trim(id));
  for (const std::string_view prefix : {"dbw-", "e"}) {
    if (wanted.compare(0, prefix.size(), prefix) == 0 && wanted.size() > prefix.size()) {
      const char next = wanted[prefix.size()];
      if (prefix == "dbw-" || (next >= '0' && next <= '9')) wanted.erase(0, prefix.size());
    }
  }
  for (const ErrorInfo& info : error_table()) {
    const int number = static_cast<int>(info.code);
    if (wanted == info.name || wanted == fmt::format("{:04}", number) || wanted == std::to_string(number)) return info;
  }
  throw Error(ErrorCode::bad_usage, fmt::format("there is no error \"{}\"", printable(id)),
              "An error id looks like DBW-E0002.");
}

}  // namespace

const std::vector<std::pair<ExitStatus, std::string>>& exit_status_table() {
  static const std::vector<std::pair<ExitStatus, std::string>> k_table = {
      {ExitStatus::done, "done or accepted; also: nothing was due"},
      {ExitStatus::refused, "the check ran and the answer is no; nothing changed"},
      {ExitStatus::usage, "wrong usage"},
      {ExitStatus::malformed, "malformed or oversized input"},
      {ExitStatus::environment, "file, git, network, configuration, expired token; may be retried"},
      {ExitStatus::database_refused, "the database refused or failed and nothing was changed"},
      {ExitStatus::database_unknown, "database state unknown or partly changed: never retry, call a person"},
      {ExitStatus::busy, "another execution holds the lock"},
      {ExitStatus::bug, "a bug in dbw"}};
  return k_table;
}

std::string help_text(const Tool& tool, const std::vector<const Command*>& path) {
  const std::string& summary = path.empty() ? tool.summary : path.back()->summary;
  const std::string& description = path.empty() ? tool.description : path.back()->description;
  std::string out =
      fmt::format("{} - {}\n\nUsage: {}\n", command_line_name(tool, path), summary, usage_line(tool, path));
  if (!description.empty()) out += "\n" + wrap(description, 0) + "\n";
  out += path.empty() ? command_list(tool.commands) : command_details(*path.back());
  Globals globals;
  out += path.empty() ? "\nOptions:\n" : "\nOptions of every command:\n";
  for (const Option& option : global_options(globals, path.empty())) out += option_entry(option);
  if (!path.empty()) out += examples_text(path.back()->examples);
  return out + exit_statuses_text();
}

std::string explain_error(const std::string& id, bool json) {
  const ErrorInfo& info = find_error(id);
  if (json) {
    return fmt::format(R"({{"id":{},"name":{},"title":{},"hint":{},"exit_status":{}}})"
                       "\n",
                       json_quote(error_id(info.code)), json_quote(info.name), json_quote(info.title),
                       json_quote(info.hint), static_cast<int>(info.status));
  }
  std::string meaning;
  for (const auto& [status, text] : exit_status_table()) {
    if (status == info.status) meaning = text;
  }
  return fmt::format("{} {}: {}\n  {}\n  exit status {}: {}\n", error_id(info.code), info.name, info.title, info.hint,
                     static_cast<int>(info.status), meaning);
}

}  // namespace dbw::cli
