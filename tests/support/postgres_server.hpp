#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"

namespace dbw::test {

/// A throw-away PostgreSQL server: own data folder, a socket in a temporary folder, no TCP unless it is started with
/// addresses, no fsync. Everybody may connect through the socket without a password, but the role `with_password` and
/// its members, whose password must be right; so must everybody's be by TCP.
/// Construction throws, naming what is missing; it never skips.
class PostgresServer {
 public:
  PostgresServer();
  enum class CopyAs {
    replica,  ///< follows the other one, which does not wait for it
    backup    ///< as restored from a backup of now, not yet started
  };
  /// A physical copy of `other`, which runs, as pg_basebackup makes it.
  PostgresServer(const PostgresServer& other, CopyAs how);
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer();

  /// The server of this test program, started at the first call and stopped at the program's end.
  static PostgresServer& shared();

  const std::filesystem::path& socket_folder() const { return m_folder.path(); }
  int port() const { return 5432; }
  /// The real client: /usr/bin/psql is a Perl script on Debian.
  std::string psql_program() const { return m_programs + "/psql"; }
  /// Superuser of the server.
  std::string administrator() const { return "postgres"; }
  /// Makes a database with a name of its own: empty, or a copy of `like`, to which nobody may be connected then.
  std::string create_database(std::string_view like = "template0");
  /// CREATE ROLE where there is none of that name yet; `attributes` as in "LOGIN SUPERUSER".
  void create_role(std::string_view name, std::string_view attributes = "LOGIN");
  /// Runs a script as administrator; throws std::runtime_error with psql's text where it fails. Returns rows,
  /// unaligned, '|' between fields.
  std::string psql(std::string_view database, std::string_view script);
  // What follows is not for the shared one.
  /// Stops the server and starts it again in recovery, until pg_promote().
  void restart_as_replica();
  /// `settings`: as in "synchronous_standby_names=*".
  void start(const std::vector<std::string>& settings = {});
  /// A copy of the file that only the server's user may read, as it demands of a private key.
  std::filesystem::path take_file(const std::filesystem::path& file);
  /// A folder of the server's user on a disk that everybody may use.
  std::filesystem::path make_folder(const std::filesystem::path& disk);
  /// Keeps the write-ahead log on another disk from now on.
  void move_log_to(const std::filesystem::path& disk);
  /// What it logged: refusals above all.
  std::string log() const;
  /// Every commit that was answered is kept.
  void stop();
  /// The server's SIGQUIT: no goodbye, and recovery at the next start.
  void stop_at_once();
  /// SIGKILL: as a host that loses power.
  void kill_hard();
  /// Ends a replica's recovery.
  void promote();

 private:
  void control(const std::vector<std::string>& arguments);
  std::string run_as_server(const std::vector<std::string>& argv, std::string_view input = {});

  TemporaryFolder m_folder{"dbw-pg"};
  std::filesystem::path m_data = m_folder.path() / "data";
  std::string m_programs;
  int m_databases = 0;
  bool m_running = false;
};

}  // namespace dbw::test
