#include "cli/parse.hpp"

#include <algorithm>
#include <charconv>
#include <deque>

#include <fmt/format.h>
#include <CLI/CLI.hpp>  // nowhere else: it costs six seconds to compile

#include "base/text.hpp"
#include "cli/suggest.hpp"

namespace dbw::cli {
namespace {

/// One level of the command line: the tool, a group of commands, or a command.
struct Level {
  CLI::App* app = nullptr;
  const Command* command = nullptr;  ///< null: the tool itself
  std::vector<std::pair<Option, CLI::Option*>> options;
};

/// The tree CLI11 walks. It only tells words apart; values, requirements and messages are ours, because CLI11 reads
/// "010" as eight, "[a,b]" as a list, and takes the next word for the value of "--title=".
class Parser {
 public:
  Parser(const Tool& tool, Invocation& invocation)
      : m_tool(tool), m_invocation(invocation), m_app(tool.summary, tool.name) {
    build(m_app, nullptr, tool.commands);
  }

  void parse(const std::vector<std::string>& arguments) {
    const auto mark = std::find(arguments.begin(), arguments.end(), "--");
    std::vector<std::string> words(arguments.begin(), mark);
    if (mark != arguments.end()) m_behind_mark.assign(mark + 1, arguments.end());
    for (const std::string& word : words) refuse_empty_value(word);
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    try {
      m_app.parse(words);
    } catch (const CLI::ParseError& error) {
      collect_path();
      refuse(explain(error));
    }
    collect_path();
    for (const Level* level : m_path) assign_options(*level);
    const Globals& globals = m_invocation.globals;
    if (!globals.help && !globals.version && globals.explain.empty()) require_all();
  }

 private:
  void build(CLI::App& app, const Command* command, const std::vector<Command>& below) {
    Level& level = m_levels.emplace_back();
    level.app = &app;
    level.command = command;
    app.set_help_flag();
    app.allow_extras();
    app.require_subcommand(0, 1);
    std::vector<Option> options = global_options(m_invocation.globals, command == nullptr);
    if (command != nullptr) options.insert(options.begin(), command->options.begin(), command->options.end());
    for (Option& option : options) {
      const bool flag = std::holds_alternative<bool*>(option.target);
      CLI::Option* made = flag ? app.add_flag(option.names)->disable_flag_override() : app.add_option(option.names);
      made->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      level.options.emplace_back(std::move(option), made);
    }
    for (const Command& each : below) build(*app.add_subcommand(each.name), &each, each.subcommands);
  }

  void collect_path() {
    for (const Level& level : m_levels) {
      if (level.app != &m_app && !level.app->parsed()) continue;
      m_path.push_back(&level);
      if (level.command != nullptr) m_invocation.path.push_back(level.command);
    }
  }

  [[noreturn]] void refuse(std::string message, std::string hint = {}) const {
    const std::string name = command_line_name(m_tool, m_invocation.path);
    if (!hint.empty()) hint += ' ';
    throw Error(ErrorCode::bad_usage, std::move(message),
                hint + fmt::format("Usage: {}. More: {} --help", usage_line(m_tool, m_invocation.path), name));
  }

  static std::string explain(const CLI::ParseError& error) {
    const std::string text = error.what();
    const std::string name = text.substr(0, text.find_first_of(": "));
    if (text.find("required") != std::string::npos) return fmt::format("{} needs a value", printable(name));
    if (text.find("flag override") != std::string::npos) return fmt::format("--{} takes no value", printable(name));
    return printable(text);
  }

  void refuse_empty_value(const std::string& word) const {
    if (word.size() > 3 && word.compare(0, 2, "--") == 0 && word.back() == '=' && word.find('=') == word.size() - 1) {
      refuse(fmt::format("{} has no value behind the equals sign", printable(word)));
    }
  }

  void assign_options(const Level& level) const {
    for (const auto& [option, made] : level.options) {
      if (made->count() > 0) assign(option, made->results());
    }
  }

  void assign(const Option& option, const std::vector<std::string>& values) const {
    if (bool* const* flag = std::get_if<bool*>(&option.target)) {
      **flag = true;
      return;
    }
    const bool many = std::holds_alternative<std::vector<std::string>*>(option.target);
    if (!many && values.size() > 1) refuse(fmt::format("{} was given more than once", option.names));
    for (const std::string& value : values) store(option.target, option.names, value);
  }

  void store(const Target& target, const std::string& name, const std::string& value) const {
    if (auto* text = std::get_if<std::string*>(&target)) {
      **text = value;
    } else if (auto* list = std::get_if<std::vector<std::string>*>(&target)) {
      (*list)->push_back(value);
    } else if (auto* number = std::get_if<std::int64_t*>(&target)) {
      const char* end = value.data() + value.size();
      const auto [stop, error] = std::from_chars(value.data(), end, **number);
      if (error != std::errc() || stop != end) {
        refuse(fmt::format("{} takes a whole number, not \"{}\"", name, printable(value)));
      }
    }
  }

