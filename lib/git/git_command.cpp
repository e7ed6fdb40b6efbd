#include "git/git_command.hpp"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace dbw::git {
namespace {

constexpr std::size_t k_config_bytes_max = 16 * 1024;
constexpr std::size_t k_words_bytes_max = 2000;
constexpr int k_connect_seconds_max = 15;

using Settings = std::vector<std::pair<std::string, std::string>>;

Settings settings_of(const Remote& remote, Protocol protocol) {
  Settings settings = {{"protocol.allow", "never"},
                       {fmt::format("protocol.{}.allow", name_of(protocol)), "always"},
                       {"core.hooksPath", "/dev/null"},
                       {"core.fsmonitor", "false"},
                       {"core.askPass", ""},
                       {"credential.helper", ""},
                       {"fetch.fsckObjects", "true"},
                       {"transfer.fsckObjects", "true"},
                       {"gc.auto", "0"},
                       {"maintenance.auto", "false"},
                       // Packs are made durable, references are not: the remote has them, and thousands take long.
                       {"core.fsync", "-all,pack,pack-metadata"},
                       {"push.default", "nothing"},
                       {"push.followTags", "false"},
                       {"push.gpgSign", "false"},
                       {"safe.directory", "*"}};
  if (protocol != Protocol::http && protocol != Protocol::https) return settings;
  // A redirect would carry the token to whatever host the server names.
  settings.insert(settings.end(),
                  {{"http.followRedirects", "false"}, {"http.sslVerify", "true"}, {"http.emptyAuth", "false"}});
  settings.insert(settings.end(),
                  {{"http.lowSpeedLimit", "100"}, {"http.lowSpeedTime", std::to_string(remote.timeout.count())}});
  if (!remote.token_header.empty()) settings.emplace_back("http.extraHeader", remote.token_header);
  if (!remote.ca_file.empty()) settings.emplace_back("http.sslCAInfo", remote.ca_file.string());
  if (!remote.proxy.empty()) settings.emplace_back("http.proxy", remote.proxy);
  return settings;
}

/// Every value is plain (require_remote), so the shell that git starts this with has nothing to interpret.
std::string ssh_command(const Remote& remote) {
  const auto connect = std::clamp<long>(static_cast<long>(remote.timeout.count()), 1, k_connect_seconds_max);
  std::string command = fmt::format(
      "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout={} -o UpdateHostKeys=no -o LogLevel=ERROR "
      "-o ControlMaster=no "
      "-o ControlPath=none -o ForwardAgent=no -o ForwardX11=no -o ClearAllForwardings=yes -o PermitLocalCommand=no "
      "-o ServerAliveInterval=15 -o ServerAliveCountMax=2",
      connect);
  if (!remote.ssh_key.empty()) command += fmt::format(" -o IdentitiesOnly=yes -i {}", remote.ssh_key.string());
  if (!remote.known_hosts.empty()) {
    command += fmt::format(" -F /dev/null -o UserKnownHostsFile={} -o GlobalKnownHostsFile=/dev/null",
                           remote.known_hosts.string());
  }
  return command;
}

std::map<std::string, std::string> environment_of(const std::filesystem::path& mirror, const Remote& remote,
                                                  Protocol protocol) {
  auto environment = clean_environment(protocol == Protocol::ssh);
  // git 2.31 does not know GIT_CONFIG_GLOBAL, and libcurl reads ~/.netrc. ssh finds the home folder without HOME.
  environment["HOME"] = mirror.string();
  environment["XDG_CONFIG_HOME"] = mirror.string();
  environment["LC_ALL"] = "C";
  environment["GIT_DIR"] = mirror.string();
  environment["GIT_CONFIG_NOSYSTEM"] = "1";
  environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
  environment["GIT_ATTR_NOSYSTEM"] = "1";
  environment["GIT_TERMINAL_PROMPT"] = "0";
  environment["GIT_ASKPASS"] = "/bin/false";
  environment["GIT_NO_REPLACE_OBJECTS"] = "1";
  if (protocol == Protocol::ssh) {
    environment["GIT_SSH_COMMAND"] = ssh_command(remote);
    environment["GIT_SSH_VARIANT"] = "ssh";
  }
  const Settings settings = settings_of(remote, protocol);
  environment["GIT_CONFIG_COUNT"] = std::to_string(settings.size());
  for (std::size_t i = 0; i < settings.size(); ++i) {
    environment[fmt::format("GIT_CONFIG_KEY_{}", i)] = settings[i].first;
    environment[fmt::format("GIT_CONFIG_VALUE_{}", i)] = settings[i].second;
  }
  return environment;
}

/// What must not be repeated: the token header's value and its last word, and a proxy's password.
std::vector<std::string> secrets_of(const Remote& remote) {
  std::vector<std::string> secrets;
  if (const auto colon = remote.token_header.find(": "); colon != std::string::npos) {
    const std::string value = remote.token_header.substr(colon + 2);
    secrets.push_back(value);
    secrets.push_back(value.substr(value.rfind(' ') + 1));
  }
  const auto at = remote.proxy.rfind('@');
  const auto scheme = remote.proxy.find("://");
  if (at != std::string::npos && scheme != std::string::npos)
    secrets.push_back(remote.proxy.substr(scheme + 3, at - scheme - 3));
  std::erase_if(secrets, [](const std::string& each) { return each.empty(); });
  return secrets;
}

bool is_plain_config_line(std::string_view line) {
  constexpr std::string_view plain[] = {"",
                                        "[core]",
                                        "repositoryformatversion = 0",
                                        "filemode = true",
                                        "filemode = false",
                                        "bare = true",
                                        "logallrefupdates = false",
                                        "ignorecase = true",
                                        "precomposeunicode = true",
                                        "symlinks = false"};
  return std::find(std::begin(plain), std::end(plain), line) != std::end(plain);
}

int number_at(std::string_view& text) {
  int value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  if (text.starts_with('.')) text.remove_prefix(1);
  return value;
}

struct Words {
  std::string_view part;
  ErrorCode code;
};
/// In order: the first that occurs decides. Git and ssh speak English here (LC_ALL=C).
constexpr Words k_words[] = {
    {"Host key verification failed", ErrorCode::git_untrusted_host},
    {"server certificate verification failed", ErrorCode::git_untrusted_host},
    {"SSL certificate problem", ErrorCode::git_untrusted_host},
    {"SSL: no alternative certificate", ErrorCode::git_untrusted_host},
    {"mismatched algorithms", ErrorCode::git_sha256_repository},
    {"hash algorithm", ErrorCode::git_sha256_repository},
    {"objectformat", ErrorCode::git_sha256_repository},
    {"shallow update not allowed", ErrorCode::git_shallow},
    {"shallow roots are not allowed", ErrorCode::git_shallow},
    {"source repository is shallow", ErrorCode::git_shallow},
    {"does not appear to be a git repository", ErrorCode::git_no_such_repository},
    {"epository not found", ErrorCode::git_no_such_repository},
    {"could not be found", ErrorCode::git_no_such_repository},
    {"' not found", ErrorCode::git_no_such_repository},
    {"returned error: 404", ErrorCode::git_no_such_repository},
    {"not a git repository", ErrorCode::git_no_such_repository},
    {"Permission denied", ErrorCode::git_denied},
    {"Authentication failed", ErrorCode::git_denied},
    {"could not read Username", ErrorCode::git_denied},
    {"could not read Password", ErrorCode::git_denied},
    {"returned error: 401", ErrorCode::git_denied},
    {"returned error: 403", ErrorCode::git_denied},
    {"Too many authentication failures", ErrorCode::git_denied},
    {"dubious ownership", ErrorCode::git_denied},
    {"ERROR: ", ErrorCode::git_denied},
    {"hung up unexpectedly", ErrorCode::git_unreachable},
    {"early EOF", ErrorCode::git_unreachable},
    {"unexpected disconnect", ErrorCode::git_unreachable},
    {"fsck error", ErrorCode::git_bad_object},
    {"nvalid object", ErrorCode::git_bad_object},
    {"missing blob", ErrorCode::git_bad_object},
    {"did not send all necessary objects", ErrorCode::git_bad_object},
    {"No space left", ErrorCode::git_write_failed},
    {"unable to write", ErrorCode::git_write_failed},
    {"unable to create", ErrorCode::git_write_failed},
    {"Unable to create", ErrorCode::git_write_failed},
    {"index-pack failed", ErrorCode::git_bad_object},
    {"unpack-objects failed", ErrorCode::git_bad_object},
};

}  // namespace

