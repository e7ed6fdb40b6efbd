#include "workflow/caller.hpp"

#include <charconv>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file_access.hpp"
#include "crypto/pkcs11.hpp"
#include "workflow/credentials.hpp"

namespace dbw::workflow {
namespace {

std::vector<std::filesystem::path> secret_files(const ExecutorConfig& config) {
  std::vector<std::filesystem::path> files;
  if (const auto file = crypto::secret_file_of(config.key)) files.push_back(*file);
  for (const git::Remote* remote : {&config.change, &config.audit}) {
    if (!remote->ssh_key.empty()) files.push_back(remote->ssh_key);
    if (!remote->token_file.empty()) files.push_back(remote->token_file);
  }
  for (const auto& [place, target] : config.targets) {
    for (const Login* login : {&target.guard, &target.change, &target.read}) {
      for (const std::filesystem::path& file : secret_files_of(login->password)) files.push_back(file);
    }
  }
  return files;
}

bool is_ci_job(const std::map<std::string, std::string>& environment) {
  return environment.contains("GITLAB_CI") || environment.contains("GITHUB_ACTIONS") ||
         environment.contains("CI_JOB_ID");
}

}  // namespace

void require_caller_cannot_read(const ExecutorConfig& config, const std::map<std::string, std::string>& environment) {
  const auto sudo = environment.find("SUDO_UID");
  if (sudo == environment.end()) {
    if (!is_ci_job(environment)) return;
    throw Error(ErrorCode::caller_can_read_secrets,
                fmt::format("a CI job runs as the executor's own user and can use the key {}", config.key));
  }
  uid_t caller = 0;
  const auto [end, error] = std::from_chars(sudo->second.data(), sudo->second.data() + sudo->second.size(), caller);
  if (error != std::errc{} || end != sudo->second.data() + sudo->second.size())
    throw Error(ErrorCode::caller_can_read_secrets, "SUDO_UID is not a number");
  for (const std::filesystem::path& file : secret_files(config)) {
    if (caller != 0 && may_read(caller, file)) {
      throw Error(ErrorCode::caller_can_read_secrets,
                  fmt::format("user {}, who called this, can read {}", caller, file.string()));
    }
  }
}

}  // namespace dbw::workflow
