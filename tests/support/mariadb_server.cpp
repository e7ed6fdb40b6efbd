#include "support/mariadb_server.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "base/process.hpp"
#include "base/text.hpp"
#include "support/server_program.hpp"

namespace dbw::test {
namespace {

constexpr std::string_view k_server = "/usr/sbin/mariadbd";
constexpr std::string_view k_install = "/usr/bin/mariadb-install-db";
constexpr std::string_view k_client = "/usr/bin/mariadb";

void require_programs() {
  for (const std::string_view program : {k_server, k_install, k_client}) {
    if (!std::filesystem::exists(program))
      throw std::runtime_error(
          fmt::format("{} is not installed: apt-get install mariadb-server-core mariadb-client-core", program));
  }
}

/// MariaDB refuses to run as root.
std::vector<std::string> as_server(std::vector<std::string> argv) {
  if (::geteuid() != 0) return argv;
  const passwd* user = ::getpwnam("nobody");
  if (user == nullptr) throw std::runtime_error("running as root, and there is no user nobody to run the server as");
  std::vector<std::string> whole = {"/usr/bin/setpriv", fmt::format("--reuid={}", user->pw_uid),
                                    fmt::format("--regid={}", user->pw_gid), "--clear-groups", "--"};
  whole.insert(whole.end(), argv.begin(), argv.end());
  return whole;
}

void give_to_server(const std::filesystem::path& folder) {
  if (::geteuid() != 0) return;
  const passwd* user = ::getpwnam("nobody");
  if (user == nullptr || ::chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error("chown failed");
}

/// Free at this moment; the server would say so if it were not.
int free_port() {
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), any, size) != 0 || ::getsockname(socket.get(), any, &size) != 0)
    throw std::runtime_error("no free TCP port");
  return ntohs(address.sin_port);
}

std::string require_success(const std::vector<std::string>& argv, std::string_view input) {
  const ProcessResult result = run_program(argv, input);
  if (result.status != 0) {
    throw std::runtime_error(
        fmt::format("{} ended with status {}: {}{}", argv.front(), result.status, result.output, result.errors));
  }
  return result.output;
}

}  // namespace

MariadbServer::MariadbServer(const std::vector<std::string>& options) : m_options(options) {
  require_programs();
  give_to_server(m_folder.path());
  const std::string data = (m_folder.path() / "data").string();
  require_success(as_server({std::string(k_install), "--no-defaults", "--datadir=" + data, "--skip-test-db",
                             "--auth-root-authentication-method=normal", "--skip-name-resolve", tmpdir()}),
                  "");
  start();
}

MariadbServer::~MariadbServer() {
  // The data folder goes with it: there is nothing to flush.
  kill_hard();
}

void MariadbServer::wait_until_gone() {
  while (::waitpid(m_pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  m_pid = -1;
}

void MariadbServer::kill_hard() {
  if (m_pid < 0) return;
  ::kill(m_pid, SIGKILL);
  wait_until_gone();
}

void MariadbServer::stop() {
  ::kill(m_pid, SIGTERM);
  wait_until_gone();
}

void MariadbServer::save() {
  require_success(as_server({"/bin/cp", "-a", m_folder.path() / "data", m_folder.path() / "saved"}), "");
}

void MariadbServer::restore() {
  std::filesystem::remove_all(m_folder.path() / "data");
  require_success(as_server({"/bin/cp", "-a", m_folder.path() / "saved", m_folder.path() / "data"}), "");
}

std::vector<std::string> MariadbServer::port_options(int server_id) {
  // What was answered must be there after SIGKILL as well.
  return {"--bind-address=127.0.0.1", fmt::format("--port={}", free_port()), fmt::format("--server-id={}", server_id),
          "--innodb-flush-log-at-trx-commit=1"};
}

void MariadbServer::replicate_from(const MariadbServer& primary) {
  const std::string port = primary.m_options.at(1).substr(std::string_view("--port=").size());
  sql("mysql", fmt::format("CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {}, MASTER_USER = '{}', "
                           "MASTER_USE_GTID = slave_pos; START SLAVE;",
                           port, administrator()));
}

void MariadbServer::catch_up_with(MariadbServer& primary) {
  const std::string at(trim(primary.sql("mysql", "SELECT @@GLOBAL.gtid_binlog_pos;")));
  const std::string reached(trim(sql("mysql", fmt::format("SELECT MASTER_GTID_WAIT('{}', 60);", at))));
  if (reached != "0") throw std::runtime_error("the replica does not follow: " + sql("mysql", "SHOW SLAVE STATUS;"));
}

void MariadbServer::stop_replication() { sql("mysql", "STOP SLAVE;"); }

void MariadbServer::promote() { sql("mysql", "STOP SLAVE; RESET SLAVE ALL;"); }

MariadbServer& MariadbServer::shared() {
  static MariadbServer server;
  return server;
}

/// One for each server: one that starts deletes the temporary tables of all that share the folder.
std::string MariadbServer::tmpdir() const { return "--tmpdir=" + m_folder.path().string(); }

void MariadbServer::start() {
  const std::string folder = m_folder.path().string();
  std::vector<std::string> argv =
      as_server({std::string(k_server), "--no-defaults", "--datadir=" + folder + "/data",
                 "--socket=" + socket().string(), "--pid-file=" + folder + "/pid", "--log-error=" + folder + "/log",
                 "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M",
                 "--innodb-fast-shutdown=2", "--performance-schema=OFF", "--log-bin", "--binlog-format=ROW",
                 "--server-id=7", "--local-infile=ON", "--skip-name-resolve", tmpdir()});
  if (m_options.empty()) argv.emplace_back("--skip-networking");
  argv.insert(argv.end(), m_options.begin(), m_options.end());
  std::vector<char*> arguments;
  for (std::string& each : argv) arguments.push_back(each.data());
  arguments.push_back(nullptr);
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  m_pid = ::fork();
  if (m_pid < 0) throw std::runtime_error("fork failed");
  if (m_pid > 0) return wait_until_ready();
  for (const int fd : {0, 1, 2}) ::dup2(null.get(), fd);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

/// Until it answers, or its process ends.
void MariadbServer::wait_until_ready() {
  for (;;) {
    const ProcessResult result = run_program(
        {std::string(k_client), "--no-defaults", "-S", socket().string(), "-u", administrator(), "-e", "SELECT 1"}, "");
    if (result.status == 0) return;
    if (::waitpid(m_pid, nullptr, WNOHANG) == m_pid) {
      m_pid = -1;
      throw std::runtime_error("mariadbd ended: " + read_file(m_folder.path() / "log", 1U << 20U));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

std::string MariadbServer::create_database() {
  const std::string name = fmt::format("test_{}", ++m_databases);
  sql("mysql", fmt::format("CREATE DATABASE {}", name));
  return name;
}

void MariadbServer::create_account(std::string_view name) {
  sql("mysql", fmt::format("CREATE USER IF NOT EXISTS '{}'@'%'", name));
}

std::string MariadbServer::sql(std::string_view database, std::string_view script) {
  return require_success({std::string(k_client), "--no-defaults", "-N", "-B", "-S", socket().string(), "-u",
                          administrator(), std::string(database)},
                         script);
}

}  // namespace dbw::test