  void require_all() const {
    for (const Level* level : m_path) {
      const bool last = level == m_path.back();
      const auto words = level->app->remaining();
      for (const std::string& word : words) {
        if (word.size() > 1 && word[0] == '-' && !is_number(word)) refuse_option(*level, word);
      }
      if (!last && !words.empty()) refuse_command(*level, words.front());
    }
    const Level& leaf = *m_path.back();
    const bool group = leaf.command == nullptr || !leaf.command->subcommands.empty();
    group ? require_command(leaf) : assign_positionals(leaf);
    for (const auto& [option, made] : leaf.options) {
      if (option.required && made->count() == 0) refuse(fmt::format("{} is missing", spelled(option)));
    }
    check_globals();
  }

  static bool is_number(const std::string& word) { return word[1] >= '0' && word[1] <= '9'; }

  static std::string spelled(const Option& option) { return option_names(option).back() + " " + option.value; }

  [[noreturn]] void refuse_option(const Level& level, const std::string& word) const {
    const std::string name = word.substr(0, word.find('='));
    std::vector<std::string> known;
    for (const auto& [option, made] : level.options) {
      for (const std::string& each : option_names(option)) known.push_back(each);
    }
    refuse(fmt::format("unknown option {}", printable(name)), did_you_mean(closest(name, known)));
  }

  [[noreturn]] void refuse_command(const Level& level, const std::string& word) const {
    std::vector<std::string> known;
    for (const Command& each : commands_of(level)) known.push_back(each.name);
    refuse(fmt::format("unknown command {}", printable(word)), did_you_mean(closest(word, known)));
  }

  static std::string did_you_mean(const std::string& found) {
    return found.empty() ? std::string() : fmt::format("Did you mean {}?", found);
  }

  const std::vector<Command>& commands_of(const Level& level) const {
    return level.command == nullptr ? m_tool.commands : level.command->subcommands;
  }

  void require_command(const Level& level) const {
    auto words = level.app->remaining();
    words.insert(words.end(), m_behind_mark.begin(), m_behind_mark.end());
    if (!words.empty()) refuse_command(level, words.front());
    std::vector<std::string> known;
    for (const Command& each : commands_of(level)) {
      if (!each.hidden) known.push_back(each.name);
    }
    refuse("a command is missing", fmt::format("Commands: {}.", join(known, ", ")));
  }

  void assign_positionals(const Level& leaf) const {
    std::vector<std::string> words = leaf.app->remaining();
    words.insert(words.end(), m_behind_mark.begin(), m_behind_mark.end());
    std::size_t next = 0;
    for (const Positional& positional : leaf.command->positionals) {
      if (next == words.size() && positional.required) refuse(fmt::format("{} is missing", positional.name));
      const bool many = std::holds_alternative<std::vector<std::string>*>(positional.target);
      const std::size_t end = many ? words.size() : std::min(next + 1, words.size());
      for (; next < end; ++next) store(positional.target, positional.name, words[next]);
    }
    if (next < words.size()) refuse(fmt::format("unexpected argument \"{}\"", printable(words[next])));
  }

  void check_globals() const {
    const Globals& globals = m_invocation.globals;
    if (globals.format != "text" && globals.format != "json") {
      refuse(fmt::format("--format is text or json, not \"{}\"", printable(globals.format)));
    }
    if (globals.color != "auto" && globals.color != "always" && globals.color != "never") {
      refuse(fmt::format("--color is auto, always or never, not \"{}\"", printable(globals.color)));
    }
  }

  const Tool& m_tool;
  Invocation& m_invocation;
  CLI::App m_app;
  std::deque<Level> m_levels;  // stable addresses
  std::vector<const Level*> m_path;
  std::vector<std::string> m_behind_mark;
};

}  // namespace

std::vector<Option> global_options(Globals& globals, bool root) {
  std::vector<Option> options = {
      {"-C,--repo", "FOLDER", "Work on the change repository in FOLDER (default: the current folder).", &globals.repo},
      {"--format", "text|json", "Form of the result, and of errors (default: text).", &globals.format},
      {"-q,--quiet", "", "No progress and no messages on standard error, except errors.", &globals.quiet},
      {"--color", "auto|always|never", "Colours (default: auto; NO_COLOR turns them off).", &globals.color},
      {"-h,--help", "", "Show this help.", &globals.help}};
  if (root) {
    options.push_back({"--version", "", "Show the version.", &globals.version});
    options.push_back({"--explain", "ERROR-ID", "Explain an error such as DBW-E0002.", &globals.explain});
  }
  return options;
}

void parse_arguments(const Tool& tool, const std::vector<std::string>& arguments, Invocation& invocation) {
  Parser(tool, invocation).parse(arguments);
}

std::string command_line_name(const Tool& tool, const std::vector<const Command*>& path) {
  std::string name = tool.name;
  for (const Command* command : path) name += " " + command->name;
  return name;
}

std::string usage_line(const Tool& tool, const std::vector<const Command*>& path) {
  std::string line = command_line_name(tool, path);
  if (path.empty() || !path.back()->subcommands.empty()) return line + " COMMAND [options]";
  for (const Option& option : path.back()->options) {
    if (option.required) line += " " + option_names(option).back() + " " + option.value;
  }
  line += " [options]";
  for (const Positional& positional : path.back()->positionals) {
    const bool many = std::holds_alternative<std::vector<std::string>*>(positional.target);
    const std::string name = positional.name + (many ? "..." : "");
    line += positional.required ? " " + name : " [" + name + "]";
  }
  return line;
}

std::vector<std::string> option_names(const Option& option) { return split(option.names, ','); }

}  // namespace dbw::cli
