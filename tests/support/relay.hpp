#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace dbw::test {

/// A socket in front of a database server's socket, whose connections can be cut like a network's.
class Relay {
 public:
  /// Listens at `listen` and connects each client to `server`.
  Relay(std::filesystem::path listen, std::filesystem::path server);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  /// Every connection that is open ends, in both directions, with what is on its way lost.
  void cut();
  int connections() const { return m_connections; }

 private:
  void accept_all();
  void pump(int from, int to);

  std::filesystem::path m_listen, m_server;
  int m_socket = -1;
  std::atomic<bool> m_done = false;
  std::atomic<int> m_connections = 0;
  std::mutex m_mutex;
  std::set<int> m_open;
  std::vector<std::thread> m_threads;
};

}  // namespace dbw::test
