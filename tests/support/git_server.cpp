#include "support/git_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "base/process.hpp"
#include "base/text.hpp"
#include "support/paths.hpp"

namespace dbw::test {
namespace fs = std::filesystem;
namespace {

constexpr int k_start_tries_max = 500;
constexpr int k_start_wait_ms = 20;

std::map<std::string, std::string> plain_environment(const fs::path& home) {
  auto environment = clean_environment();
  environment["HOME"] = home.string();
  environment["GIT_CONFIG_NOSYSTEM"] = "1";
  environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
  for (const char* who : {"AUTHOR", "COMMITTER"}) {
    environment[fmt::format("GIT_{}_NAME", who)] = "Test";
    environment[fmt::format("GIT_{}_EMAIL", who)] = "test@example.org";
    environment[fmt::format("GIT_{}_DATE", who)] = "1700000000 +0000";
  }
  return environment;
}

std::string run(std::vector<std::string> argv, const fs::path& home, const fs::path& folder, const std::string& input) {
  ProcessRequest request;
  request.argv = std::move(argv);
  request.environment = plain_environment(home);
  request.folder = folder;
  request.input = input;
  const ProcessResult result = run_process(request);
  if (result.status != 0) throw std::runtime_error(join(request.argv, " ") + ": " + result.errors);
  return std::string(trim(result.output));
}

bool is_listening(int port) {
  const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::string user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : "nobody";
}

/// Prepares keys and configuration; returns sshd's arguments.
std::vector<std::string> prepare_sshd(const Scratch& scratch, int port, const fs::path& key,
                                      const fs::path& known_hosts) {
  const fs::path host_key = scratch.ssh_key("host_key");
  const std::string host_public = slurp(fs::path(host_key.string() + ".pub"));
  write_file_atomic(known_hosts, fmt::format("[127.0.0.1]:{} {}", port, host_public));
  const fs::path authorized = scratch.path() / "authorized_keys";
  write_file_atomic(authorized, slurp(fs::path(key.string() + ".pub")), 0600);
  const std::string config = fmt::format(
      "HostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin "
      "yes\nPubkeyAuthentication yes\n"
      "PasswordAuthentication no\nKbdInteractiveAuthentication no\nListenAddress 127.0.0.1\nPort {}\nAcceptEnv "
      "GIT_PROTOCOL\nLogLevel ERROR\n"
      "MaxStartups 100\n"
      "SetEnv SHLVL=2\n",  // else bash reads the ~/.bashrc of whoever runs the tests, which may take seconds
      host_key.string(), authorized.string(), port);
  const fs::path file = scratch.path() / "sshd_config";
  write_file_atomic(file, config);
  if (::geteuid() == 0) fs::create_directories("/run/sshd");  // sshd's privilege separation wants it
  return {"/usr/sbin/sshd", "-D", "-e", "-f", file.string()};
}

}  // namespace

fs::path Scratch::bare(const std::string& name, const std::vector<std::string>& more) const {
  const fs::path repository = path() / (name + ".git");
  std::vector<std::string> argv = {"git", "init", "--quiet", "--bare", "--template=", "--initial-branch=main"};
  argv.insert(argv.end(), more.begin(), more.end());
  argv.push_back(repository.string());
  run(argv, path(), path(), {});
  // A background gc of the remote would race with the removal of this folder.
  for (const char* setting :
       {"gc.auto=0", "core.fsync=none", "receive.autogc=false", "maintenance.auto=false", "http.receivepack=true"}) {
    const auto parts = split(setting, '=');
    git(repository, {"config", parts[0], parts[1]});
  }
  return repository;
}

std::string Scratch::git(const fs::path& repository, std::vector<std::string> arguments,
                         const std::string& input) const {
  arguments.insert(arguments.begin(), {"git", "-c", "safe.directory=*", "-c", "core.fsync=none"});
  return run(std::move(arguments), path(), repository, input);
}

std::string Scratch::commit(const fs::path& repository, const std::string& ref, const std::vector<File>& files) const {
  const bool exists = !git(repository, {"for-each-ref", ref}).empty();
  std::string stream =
      fmt::format("commit {}\ncommitter Test <test@example.org> 1700000000 +0000\ndata 5\ntest\n\n", ref);
  if (exists) stream += fmt::format("from {}^0\n", ref);
  for (const File& each : files) {
    if (each.mode == "160000") {
      stream += fmt::format("M 160000 {} {}\n", each.bytes, each.path);
    } else {
      stream += fmt::format("M {} inline {}\ndata {}\n{}\n", each.mode, each.path, each.bytes.size(), each.bytes);
    }
  }
  git(repository, {"fast-import", "--quiet", "--force"}, stream);
  return git(repository, {"rev-parse", ref});
}

std::string Scratch::object(const fs::path& repository, const std::string& type, const std::string& bytes) const {
  // Input of no bytes is a closed standard input, which is what hash-object needs then.
  return git(repository, {"hash-object", "-w", "--literally", "--stdin", "-t", type}, bytes);
}

void Scratch::script(const fs::path& file, std::string_view body) const {
  fs::create_directories(file.parent_path());
  write_file_atomic(file, fmt::format("#!/bin/sh\n{}\n", body), 0755);
}

fs::path Scratch::ssh_key(const std::string& name) const {
  const fs::path file = path() / name;
  run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file.string()}, path(), path(), {});
  return file;
}

