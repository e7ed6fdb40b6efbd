#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"

namespace dbw::cli {
namespace {

/// One place of the command tree, as the scripts see it.
struct Place {
  std::string path;  ///< "", "/root", "/root/sign"
  const std::vector<Command>* commands = nullptr;
  std::vector<Option> options;
};

void collect(const std::string& path, const Command* command, const std::vector<Command>& below,
             std::vector<Place>& out) {
  Globals globals;
  Place place{path, &below, command == nullptr ? std::vector<Option>{} : command->options};
  const auto shared = global_options(globals, command == nullptr);
  place.options.insert(place.options.end(), shared.begin(), shared.end());
  out.push_back(std::move(place));
  for (const Command& each : below) collect(path + "/" + each.name, &each, each.subcommands, out);
}

std::vector<Place> places_of(const Tool& tool) {
  std::vector<Place> places;
  collect("", nullptr, tool.commands, places);
  return places;
}

std::string words_of(const Place& place) {
  std::vector<std::string> words;
  for (const Command& command : *place.commands) {
    if (!command.hidden) words.push_back(command.name);
  }
  for (const Option& option : place.options) {
    for (const std::string& name : option_names(option)) words.push_back(name);
  }
  return join(words, " ");
}

/// "text|json" are choices; "FILE" is a placeholder.
bool has_choices(const Option& option) { return option.value.find('|') != std::string::npos; }

std::string choices(const Option& option) {
  std::string out = option.value;
  std::replace(out.begin(), out.end(), '|', ' ');
  return out;
}

std::string identifier(const Tool& tool) {
  std::string out = "_" + tool.name;
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

/// bash and zsh (through bashcompinit's builtins) share the walk over the words that were typed.
std::string walk(const std::vector<Place>& places, std::string_view words, std::string_view from, std::string_view to) {
  std::string known;
  for (const Place& place : places) {
    if (!place.path.empty()) known += (known.empty() ? "" : "|") + place.path;
  }
  std::string out = fmt::format("  local place='' i\n  for ((i = {}; i < {}; i++)); do\n", from, to);
  out += fmt::format("    case \"$place/${{{}[i]}}\" in\n", words);
  if (!known.empty()) out += fmt::format("      {}) place=\"$place/${{{}[i]}}\" ;;\n", known, words);
  return out + "    esac\n  done\n";
}

std::string bash_script(const Tool& tool) {
  const auto places = places_of(tool);
  const std::string name = identifier(tool);
  std::string out = fmt::format("{}() {{\n  local cur=\"${{COMP_WORDS[COMP_CWORD]}}\" words=''\n", name);
  out += walk(places, "COMP_WORDS", "1", "COMP_CWORD");
  out += "  case \"$place ${COMP_WORDS[COMP_CWORD-1]}\" in\n";
  for (const Place& place : places) {
    for (const Option& option : place.options) {
      if (option.value.empty()) continue;
      const std::string reply = has_choices(option) ? fmt::format("-W '{}'", choices(option)) : "-f";
      for (const std::string& spelling : option_names(option)) {
        out +=
            fmt::format("    '{} {}') COMPREPLY=($(compgen {} -- \"$cur\")); return ;;\n", place.path, spelling, reply);
      }
    }
  }
  out += "  esac\n  case \"$place\" in\n";
  for (const Place& place : places) out += fmt::format("    '{}') words='{}' ;;\n", place.path, words_of(place));
  out += "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n";
  out += "  [[ ${#COMPREPLY[@]} -gt 0 || $cur == -* ]] || COMPREPLY=($(compgen -f -- \"$cur\"))\n}\n";
  return out + fmt::format("complete -F {} {}\n", name, tool.name);
}

std::string zsh_script(const Tool& tool) {
  const auto places = places_of(tool);
  std::string out = fmt::format("#compdef {}\n{}() {{\n", tool.name, identifier(tool));
  out += walk(places, "words", "2", "CURRENT");
  out += "  local -a entries\n  case \"$place\" in\n";
  for (const Place& place : places) {
    std::vector<std::string> entries;
    for (const Command& command : *place.commands) {
      if (!command.hidden) entries.push_back(shell_quoted(command.name + ":" + command.summary));
    }
    for (const Option& option : place.options) {
      for (const std::string& spelling : option_names(option))
        entries.push_back(shell_quoted(spelling + ":" + option.help));
    }
    out += fmt::format("    '{}') entries=({}) ;;\n", place.path, join(entries, " "));
  }
  out += "  esac\n  _describe 'command or option' entries || _files\n}\n";
  return out + fmt::format("compdef {} {}\n", identifier(tool), tool.name);
}

/// True where the words typed so far lead to `path`.
std::string fish_condition(const Place& place) {
  std::string out = "__fish_use_subcommand";
  std::vector<std::string> parts = split(place.path, '/');
  if (parts.size() > 1) out.clear();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    out += fmt::format("{}__fish_seen_subcommand_from {}", i == 1 ? "" : "; and ", parts[i]);
  }
  return shell_quoted(out);
}

std::string fish_script(const Tool& tool) {
  std::string out;
  for (const Place& place : places_of(tool)) {
    const std::string head = fmt::format("complete -c {} -n {}", tool.name, fish_condition(place));
    for (const Command& command : *place.commands) {
      if (!command.hidden) out += fmt::format("{} -f -a {} -d {}\n", head, command.name, shell_quoted(command.summary));
    }
    for (const Option& option : place.options) {
      out += head;
      for (const std::string& spelling : option_names(option)) {
        const bool is_long = spelling.compare(0, 2, "--") == 0;
        out += fmt::format(" -{} {}", is_long ? "l" : "s", spelling.substr(is_long ? 2 : 1));
      }
      if (!option.value.empty()) out += has_choices(option) ? " -x -a " + shell_quoted(choices(option)) : " -r";
      out += fmt::format(" -d {}\n", shell_quoted(option.help));
    }
  }
  return out;
}

}  // namespace

std::string completion_script(const Tool& tool, const std::string& shell) {
  if (shell == "bash") return bash_script(tool);
  if (shell == "zsh") return zsh_script(tool);
  if (shell == "fish") return fish_script(tool);
  throw Error(ErrorCode::bad_usage, fmt::format("no completion for the shell \"{}\"", printable(shell)),
              "Shells: bash, zsh, fish.");
}

}  // namespace dbw::cli
