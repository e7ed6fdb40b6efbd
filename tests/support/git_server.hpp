#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"

/// Real Git repositories and servers for tests: throw-away, on loopback, independent of the machine's Git and ssh
/// configuration.
namespace dbw::test {

/// A temporary folder in which real git makes repositories and commits.
class Scratch {
 public:
  struct File {
    std::string path;
    std::string bytes;  ///< for mode 160000 an object id, for 120000 the target
    std::string mode = "100644";
  };

  const std::filesystem::path& path() const { return m_folder.path(); }
  /// An empty bare repository `<name>.git`; more arguments go to `git init`.
  std::filesystem::path bare(const std::string& name, const std::vector<std::string>& more = {}) const;
  /// Runs git there with a clean environment and returns its trimmed output; throws std::runtime_error on failure.
  std::string git(const std::filesystem::path& repository, std::vector<std::string> arguments,
                  const std::string& input = {}) const;
  /// A commit with those files put on top of `ref` (made where absent); returns its id.
  std::string commit(const std::filesystem::path& repository, const std::string& ref,
                     const std::vector<File>& files) const;
  /// Any bytes as an object, without git's checks; returns its id.
  std::string object(const std::filesystem::path& repository, const std::string& type, const std::string& bytes) const;
  /// An executable script (`#!/bin/sh` is put before), for example a hook.
  void script(const std::filesystem::path& path, std::string_view body) const;
  /// An ed25519 key pair without passphrase; returns the private file.
  std::filesystem::path ssh_key(const std::string& name) const;

 private:
  TemporaryFolder m_folder{"dbw-git-test"};
};

/// A child process that ends with this object.
class Daemon {
 public:
  Daemon(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment,
         std::filesystem::path log);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon();
  /// Waits until it listens on that loopback port; false where it ended before or took longer than 10 s.
  bool wait_for_port(int port) const;
  std::string log() const;

 private:
  pid_t m_pid = -1;
  std::filesystem::path m_log;
};

/// A TCP port of 127.0.0.1 that nobody listens on.
int free_port();

/// sshd with its own host key on loopback, as whoever runs the tests. `started()` is false where the machine has no
/// usable sshd.
class SshServer {
 public:
  explicit SshServer(const Scratch& scratch);
  bool started() const { return m_started; }
  /// Why it did not start.
  std::string log() const { return m_daemon.log(); }
  std::string url(const std::filesystem::path& repository) const;
  const std::filesystem::path& key() const { return m_key; }                  ///< may log in
  const std::filesystem::path& known_hosts() const { return m_known_hosts; }  ///< holds the host key

 private:
  int m_port;
  std::filesystem::path m_key;
  std::filesystem::path m_known_hosts;
  Daemon m_daemon;
  bool m_started;
};

/// `git http-backend` behind a small HTTP server on loopback that serves every bare repository of `scratch`.
class HttpServer {
 public:
  /// `authorization`: requests without exactly this Authorization header get 401. The path /redirect/... answers 302 to
  /// /...
  explicit HttpServer(const Scratch& scratch, const std::string& authorization = {});
  bool started() const { return m_started; }
  std::string log() const { return m_daemon.log(); }
  std::string url(const std::string& repository_name) const;
  int port() const { return m_port; }

 private:
  int m_port;
  Daemon m_daemon;
  bool m_started;
};

}  // namespace dbw::test
