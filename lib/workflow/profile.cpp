#include "workflow/profile.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file_access.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "codec/yaml.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view k_how_to_trust = "Pin a change repository once: dbw-sign trust URL sha256:ROOT-DIGEST";

Profile read_profile(const fs::path& folder) {
  const fs::path file = folder / "profile.yaml";
  const std::string bytes = read_file(file, k_yaml_bytes_max);
  const codec::Value document = codec::parse_yaml(bytes, file.string());
  codec::Reader reader(document, file.string());
  reader.one_of("dbw", {"profile/v1"});
  Profile profile;
  profile.folder = folder;
  profile.person = reader.name_if("person").value_or("");
  profile.email = reader.text_if("email").value_or("");
  if (const auto key = reader.text_if("key")) profile.key = below(folder, *key);
  profile.signing_program = reader.text_if("signing_program").value_or("ssh-keygen");
  profile.remote = read_remote(reader, folder);
  if (auto audit = reader.map("audit")) {
    profile.audit = read_remote(*audit, folder);
    audit->finish();
  }
  reader.finish();
  const fs::path pin = folder / "pin.yaml";
  profile.pin = model::parse_pin(read_file(pin, k_yaml_bytes_max), pin.string());
  return profile;
}

/// The URLs of the remotes that the checkout at `where` knows; empty where it is no checkout. Only compared, never
/// used.
std::vector<std::string> urls_of_checkout(const fs::path& where) {
  std::map<std::string, std::string> environment = clean_environment();
  environment["GIT_CONFIG_NOSYSTEM"] = "1";
  environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
  const ProcessResult result =
      run_process({.argv = {"git", "-C", where.string(), "config", "--local", "--get-regexp", "^remote\\..*\\.url$"},
                   .environment = environment});
  std::vector<std::string> urls;
  for (const std::string_view line : split_lines(result.output)) {
    const auto blank = line.find(' ');
    if (blank != std::string_view::npos) urls.emplace_back(line.substr(blank + 1));
  }
  return urls;
}

}  // namespace

fs::path below(const fs::path& folder, const std::string& path) {
  return fs::path(path).is_absolute() ? fs::path(path) : folder / path;
}

fs::path home_folder() {
  if (const char* own = std::getenv("DBW_HOME"); own != nullptr && *own != '\0') return own;
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config != nullptr && *config != '\0')
    return fs::path(config) / "dbw";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return fs::path(home) / ".config" / "dbw";
  throw Error(ErrorCode::profile_missing, "no home folder: neither DBW_HOME, XDG_CONFIG_HOME nor HOME is set");
}

fs::path profile_folder(std::string_view repo_id) { return home_folder() / "repositories" / repo_id; }

Profile load_profile(const fs::path& where) {
  std::vector<Profile> profiles;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(home_folder() / "repositories", ignored)) {
    if (fs::exists(entry.path() / "profile.yaml", ignored)) profiles.push_back(read_profile(entry.path()));
  }
  if (profiles.empty()) {
    throw Error(ErrorCode::profile_missing, fmt::format("no change repository is pinned in {}", home_folder().string()),
                std::string(k_how_to_trust));
  }
  if (profiles.size() == 1) return profiles.front();
  const std::vector<std::string> urls = urls_of_checkout(where);
  for (Profile& profile : profiles) {
    if (std::find(urls.begin(), urls.end(), profile.remote.url) != urls.end()) return std::move(profile);
  }
  throw Error(ErrorCode::profile_ambiguous,
              fmt::format("{} change repositories are pinned, and no remote of {} names one of them", profiles.size(),
                          where.string()),
              "Run inside a clone of the change repository, or name one with -C.");
}

void save_profile(const Profile& profile) {
  const fs::path pin_file = profile.folder / "pin.yaml";
  std::error_code ignored;
  if (fs::exists(pin_file, ignored)) {
    const model::Pin old = model::parse_pin(read_file(pin_file, k_yaml_bytes_max), pin_file.string());
    if (old.root_sha256 != profile.pin.root_sha256) {
      throw Error(ErrorCode::profile_exists,
                  fmt::format("{} pins another root already: {}", pin_file.string(), old.root_sha256.text()),
                  "Ask who gave you the new digest. To start over, remove that folder by hand.");
    }
  }
  make_folders(profile.folder, 0700);
  std::string text = fmt::format("dbw: profile/v1\nurl: {}\n", codec::yaml_scalar(profile.remote.url));
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format("{}: {}\n", name, codec::yaml_scalar(value));
  };
  add("person", profile.person);
  add("email", profile.email);
  add("key", profile.key.string());
  if (profile.signing_program != "ssh-keygen") add("signing_program", profile.signing_program);
  add("ssh_key", profile.remote.ssh_key.string());
  add("known_hosts", profile.remote.known_hosts.string());
  add("ca_file", profile.remote.ca_file.string());
  if (profile.audit) text += fmt::format("audit:\n  url: {}\n", codec::yaml_scalar(profile.audit->url));
  write_file_atomic(pin_file, model::render_pin(profile.pin), 0600);
  write_file_atomic(profile.folder / "profile.yaml", text, 0600);
}

git::Remote read_remote(codec::Reader& reader, const fs::path& folder) {
  git::Remote remote;
  remote.url = reader.text("url");
  if (const auto path = reader.text_if("ssh_key")) remote.ssh_key = below(folder, *path);
  if (const auto path = reader.text_if("known_hosts")) remote.known_hosts = below(folder, *path);
  if (const auto path = reader.text_if("ca_file")) remote.ca_file = below(folder, *path);
  if (const auto path = reader.text_if("token_file")) {
    remote.token_file = below(folder, *path);
    require_private_file(remote.token_file);
    remote.token_header = fmt::format("Authorization: Bearer {}", trim(read_file(remote.token_file, 64 * 1024)));
  }
  remote.proxy = reader.text_if("proxy").value_or("");
  remote.allow_http = reader.boolean_or("allow_http", false);
  if (const auto timeout = reader.duration_if("timeout")) remote.timeout = *timeout;
  return remote;
}

}  // namespace dbw::workflow