ErrorCode classify(std::string_view errors) {
  for (const Words& each : k_words) {
    if (errors.find(each.part) != std::string_view::npos) return each.code;
  }
  return ErrorCode::git_unreachable;
}

GitCommand::GitCommand(std::filesystem::path mirror, const Remote& remote)
    : m_mirror(std::move(mirror)),
      m_url(remote.url),
      m_timeout(remote.timeout),
      m_protocol(require_remote(remote)),
      m_environment(environment_of(m_mirror, remote, m_protocol)),
      m_secrets(secrets_of(remote)) {
  require_plain_config();
}

void GitCommand::require_plain_config() const {
  const std::string text = read_file(m_mirror / "config", k_config_bytes_max);
  for (const std::string_view line : split_lines(text)) {
    if (is_plain_config_line(trim(line))) continue;
    throw Error(ErrorCode::git_bad_config, fmt::format("{}: \"{}\" is not a setting that dbw wrote",
                                                       (m_mirror / "config").string(), printable(line)));
  }
}

void GitCommand::require_program() const {
  // One look per process and search path: it costs as much as a look at a remote.
  static std::mutex mutex;
  static std::set<std::string> known;
  const auto path = m_environment.find("PATH");
  const std::string where = path == m_environment.end() ? std::string() : path->second;
  const std::lock_guard lock(mutex);
  if (known.contains(where)) return;
  const ProcessResult result = start({"--version"}, {});
  constexpr std::string_view start = "git version ";
  std::string_view text = result.output;
  if (result.status == 0 && text.starts_with(start)) {
    text.remove_prefix(start.size());
    const int major = number_at(text);
    const int minor = number_at(text);
    if (major > 2 || (major == 2 && minor >= 31)) {
      known.insert(where);
      return;
    }
  }
  throw Error(ErrorCode::git_missing_program,
              fmt::format("found \"{}\"; expected git 2.31 or newer", printable(trim(result.output))));
}

