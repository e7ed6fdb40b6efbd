#include "support/relay.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "support/git_server.hpp"

namespace dbw::test {
namespace {

constexpr int k_poll_ms = 50;

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

Address address_of(const std::filesystem::path& path, int port) {
  Address out;
  if (path.empty()) {
    auto& address = reinterpret_cast<sockaddr_in&>(out.bytes);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    out.size = sizeof address;
    return out;
  }
  auto& address = reinterpret_cast<sockaddr_un&>(out.bytes);
  address.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof address.sun_path)
    throw std::runtime_error("too long for a socket: " + path.string());
  std::strcpy(address.sun_path, path.c_str());
  out.size = sizeof address;
  return out;
}

Fd open_socket(const Address& address) { return Fd(::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

Fd listen_at(const Address& address) {
  Fd fd = open_socket(address);
  if (::bind(fd.get(), address.get(), address.size) != 0 || ::listen(fd.get(), 64) != 0)
    throw std::runtime_error(fmt::format("a relay cannot listen: {}", std::strerror(errno)));
  return fd;
}

}  // namespace

Relay::Relay(const std::filesystem::path& listen, const std::filesystem::path& server)
    : m_listen(listen),
      m_server(server),
      m_socket(listen_at(address_of(listen, 0))),
      m_thread([this] { accept_all(); }) {}

Relay::Relay(int server_port)
    : m_port(free_port()),
      m_server_port(server_port),
      m_socket(listen_at(address_of({}, m_port))),
      m_thread([this] { accept_all(); }) {}

Relay::~Relay() {
  m_done = true;
  m_thread.join();
  cut();
  for (Link& link : m_links) {
    link.there.join();
    link.back.join();
  }
  if (!m_listen.empty()) std::filesystem::remove(m_listen);
}

void Relay::cut() {
  const std::lock_guard lock(m_mutex);
  for (const Link& link : m_links) {
    ::shutdown(link.client.get(), SHUT_RDWR);
    ::shutdown(link.server.get(), SHUT_RDWR);
  }
}

void Relay::accept_all() {
  while (!m_done) {
    forget_ended();
    pollfd waiting{m_socket.get(), POLLIN, 0};
    if (::poll(&waiting, 1, k_poll_ms) <= 0) continue;
    Fd client(::accept4(m_socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client && !m_down) add_link(std::move(client));
  }
}

void Relay::add_link(Fd client) {
  const Address address = address_of(m_server, m_server_port);
  Fd server = open_socket(address);
  if (::connect(server.get(), address.get(), address.size) != 0) return;
  ++m_connections;
  const std::lock_guard lock(m_mutex);
  Link& link = m_links.emplace_back();
  link.client = std::move(client);
  link.server = std::move(server);
  link.there = std::thread([&link] { pump(link, link.client.get(), link.server.get()); });
  link.back = std::thread([&link] { pump(link, link.server.get(), link.client.get()); });
}

/// Descriptors are closed only here: a number that is used again must not be cut by mistake.
void Relay::forget_ended() {
  const std::lock_guard lock(m_mutex);
  m_links.remove_if([](Link& link) {
    if (link.running != 0) return false;
    link.there.join();
    link.back.join();
    return true;
  });
}

void Relay::pump(Link& link, int from, int to) {
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
    if (got <= 0) break;
    for (ssize_t sent = 0; sent < got;) {
      const ssize_t more = ::send(to, buffer.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
      if (more <= 0) break;
      sent += more;
    }
  }
  ::shutdown(from, SHUT_RDWR);
  ::shutdown(to, SHUT_RDWR);
  --link.running;
}

}  // namespace dbw::test
