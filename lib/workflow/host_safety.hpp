#pragma once

#include <string>

#include "workflow/host_config.hpp"

/// What the executor demands of the host and of its own process before it touches a key, beyond what each file's reader
/// demands (base/file_access.hpp) and what the caller must not reach (workflow/caller.hpp).
namespace dbw::workflow {

/// Root's process can do what no role and no file mode forbids. `allowed`: --allow-root; exec.yaml may say it as well.
/// Throws Error{running_as_root}. Returns who we are, for people.
std::string require_user(const ExecutorConfig& config, bool allowed);

/// Configuration and pin: not for everybody to read. State and the ssh keys of the remotes: ours
/// alone. Spool: ours to write. Throws Error{file_permissions}.
void require_private_host(const ExecutorConfig& config);

/// From now on this process starts git and the configured credential commands, nothing else.
void limit_programs(const ExecutorConfig& config);

/// Whether the server must prove who it is, without which revocation lists would be read for nothing.
bool is_tls_verified(const TargetConfig& target);

/// How a target is reached; for people. Throws Error{db_tls_required} where that would be a remote host without
/// verified TLS: before a credential is asked for, as the drivers do it after.
std::string require_safe_way(const TargetConfig& target);

}  // namespace dbw::workflow