ProcessResult GitCommand::run(std::vector<std::string> arguments, std::string input) const {
  require_program();
  require_plain_config();
  return start(std::move(arguments), std::move(input));
}

ProcessResult GitCommand::start(std::vector<std::string> arguments, std::string input) const {
  ProcessRequest request;
  request.argv = std::move(arguments);
  request.argv.insert(request.argv.begin(), "git");
  request.environment = m_environment;
  request.input = std::move(input);
  request.folder = m_mirror;
  request.timeout = m_timeout;
  try {
    return run_process(request);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::process_missing)
      throw Error(ErrorCode::git_missing_program, "the program git is not installed");
    if (error.code() != ErrorCode::process_timeout) throw;
    throw Error(ErrorCode::git_unreachable,
                fmt::format("{}: no answer within {}", printable(m_url), format_duration(m_timeout)));
  }
}

std::string GitCommand::redacted(std::string text) const {
  for (const std::string& secret : m_secrets) {
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3))
      text.replace(at, secret.size(), "***");
  }
  return text;
}

std::string GitCommand::words(const ProcessResult& result) const {
  std::vector<std::string> lines;
  for (const std::string_view line : split_lines(result.errors)) {
    if (!trim(line).empty()) lines.emplace_back(trim(line));
  }
  const std::string all = redacted(join(lines, "; "));
  return printable(all.substr(0, k_words_bytes_max));
}

Error GitCommand::failure(const ProcessResult& result, std::string_view doing) const {
  const std::string said = words(result);
  return {classify(result.errors), fmt::format("{} {}: git ended with status {} and says: {}", doing, printable(m_url),
                                               result.status, said.empty() ? "nothing" : said)};
}

}  // namespace dbw::git
