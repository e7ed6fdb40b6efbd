#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "codec/reader.hpp"

/// What exec.yaml says about where passwords come from (docs/format/exec-config.md). Nothing is read here but that.
namespace dbw::workflow {

struct VaultConfig;

/// Where a secret comes from. `environment` only under --dev.
struct Credential {
  enum class Source { none, file, command, environment, systemd, pgpass, my_cnf, vault };
  Source source = Source::none;
  std::filesystem::path file;        ///< file (its first line), pgpass, my_cnf; mode 0600
  std::vector<std::string> command;  ///< argv; its first output line
  std::string name;                  ///< the variable; the systemd credential; the group of my_cnf; the role in Vault
  bool static_role = false;          ///< Vault keeps the user and changes its password
  std::shared_ptr<const VaultConfig> vault;
};

struct Login {
  std::string user;
  Credential password;
};

/// A HashiCorp Vault or OpenBao server, and how the executor proves to it who it is.
struct VaultConfig {
  enum class Method { approle, jwt };
  std::string name, url, space;    ///< `space`: its namespace
  std::filesystem::path ca_file;   ///< the only TLS roots; empty: the system's
  std::string mount = "database";  ///< of the database secrets engine
  Method method = Method::approle;
  std::string auth_mount;        ///< of the auth method
  std::string role;              ///< role_id, or the role of jwt
  Credential proof;              ///< the secret_id, or the JSON Web Token
  std::string ci_audience;       ///< the token is the CI token for this audience; `proof` has no source then
  Seconds timeout{10};           ///< of one exchange
  std::filesystem::path leases;  ///< folder: one note for each lease that is not revoked yet
};
using VaultConfigs = std::map<std::string, std::shared_ptr<const VaultConfig>>;

/// The map `vaults` of exec.yaml, by name; `state`: the executor's state folder.
VaultConfigs read_vaults(codec::Reader& reader, const std::filesystem::path& folder,
                         const std::filesystem::path& state);
/// A login of a target; empty where the field is absent.
Login read_login(codec::Reader& reader, std::string_view field, const std::filesystem::path& folder,
                 const VaultConfigs& vaults);

}  // namespace dbw::workflow
