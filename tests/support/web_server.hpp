#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "support/git_server.hpp"

namespace dbw::test {

/// A throw-away certificate authority in a folder of its own, by the openssl program.
class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& name = "test-authority");
  const std::filesystem::path& folder() const { return m_folder.path(); }
  std::filesystem::path file() const { return folder() / "ca.pem"; }
  /// Writes <name>.pem and <name>.key; `subject_names` as in "DNS:localhost,IP:127.0.0.1".
  void issue(const std::string& name, const std::string& subject_names, bool expired = false) const;
  /// Writes <name>.pem, the authority's list of what is revoked, with those issued certificates in it; `expired`: it
  /// should have been renewed yesterday.
  std::filesystem::path revoke(const std::string& name, const std::vector<std::string>& certificates,
                               bool expired = false) const;

 private:
  void run(const std::string& arguments) const;

  TemporaryFolder m_folder{"dbw-ca-test"};
};

/// tests/support/web_server.py on loopback. Services: "plain"; "good", and "old" that knows TLS 1.1 only, for localhost
/// and 127.0.0.1; "other", whose certificate is for another host; "expired". All certificates are by `authority()`.
class WebServer {
 public:
  /// Throws std::runtime_error where it does not start.
  WebServer();
  std::filesystem::path ca_file() const { return m_authority.file(); }
  int port(const std::string& service) const { return m_ports.at(service); }
  /// "https://127.0.0.1:PORT<target>"; http:// for "plain".
  std::string url(const std::string& service, const std::string& target) const;
  /// The request lines so far.
  std::string log() const { return m_daemon->log(); }

 private:
  CertificateAuthority m_authority;
  std::unique_ptr<Daemon> m_daemon;
  std::map<std::string, int> m_ports;
};

/// A listening socket on loopback that knows whether anybody came.
class Listener {
 public:
  explicit Listener(const std::string& address = "127.0.0.1");
  int port() const { return m_port; }
  /// True where a connection waits; takes it.
  bool somebody_came() const;

 private:
  Fd m_fd;
  int m_port = 0;
};

}  // namespace dbw::test
