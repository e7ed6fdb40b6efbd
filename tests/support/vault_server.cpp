#include "support/vault_server.hpp"

#include <stdexcept>

#include <fmt/format.h>
#include <poll.h>

#include "base/process.hpp"
#include "support/paths.hpp"

namespace dbw::test {
namespace {

constexpr int k_vault_start_tries_max = 1500;
constexpr int k_vault_start_wait_ms = 20;

}  // namespace

VaultServer::VaultServer(const std::string& setup) {
  m_authority.issue("vault", "DNS:localhost,IP:127.0.0.1");
  const auto& folder = m_authority.folder();
  set_up(setup);
  const std::string script = (source_dir() / "tests/support/vault_server.py").string();
  m_daemon = std::make_unique<Daemon>(std::vector<std::string>{"python3", script, folder.string(), "vault"},
                                      clean_environment(), folder / "server.log");
  for (int tries = 0; tries < k_vault_start_tries_max && !std::filesystem::exists(folder / "port"); ++tries)
    ::poll(nullptr, 0, k_vault_start_wait_ms);
  if (!std::filesystem::exists(folder / "port")) throw std::runtime_error("vault_server.py: " + m_daemon->log());
  m_port = std::stoi(slurp(folder / "port"));
}

std::string VaultServer::url() const { return fmt::format("https://127.0.0.1:{}", m_port); }

void VaultServer::set_up(const std::string& setup) const {
  write_file_atomic(m_authority.folder() / "setup.json", setup);
}

std::string VaultServer::read(const std::string& name) const {
  const auto file = m_authority.folder() / name;
  return std::filesystem::exists(file) ? slurp(file) : std::string();
}

}  // namespace dbw::test
