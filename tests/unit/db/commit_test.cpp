// A connection that breaks while COMMIT is on its way.
#include <thread>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "database.hpp"
#include "db/transaction.hpp"

namespace dbw::db::test {
namespace {

sockaddr_un socket_address(const std::filesystem::path& socket) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  const std::string path = socket.string();
  path.copy(out.sun_path, sizeof out.sun_path - 1);
  return out;
}

enum class BreakAt { before_commit, after_commit };

constexpr std::string_view k_postgresql_socket = ".s.PGSQL.5432";

/// Stands between one client and the server's socket, and hangs up at the message that holds COMMIT: before it is
/// passed on, or once the server has answered it.
class BreakingProxy {
 public:
  BreakingProxy(const std::filesystem::path& server, BreakAt when) : m_server(server), m_when(when) {
    const sockaddr_un address = socket_address(socket());
    m_listener = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::bind(m_listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("bind");
    if (::listen(m_listener.get(), 4) != 0) throw std::runtime_error("listen");
    m_thread = std::thread([this] { serve(); });
  }
  ~BreakingProxy() { m_thread.join(); }
  std::filesystem::path folder() const { return m_folder.path(); }
  std::filesystem::path socket() const { return m_folder.path() / k_postgresql_socket; }

 private:
  static bool pass(int from, int to, std::string& seen) {
    char buffer[65536];
    const ssize_t got = ::recv(from, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    seen.assign(buffer, static_cast<std::size_t>(got));
    return to < 0 || ::send(to, buffer, static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
  }
  void serve() {
    const Fd client(::accept(m_listener.get(), nullptr, nullptr));
    const Fd server(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = socket_address(m_server);
    if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
    std::string seen;
    for (;;) {
      pollfd both[2] = {{client.get(), POLLIN, 0}, {server.get(), POLLIN, 0}};
      if (::poll(both, 2, -1) < 0) return;
      if (both[1].revents != 0 && !pass(server.get(), client.get(), seen)) return;
      if (both[0].revents == 0) continue;
      if (!pass(client.get(), -1, seen)) return;
      const bool commit = seen.find(std::string("COMMIT\0", 7)) != std::string::npos ||
                          seen.find("COMMIT AND NO CHAIN") != std::string::npos;
      if (commit && m_when == BreakAt::before_commit) return;
      if (::send(server.get(), seen.data(), seen.size(), MSG_NOSIGNAL) < 0) return;
      if (!commit) continue;
      pass(server.get(), -1, seen);
      return;
    }
  }

  TemporaryFolder m_folder{"dbw-px"};
  std::filesystem::path m_server;
  BreakAt m_when;
  Fd m_listener;
  std::thread m_thread;
};

class CommitLost : public testing::TestWithParam<std::tuple<Engine, BreakAt>> {
 protected:
  bool is_postgresql() const { return m_database.engine() == Engine::postgresql; }
  TestDatabase m_database{std::get<0>(GetParam())};
};
INSTANTIATE_TEST_SUITE_P(Moments, CommitLost,
                         testing::Combine(testing::Values(Engine::postgresql, Engine::mariadb),
                                          testing::Values(BreakAt::before_commit, BreakAt::after_commit)));

TEST_P(CommitLost, IsUnknownAndTheLedgerKnows) {
  const auto guard = m_database.guard();
  Ledger(*guard).claim(example_claim());
  m_database.change()->execute("CREATE TABLE t (id integer)");
  const std::filesystem::path server = m_database.settings().host;
  BreakingProxy proxy(is_postgresql() ? server / k_postgresql_socket : server, std::get<1>(GetParam()));
  ConnectionSettings settings = m_database.settings();
  settings.host = is_postgresql() ? proxy.folder() : proxy.socket();
  settings.user = "dbw_change";
  {
    const auto session = connect(settings, "", {});
    GuardedTransaction transaction(*session, {std::string(k_target), "run1"});
    transaction.execute("INSERT INTO t VALUES (1)");
    transaction.settle();
    transaction.finish("secret", "{}");
    const ErrorCode code = code_of([&] { transaction.commit(); });
    EXPECT_EQ(code, ErrorCode::db_commit_unknown);
    EXPECT_EQ(error_info(code).status, ExitStatus::database_unknown);
  }
  TargetLock lock(*guard, k_target, true);
  const bool committed = std::get<1>(GetParam()) == BreakAt::after_commit;
  EXPECT_EQ(Ledger(*guard).row("run1")->state, committed ? ClaimState::done : ClaimState::claimed);
  EXPECT_EQ(m_database.change()->own_value("SELECT count(*) FROM t"), committed ? "1" : "0");
}

TEST(Commit, DeferredConstraintAtCommitIsAFailureNotUnknown) {
  const TestDatabase database(Engine::postgresql);
  const auto session = database.change();
  session->execute("CREATE TABLE t (id integer UNIQUE DEFERRABLE INITIALLY DEFERRED)");
  session->begin(false);
  session->execute("INSERT INTO t VALUES (1), (1)");
  EXPECT_EQ(code_of([&] { session->commit(); }), ErrorCode::db_commit_failed);
  EXPECT_EQ(session->transaction_state(), TransactionState::none);
}

TEST(Commit, WithoutTransactionIsNamed) {
  for (const Engine engine : {Engine::postgresql, Engine::mariadb, Engine::sqlite}) {
    EXPECT_EQ(code_of([&] { TestDatabase(engine).change()->commit(); }), ErrorCode::db_left_transaction);
  }
}

}  // namespace
}  // namespace dbw::db::test
