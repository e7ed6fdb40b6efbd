#include "support/relay.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace dbw::test {
namespace {

constexpr int k_poll_ms = 50;

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof address.sun_path)
    throw std::runtime_error("too long for a socket: " + path.string());
  std::strcpy(address.sun_path, path.c_str());
  return address;
}

}  // namespace

Relay::Relay(std::filesystem::path listen, std::filesystem::path server)
    : m_listen(std::move(listen)),
      m_server(std::move(server)),
      m_socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_un address = address_of(m_listen);
  if (::bind(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(m_socket, 64) != 0)
    throw std::runtime_error("cannot listen at " + m_listen.string());
  m_threads.emplace_back([this] { accept_all(); });
}

Relay::~Relay() {
  m_done = true;
  cut();
  // Nobody is accepted any more once the first thread is over; until then it may add others.
  m_threads.front().join();
  cut();
  for (std::size_t i = 1; i < m_threads.size(); ++i) m_threads[i].join();
  ::close(m_socket);
  std::filesystem::remove(m_listen);
}

void Relay::cut() {
  const std::lock_guard lock(m_mutex);
  for (const int each : m_open) ::shutdown(each, SHUT_RDWR);
}

void Relay::accept_all() {
  while (!m_done) {
    pollfd waiting{m_socket, POLLIN, 0};
    if (::poll(&waiting, 1, k_poll_ms) <= 0) continue;
    const int client = ::accept4(m_socket, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = address_of(m_server);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(client);
      ::close(server);
      continue;
    }
    ++m_connections;
    const std::lock_guard lock(m_mutex);
    m_open.insert({client, server});
    // Descriptors stay open until the end: a number that is used again must not be cut by mistake.
    m_threads.emplace_back([this, client, server] { pump(client, server); });
    m_threads.emplace_back([this, client, server] { pump(server, client); });
  }
}

void Relay::pump(int from, int to) {
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
}

}  // namespace dbw::test
