#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sql_types.hpp"
#include "git/transport.hpp"
#include "model/trust_documents.hpp"
#include "workflow/credential_config.hpp"

namespace dbw::workflow {

/// Where SQL runs: the one database of an environment, or a member of its fleet.
struct Place {
  std::string database, environment;
  std::string member;  ///< of a fleet; else empty
  auto operator<=>(const Place&) const = default;
  /// "shop in production", "eu-1 of shop in production"
  std::string text() const;
};

/// One database of one environment, as the executor reaches it.
struct TargetConfig {
  Engine engine = Engine::postgresql;
  std::string host, port, database;  ///< host may be a socket's folder (PostgreSQL) or the socket (MySQL, MariaDB)
  std::string tls =
      "automatic";  ///< automatic (verified for remote hosts) | verify-full | disable (sockets and loopback only)
  std::filesystem::path ca_file, crl_file;
  std::string search_path = "public";  ///< PostgreSQL
  std::filesystem::path file;          ///< SQLite
  Login guard, change, read;           ///< ledger and marks; the SQL; queries
};

/// An upper bound on whatever policy says; empty lists mean no bound.
struct Capabilities {
  std::vector<std::string> environments, databases;
  std::vector<StatementClass> classes;
  std::optional<std::int64_t> max_rows, result_bytes;  ///< of a query's result
  std::optional<std::int64_t> max_changed_rows;        ///< of a step
  std::optional<Seconds> statement_timeout;
  /// Database and environment. What is beyond is not connected to at all.
  bool permits(const std::string& database, const std::string& environment) const;
};

/// Where the keys of one issuer of CI tokens come from. An issuer that is not listed: discovery, over verified TLS.
struct CiKeySource {
  std::filesystem::path file;     ///< a pinned key set; nothing is fetched
  std::filesystem::path ca_file;  ///< TLS roots for fetching; empty: the system's
  Seconds max_age{3600};          ///< how long fetched keys count
};

/// What executor and issuer have in common: an identity on a host.
struct HostConfig {
  std::filesystem::path file;  ///< where this was read from
  std::string machine;         ///< executor: or issuer:, a machine of the roster
  std::string key;             ///< path of a PKCS#8 PEM file of mode 0600, or a pkcs11: URI
  std::filesystem::path pin_file;
  model::Pin pin;
  std::filesystem::path state;  ///< mirrors, marks, results
  git::Remote change, audit;
  std::map<std::string, CiKeySource> ci_keys;  ///< by issuer
};

/// exec.yaml (docs/format/exec-config.md).
struct ExecutorConfig : HostConfig {
  bool allow_root = false;  ///< for throw-away containers
  VaultConfigs vaults;
  std::map<Place, TargetConfig> targets;
  Capabilities capabilities;
  std::filesystem::path spool;  ///< where the log goes on while the audit repository is out of reach; may be empty
  std::filesystem::path suspend_folder;  ///< suspensions that came by another way than Git
  const TargetConfig* find(const Place& place) const;
};

/// Refuses configuration that others may write and keys that others may read (Error{file_permissions}).
ExecutorConfig load_executor_config(const std::filesystem::path& file);
/// issuer.yaml.
HostConfig load_issuer_config(const std::filesystem::path& file);

}  // namespace dbw::workflow
