#include "support/web_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <stdexcept>

#include "base/process.hpp"
#include "base/text.hpp"
#include "support/paths.hpp"

namespace dbw::test {
namespace {

constexpr int k_start_tries_max = 1500;
constexpr int k_start_wait_ms = 20;

}  // namespace

CertificateAuthority::CertificateAuthority(const std::string& name) {
  run(fmt::format(
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN={} -keyout ca.key -out ca.pem "
      "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign",
      name));
}

void CertificateAuthority::issue(const std::string& name, const std::string& subject_names, bool expired) const {
  run(
      fmt::format("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={0} -keyout {0}.key "
                  "-out {0}.csr",
                  name));
  write_file_atomic(folder() / (name + ".ext"), fmt::format("subjectAltName={}\n", subject_names));
  run(
      fmt::format("x509 -req -in {0}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days {1} -extfile {0}.ext "
                  "-out {0}.pem",
                  name, expired ? -1 : 2));
}

std::filesystem::path CertificateAuthority::revoke(const std::string& name,
                                                   const std::vector<std::string>& certificates, bool expired) const {
  write_file_atomic(folder() / (name + ".conf"),
                    fmt::format("[ca]\ndefault_ca=own\n[own]\ndatabase={}.index\ndefault_md=sha256\n", name));
  write_file_atomic(folder() / (name + ".index"), "");
  const std::string by = fmt::format("ca -config {}.conf -cert ca.pem -keyfile ca.key", name);
  for (const std::string& each : certificates) run(fmt::format("{} -revoke {}.pem", by, each));
  run(fmt::format("{} -gencrl -crl_lastupdate 20200101000000Z {} -out {}.pem", by,
                  expired ? "-crl_nextupdate 20200102000000Z" : "-crldays 2", name));
  return folder() / (name + ".pem");
}

void CertificateAuthority::run(const std::string& arguments) const {
  ProcessRequest request;
  request.argv = split("openssl " + arguments, ' ');
  request.environment = clean_environment();
  request.folder = folder();
  const ProcessResult result = run_process(request);
  if (result.status != 0) throw std::runtime_error("openssl " + arguments + ": " + result.errors);
}

WebServer::WebServer() {
  m_authority.issue("good", "DNS:localhost,IP:127.0.0.1");
  m_authority.issue("other", "DNS:other.example");
  m_authority.issue("expired", "DNS:localhost,IP:127.0.0.1", true);
  const auto& folder = m_authority.folder();
  const std::string script = (source_dir() / "tests/support/web_server.py").string();
  auto environment = clean_environment();
  environment["OPENSSL_CONF"] = "/dev/null";  // the distribution's forbids TLS 1.1, which "old" must speak
  m_daemon =
      std::make_unique<Daemon>(std::vector<std::string>{"python3", script, folder.string(), "good", "other", "expired"},
                               environment, folder / "server.log");
  for (int tries = 0; tries < k_start_tries_max && !std::filesystem::exists(folder / "ports"); ++tries)
    ::poll(nullptr, 0, k_start_wait_ms);
  if (!std::filesystem::exists(folder / "ports")) throw std::runtime_error("web_server.py: " + log());
  const std::string ports = slurp(folder / "ports");
  for (const std::string_view line : split_lines(ports)) {
    const auto words = split(line, ' ');
    m_ports[words.at(0)] = std::stoi(words.at(1));
  }
}

std::string WebServer::url(const std::string& service, const std::string& target) const {
  return fmt::format("{}://127.0.0.1:{}{}", service == "plain" ? "http" : "https", port(service), target);
}

Listener::Listener(const std::string& address)
    : m_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  socklen_t size = sizeof where;
  auto* generic = reinterpret_cast<sockaddr*>(&where);
  if (::inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1 || ::bind(m_fd.get(), generic, size) != 0 ||
      ::listen(m_fd.get(), 16) != 0 || ::getsockname(m_fd.get(), generic, &size) != 0)
    throw std::runtime_error("cannot listen on " + address);
  m_port = ntohs(where.sin_port);
}

bool Listener::somebody_came() const { return static_cast<bool>(Fd(::accept(m_fd.get(), nullptr, nullptr))); }

}  // namespace dbw::test
