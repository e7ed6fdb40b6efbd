#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "support/web_server.hpp"

namespace dbw::test {

/// tests/support/vault_server.py on loopback: the documented API of Vault and OpenBao, with roles of a real PostgreSQL
/// server behind it.
class VaultServer {
 public:
  /// `setup`: the text of its setup.json, but for what it runs SQL with. Throws std::runtime_error where it does not
  /// start.
  explicit VaultServer(const std::string& setup);
  std::string url() const;
  std::filesystem::path ca_file() const { return m_authority.file(); }
  /// From the next request on.
  void set_up(const std::string& setup) const;
  /// A line "METHOD path status" for each request so far.
  std::string requests() const { return read("requests.log"); }
  /// Each secret that it gave out, one a line.
  std::string secrets() const { return read("secrets.log"); }
  /// Stops it; it is out of reach then.
  void stop() { m_daemon.reset(); }

 private:
  std::string read(const std::string& name) const;

  CertificateAuthority m_authority;
  std::unique_ptr<Daemon> m_daemon;
  int m_port = 0;
};

}  // namespace dbw::test
