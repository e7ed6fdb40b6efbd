#include "workflow/password_files.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw::workflow {
namespace {

constexpr std::array<std::string_view, 3> k_socket_folders = {"/var/run/postgresql", "/run/postgresql", "/tmp"};

/// Takes a field off the line where it is `wanted`; false leaves the line anywhere.
bool take_field(std::string_view& line, std::string_view wanted) {
  if (line.starts_with("*:")) {
    line.remove_prefix(2);
    return true;
  }
  while (!line.empty()) {
    if (line.front() == ':' && wanted.empty()) {
      line.remove_prefix(1);
      return true;
    }
    if (line.front() == '\\') line.remove_prefix(1);
    if (line.empty() || wanted.empty() || line.front() != wanted.front()) return false;
    line.remove_prefix(1);
    wanted.remove_prefix(1);
  }
  return false;
}

bool matches(std::string_view& line, std::string_view host, const PasswordQuery& query) {
  return take_field(line, host) && take_field(line, query.port) && take_field(line, query.database) &&
         take_field(line, query.user);
}

/// Wiped when it goes.
struct SecretDraft {
  std::string text;
  ~SecretDraft() { crypto::wipe(text); }
};

crypto::SecretBytes without_backslashes(std::string_view field) {
  SecretDraft draft;
  draft.text.reserve(field.size());  // no copy is left behind by growing
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\\' && i + 1 < field.size()) ++i;
    draft.text += field[i];
  }
  return crypto::SecretBytes(draft.text);
}

/// '#' ends a line but between quotes.
std::string_view without_comment(std::string_view line) {
  char quote = '\0';
  bool escaped = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if ((c == '"' || c == '\'') && !escaped) {
      if (quote == '\0') {
        quote = c;
      } else if (quote == c) {
        quote = '\0';
      }
    }
    if (c == '#' && quote == '\0') return line.substr(0, i);
    escaped = quote != '\0' && c == '\\' && !escaped;
  }
  return line;
}

std::string_view without_quotes(std::string_view value) {
  const bool quoted =
      value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
  return quoted ? value.substr(1, value.size() - 2) : value;
}

void unescape(std::string_view value, std::string& out) {
  constexpr std::string_view names = "ntrbs\"'\\";
  constexpr std::string_view characters = "\n\t\r\b \"'\\";
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto at = value[i] == '\\' && i + 1 < value.size() ? names.find(value[i + 1]) : std::string_view::npos;
    out += at == std::string_view::npos ? value[i] : characters[at];
    if (at != std::string_view::npos) ++i;
  }
}

/// The options of one group. Values are wiped.
struct OptionGroup {
  bool found = false;
  std::map<std::string, SecretDraft, std::less<>> options;
};

OptionGroup read_group(std::string_view text, std::string_view name) {
  OptionGroup group;
  bool inside = false;
  for (std::string_view line : split_lines(text)) {
    line = trim(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '!')
      throw Error(ErrorCode::credential_entry_missing, "the option file includes others, which are not read");
    if (line.front() == '[') {
      inside = trim(line.substr(1, line.find(']') - 1)) == name;
      group.found = group.found || inside;
      continue;
    }
    const auto equals = line.find('=');
    if (!inside || equals == std::string_view::npos) continue;
    std::string option(trim(line.substr(0, equals)));
    std::replace(option.begin(), option.end(), '_', '-');
    SecretDraft& value = group.options[option];
    crypto::wipe(value.text);
    unescape(without_quotes(trim(without_comment(line.substr(equals + 1)))), value.text);
  }
  return group;
}

}  // namespace

std::optional<crypto::SecretBytes> find_in_pgpass(std::string_view text, const PasswordQuery& query) {
  const bool usual_socket =
      std::find(k_socket_folders.begin(), k_socket_folders.end(), query.host) != k_socket_folders.end();
  for (std::string_view line : split_lines(text)) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    std::string_view rest = line;
    if (matches(rest, query.host, query)) return without_backslashes(rest);
    rest = line;
    if (usual_socket && matches(rest, "localhost", query)) return without_backslashes(rest);
  }
  return std::nullopt;
}

std::optional<crypto::SecretBytes> find_in_my_cnf(std::string_view text, std::string_view group_name,
                                                  const PasswordQuery& query) {
  const OptionGroup group = read_group(text, group_name);
  if (!group.found)
    throw Error(ErrorCode::credential_entry_missing, fmt::format("the option file has no group [{}]", group_name));
  const bool socket = query.host.starts_with('/');
  const std::pair<std::string_view, std::string_view> wanted[] = {
      {"user", query.user}, {socket ? "socket" : "host", query.host}, {"port", query.port}};
  for (const auto& [option, value] : wanted) {
    const auto found = group.options.find(option);
    if (found == group.options.end() || found->second.text == value || (socket && option == "port")) continue;
    throw Error(ErrorCode::credential_entry_missing,
                fmt::format("group [{}] of the option file is for another {} than {}", group_name, option, value));
  }
  const auto password = group.options.find("password");
  if (password == group.options.end()) return std::nullopt;
  return crypto::SecretBytes(password->second.text);
}

}  // namespace dbw::workflow