Daemon::Daemon(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment,
               fs::path log)
    : m_log(std::move(log)) {
  std::vector<std::string> arguments = argv;
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> argument_pointers;
  for (std::string& each : arguments) argument_pointers.push_back(each.data());
  argument_pointers.push_back(nullptr);
  std::vector<char*> variable_pointers;
  for (std::string& each : variables) variable_pointers.push_back(each.data());
  variable_pointers.push_back(nullptr);
  const Fd output(::open(m_log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  m_pid = ::fork();
  if (m_pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::dup2(output.get(), STDOUT_FILENO);
    ::dup2(output.get(), STDERR_FILENO);
    ::execvpe(argument_pointers[0], argument_pointers.data(), variable_pointers.data());
    ::_exit(127);
  }
}

Daemon::~Daemon() {
  if (m_pid <= 0) return;
  ::kill(m_pid, SIGTERM);
  ::waitpid(m_pid, nullptr, 0);
}

bool Daemon::wait_for_port(int port) const {
  for (int tries = 0; tries < k_start_tries_max; ++tries) {
    siginfo_t ended{};
    if (::waitid(P_PID, static_cast<id_t>(m_pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == m_pid)
      return false;
    if (is_listening(port)) return true;
    ::poll(nullptr, 0, k_start_wait_ms);
  }
  return false;
}

std::string Daemon::log() const { return slurp(m_log); }

int free_port() {
  const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port on loopback");
  }
  return ntohs(address.sin_port);
}

SshServer::SshServer(const Scratch& scratch)
    : m_port(free_port()),
      m_key(scratch.ssh_key("client_key")),
      m_known_hosts(scratch.path() / "known_hosts"),
      m_daemon(prepare_sshd(scratch, m_port, m_key, m_known_hosts), plain_environment(scratch.path()),
               scratch.path() / "sshd.log"),
      m_started(m_daemon.wait_for_port(m_port)) {}

std::string SshServer::url(const fs::path& repository) const {
  return fmt::format("ssh://{}@127.0.0.1:{}{}", user_name(), m_port, repository.string());
}

HttpServer::HttpServer(const Scratch& scratch, const std::string& authorization)
    : m_port(free_port()),
      m_daemon({"python3", (source_dir() / "tests/support/git_http_server.py").string(), std::to_string(m_port),
                scratch.path().string(), authorization},
               plain_environment(scratch.path()), scratch.path() / fmt::format("http-{}.log", m_port)),
      m_started(m_daemon.wait_for_port(m_port)) {}

std::string HttpServer::url(const std::string& repository_name) const {
  return fmt::format("http://127.0.0.1:{}/{}", m_port, repository_name);
}

}  // namespace dbw::test
