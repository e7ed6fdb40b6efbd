#pragma once

#include <atomic>
#include <filesystem>
#include <list>
#include <mutex>
#include <thread>

#include "base/files.hpp"

namespace dbw::test {

/// A socket in front of a server's socket, whose connections can be cut like a network's.
class Relay {
 public:
  /// Listens at the path `listen` and connects each client to the path `server`.
  Relay(const std::filesystem::path& listen, const std::filesystem::path& server);
  /// Listens at a port of loopback, port(), and connects each client to that port of loopback.
  explicit Relay(int server_port);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  /// Every connection that is open ends, in both directions, with what is on its way lost.
  void cut();
  /// While it is down, whoever connects is cut off at once.
  void set_down(bool down) { m_down = down; }
  int port() const { return m_port; }
  int connections() const { return m_connections; }

 private:
  /// One connection: a thread for each direction, of which `running` still run.
  struct Link {
    Fd client, server;
    std::atomic<int> running = 2;
    std::thread there, back;
  };

  void accept_all();
  void add_link(Fd client);
  void forget_ended();
  static void pump(Link& link, int from, int to);

  std::filesystem::path m_listen, m_server;  ///< empty: ports of loopback
  int m_port = 0, m_server_port = 0;
  Fd m_socket;
  std::atomic<bool> m_done = false, m_down = false;
  std::atomic<int> m_connections = 0;
  std::mutex m_mutex;
  std::list<Link> m_links;
  std::thread m_thread;
};

}  // namespace dbw::test
