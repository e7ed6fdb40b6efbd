#include "workflow/host_safety.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file_access.hpp"
#include "base/hardening.hpp"
#include "base/text.hpp"
#include "db/connect.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

void require_private_if_there(const fs::path& path) {
  if (std::error_code ignored; !path.empty() && fs::exists(path, ignored)) require_private_file(path);
}

void add_command(const Credential& credential, std::vector<std::string>& programs) {
  if (credential.vault) return add_command(credential.vault->proof, programs);
  if (credential.source == Credential::Source::command) programs.push_back(credential.command.front());
}

bool is_on_this_host(const TargetConfig& target) {
  db::ConnectionSettings settings;
  settings.engine = target.engine;
  settings.host = target.host;
  return db::is_local(settings);
}

}  // namespace

std::string require_user(const ExecutorConfig& config, bool allowed) {
  if (::geteuid() != 0) return fmt::format("user {}", ::geteuid());
  if (!allowed && !config.allow_root)
    throw Error(ErrorCode::running_as_root, "the executor runs as root, for whom no file mode and no sudo rule counts");
  return "root, which is allowed here";
}

void require_private_host(const ExecutorConfig& config) {
  require_not_readable_by_all(config.file);
  require_not_readable_by_all(config.pin_file);
  require_private_if_there(config.state);
  if (std::error_code ignored; !config.spool.empty() && fs::exists(config.spool, ignored))
    require_not_writable_by_others(config.spool);
  for (const git::Remote* remote : {&config.change, &config.audit}) require_private_if_there(remote->ssh_key);
}

void limit_programs(const ExecutorConfig& config) {
  std::vector<std::string> programs = {"git"};
  for (const auto& [place, target] : config.targets) {
    for (const Login* login : {&target.guard, &target.change, &target.read}) add_command(login->password, programs);
  }
  allow_only_programs(std::move(programs));
}

bool is_tls_verified(const TargetConfig& target) {
  if (target.engine == Engine::sqlite || target.host.starts_with('/')) return false;
  return target.tls == "verify-full" || (target.tls == "automatic" && !is_on_this_host(target));
}

std::string require_safe_way(const TargetConfig& target) {
  if (target.engine == Engine::sqlite) return "a file";
  if (target.host.starts_with('/')) return "a socket";
  if (is_tls_verified(target)) return target.crl_file.empty() ? "verified TLS" : "verified TLS, revocation lists";
  if (is_on_this_host(target)) return "loopback";
  throw Error(ErrorCode::db_tls_required,
              fmt::format("{} is a remote host, and tls: {} does not verify it", printable(target.host), target.tls));
}

}  // namespace dbw::workflow
