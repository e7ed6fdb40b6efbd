#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/files.hpp"

namespace dbw::test {

/// A throw-away MariaDB server: own data folder, a socket in a temporary folder, no TCP unless `options` say so, no
/// fsync. Accounts have no password unless a test gives them one. Construction throws, naming what is missing; it never
/// skips.
class MariadbServer {
 public:
  /// `options`: further arguments of mariadbd.
  explicit MariadbServer(const std::vector<std::string>& options = {});
  MariadbServer(const MariadbServer&) = delete;
  MariadbServer& operator=(const MariadbServer&) = delete;
  ~MariadbServer();

  /// The server of this test program, started at the first call and stopped at the program's end.
  static MariadbServer& shared();

  const std::filesystem::path& folder() const { return m_folder.path(); }
  std::filesystem::path socket() const { return m_folder.path() / "s.sock"; }
  std::string administrator() const { return "root"; }
  /// Makes an empty database with a name of its own.
  std::string create_database();
  /// CREATE USER name@'%' where there is none of that name yet.
  void create_account(std::string_view name);
  /// Runs a script of the mariadb client as administrator; throws std::runtime_error with its text where it fails.
  /// Returns rows, fields separated by tabs.
  std::string sql(std::string_view database, std::string_view script);

  // What follows is not for the shared one.
  /// With the options of the first start, or others from now on.
  void start();
  void start(const std::vector<std::string>& options) {
    m_options = options;
    start();
  }
  /// Every commit that was answered is kept.
  void stop();
  /// SIGKILL: as a host that loses power.
  void kill_hard();
  /// Keeps the data folder of a stopped server as it is now / brings it back.
  void save();
  void restore();
  /// Follows `primary` by GTID from its first transaction on; both must have been started with port_options().
  void replicate_from(const MariadbServer& primary);
  /// Waits until it has what `primary` has.
  void catch_up_with(MariadbServer& primary);
  void stop_replication();
  /// Ends replication for good, as a failover does.
  void promote();
  /// Options of a server in a replication: a free TCP port of this host, and an id of its own.
  static std::vector<std::string> port_options(int server_id);

 private:
  void wait_until_ready();
  void wait_until_gone();
  std::string tmpdir() const;

  TemporaryFolder m_folder{"dbw-my"};
  std::vector<std::string> m_options;
  int m_databases = 0;
  pid_t m_pid = -1;
};

}  // namespace dbw::test
