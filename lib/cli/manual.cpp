#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"

namespace dbw::cli {
namespace {

/// roff reads a backslash anywhere and a dot or quote at the start of a line; a bare hyphen may be typeset.
std::string roff(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_start = c == '\n';
  }
  return out;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  for (const std::string_view line : split_lines(text)) out += line.empty() ? ".PP\n" : roff(line) + "\n";
  return out;
}

std::string options(const std::vector<Option>& list) {
  std::string out;
  for (const Option& option : list) {
    out += fmt::format(".TP\n.B {}", roff(join(option_names(option), ", ")));
    if (!option.value.empty()) out += fmt::format(" \\fI{}\\fP", roff(option.value));
    out += fmt::format("\n{}{}\n", roff(option.help), option.required ? " Required." : "");
  }
  return out;
}

std::string command_section(const Tool& tool, std::vector<const Command*> path) {
  const Command& command = *path.back();
  if (command.hidden) return {};
  std::string out = fmt::format(".SS {}\n{}\n", roff(usage_line(tool, path)), roff(command.summary));
  if (!command.description.empty()) out += ".PP\n" + paragraphs(command.description);
  for (const Positional& positional : command.positionals) {
    out += fmt::format(".TP\n.I {}\n{}\n", roff(positional.name), roff(positional.help));
  }
  out += options(command.options);
  for (const std::string& example : command.examples) out += fmt::format(".PP\n.EX\n  {}\n.EE\n", roff(example));
  for (const Command& below : command.subcommands) {
    std::vector<const Command*> deeper = path;
    deeper.push_back(&below);
    out += command_section(tool, deeper);
  }
  return out;
}

}  // namespace

std::string manual_page(const Tool& tool) {
  std::string out = fmt::format(".TH {} 1 \"\" \"dbw {}\" \"dbw manual\"\n.SH NAME\n{} \\- {}\n", roff(tool.name),
                                DBW_VERSION, roff(tool.name), roff(tool.summary));
  out += fmt::format(".SH SYNOPSIS\n.B {}\n", roff(usage_line(tool, {})));
  out += ".SH DESCRIPTION\n" + paragraphs(tool.description);
  Globals globals;
  out += ".SH OPTIONS\n" + options(global_options(globals, true));
  out += ".SH COMMANDS\n";
  for (const Command& command : tool.commands) out += command_section(tool, {&command});
  out += ".SH EXIT STATUS\n";
  for (const auto& [status, meaning] : exit_status_table()) {
    out += fmt::format(".TP\n.B {}\n{}\n", static_cast<int>(status), roff(meaning));
  }
  out += ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nTurns colours off where \\-\\-color is auto.\n";
  return out;
}

}  // namespace dbw::cli
