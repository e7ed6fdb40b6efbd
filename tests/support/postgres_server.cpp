#include "support/postgres_server.hpp"

#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <csignal>

#include "base/process.hpp"
#include "base/text.hpp"
#include "support/server_program.hpp"

namespace dbw::test {
namespace {

constexpr std::string_view k_authentication =
    "local all with_password,+with_password scram-sha-256\n"
    "local all all trust\n"
    "local replication all trust\n"
    "host all all 127.0.0.0/8 scram-sha-256\n";

constexpr std::string_view k_settings =
    "listen_addresses = ''\nfsync = off\nfull_page_writes = off\nsynchronous_commit = off\nshared_buffers = 16MB\n"
    "max_connections = 60\nautovacuum = off\nlog_min_messages = fatal\nlc_messages = 'C'\n";

/// The newest of the usual places; pg_config is only there with the development files.
std::string find_programs() {
  for (const int version : {17, 16, 15, 14, 13}) {
    const std::string folder = fmt::format("/usr/lib/postgresql/{}/bin", version);
    if (std::filesystem::exists(folder + "/initdb")) return folder;
  }
  const ProcessResult found = run_program({"pg_config", "--bindir"}, "");
  const std::string folder(trim(found.output));
  if (found.status == 0 && std::filesystem::exists(folder + "/initdb")) return folder;
  throw std::runtime_error(
      "PostgreSQL's server programs (initdb, pg_ctl) are not installed: apt-get install postgresql");
}

/// PostgreSQL refuses to run as root.
const passwd* other_user() {
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* user = ::getpwnam(name)) return user;
  }
  throw std::runtime_error("running as root, and there is neither a user postgres nor nobody to run the server as");
}

void give_to_server(const std::filesystem::path& path) {
  if (::geteuid() != 0) return;
  const passwd* user = other_user();
  if (::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("chown failed");
}

void write(const std::filesystem::path& path, std::string_view text, std::ios::openmode mode) {
  std::ofstream file(path, mode);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

PostgresServer::PostgresServer() : m_programs(find_programs()) {
  give_to_server(m_folder.path());
  run_as_server({m_programs + "/initdb", "-D", m_data.string(), "-U", administrator(), "-A", "trust", "-E", "UTF8",
                 "--locale=C", "--no-sync", "--no-instructions"});
  write(m_data / "postgresql.conf", k_settings, std::ios::app);
  write(m_data / "pg_hba.conf", k_authentication, std::ios::trunc);
  start();
}

PostgresServer::PostgresServer(const PostgresServer& other, CopyAs how)
    : m_programs(other.m_programs), m_databases(other.m_databases) {
  give_to_server(m_folder.path());
  std::vector<std::string> copy = {m_programs + "/pg_basebackup",
                                   "-h",
                                   other.socket_folder(),
                                   "-U",
                                   administrator(),
                                   "-D",
                                   m_data,
                                   "-X",
                                   "stream",
                                   "-c",
                                   "fast",
                                   "--no-sync"};
  if (how == CopyAs::replica) copy.emplace_back("-R");
  run_as_server(copy);
  if (how == CopyAs::replica) start();
}

void PostgresServer::control(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {m_programs + "/pg_ctl", "-D", m_data.string(), "-w", "-t", "60"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  run_as_server(argv);
}

void PostgresServer::start(const std::vector<std::string>& settings) {
  // On the command line, because a copy has the configuration of its original.
  std::string options = fmt::format("-k {}", m_folder.path().string());
  for (const std::string& setting : settings) options += " -c " + setting;
  control({"-l", (m_folder.path() / "log").string(), "-o", options, "start"});
  m_running = true;
}

std::filesystem::path PostgresServer::take_file(const std::filesystem::path& file) {
  const std::filesystem::path copy = m_folder.path() / file.filename();
  std::filesystem::copy_file(file, copy, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::permissions(copy, std::filesystem::perms::owner_read);
  give_to_server(copy);
  return copy;
}

std::filesystem::path PostgresServer::make_folder(const std::filesystem::path& disk) {
  const std::filesystem::path folder = disk / "server";
  run_as_server({"mkdir", "-m", "700", folder.string()});
  return folder;
}

void PostgresServer::move_log_to(const std::filesystem::path& disk) {
  const std::string from = m_data / "pg_wal", to = make_folder(disk) / "pg_wal";
  stop();
  run_as_server({"mv", from, to});
  run_as_server({"ln", "-s", to, from});
  start();
}

std::string PostgresServer::log() const { return read_file(m_folder.path() / "log", 1U << 20U); }

void PostgresServer::stop() {
  control({"-m", "fast", "stop"});
  m_running = false;
}

void PostgresServer::stop_at_once() {
  control({"-m", "immediate", "stop"});
  m_running = false;
}

void PostgresServer::kill_hard() {
  std::ifstream file(m_data / "postmaster.pid");
  pid_t pid = 0;
  if (!(file >> pid) || pid <= 1 || ::kill(pid, SIGKILL) != 0) throw std::runtime_error("cannot kill the server");
  m_running = false;
}

void PostgresServer::promote() { control({"promote"}); }

void PostgresServer::restart_as_replica() {
  stop();
  write(m_data / "standby.signal", "", std::ios::trunc);
  give_to_server(m_data / "standby.signal");
  start();
}

PostgresServer::~PostgresServer() {
  if (!m_running) return;
  try {
    stop_at_once();
  } catch (const std::exception& error) {
    fmt::print(stderr, "the test server did not stop: {}\n", error.what());
  }
}

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

std::string PostgresServer::run_as_server(const std::vector<std::string>& argv, std::string_view input) {
  std::vector<std::string> whole;
  if (::geteuid() == 0) {
    const passwd* user = other_user();
    whole = {"setpriv", fmt::format("--reuid={}", user->pw_uid), fmt::format("--regid={}", user->pw_gid),
             "--clear-groups", "--"};
  }
  whole.insert(whole.end(), argv.begin(), argv.end());
  const ProcessResult result = run_program(whole, input);
  if (result.status != 0) {
    throw std::runtime_error(
        fmt::format("{} ended with status {}: {}{}", argv.front(), result.status, result.output, result.errors));
  }
  return result.output;
}

std::string PostgresServer::create_database(std::string_view like) {
  const std::string name = fmt::format("test_{}", ++m_databases);
  psql("postgres", fmt::format("CREATE DATABASE {} TEMPLATE {}", name, like));
  return name;
}

void PostgresServer::create_role(std::string_view name, std::string_view attributes) {
  psql("postgres", fmt::format("SELECT $role$CREATE ROLE {0} {1}$role$ WHERE NOT EXISTS (SELECT FROM pg_roles WHERE "
                               "rolname = '{0}') \\gexec\n",
                               name, attributes));
}

std::string PostgresServer::psql(std::string_view database, std::string_view script) {
  return run_as_server({m_programs + "/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h",
                        m_folder.path().string(), "-U", administrator(), "-d", std::string(database), "-f", "-"},
                       script);
}

}  // namespace dbw::test
