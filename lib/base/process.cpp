#include "base/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/hardening.hpp"
#include "base/text.hpp"

namespace dbw {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Pipe {
  Fd read_end;
  Fd write_end;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorCode::process_failed, "cannot make a pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

std::string find_program(const std::string& name, const std::map<std::string, std::string>& environment) {
  if (name.find('/') != std::string::npos) return name;
  const auto path = environment.find("PATH");
  for (const std::string& folder : split(path == environment.end() ? "/usr/bin:/bin" : path->second, ':')) {
    if (folder.empty() || folder[0] != '/') continue;  // a relative entry would run what lies in the working folder
    const std::string candidate = folder + "/" + name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(candidate, ignored) && ::access(candidate.c_str(), X_OK) == 0)
      return candidate;
  }
  throw Error(ErrorCode::process_missing, fmt::format("the program {} is not installed", name));
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& each : strings) out.push_back(each.data());
  out.push_back(nullptr);
  return out;
}

/// write() to a pipe whose reader may be gone: EPIPE, and no SIGPIPE for a caller who did not ignore it.
ssize_t write_quietly(int fd, const char* data, std::size_t size) {
  sigset_t broken_pipe;
  sigset_t before;
  sigset_t pending;
  ::sigemptyset(&broken_pipe);
  ::sigaddset(&broken_pipe, SIGPIPE);
  ::sigpending(&pending);
  const bool was_pending = ::sigismember(&pending, SIGPIPE) == 1;
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
  const ssize_t put = ::write(fd, data, size);
  const int failure = errno;
  const timespec now{};
  if (put < 0 && failure == EPIPE && !was_pending) ::sigtimedwait(&broken_pipe, nullptr, &now);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = failure;
  return put;
}

/// Feeds input and collects output until both pipes are closed; kills the child at the deadline.
class Conversation {
 public:
  Conversation(pid_t child, const ProcessRequest& request, Fd to_child, Fd from_child, Fd errors)
      : m_child(child),
        m_request(request),
        m_to_child(std::move(to_child)),
        m_from_child(std::move(from_child)),
        m_errors(std::move(errors)),
        m_deadline(SteadyClock::now() + request.timeout) {
    for (const Fd* fd : {&m_to_child, &m_from_child, &m_errors}) {
      if (*fd) ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
    }
    if (m_request.input.empty()) m_to_child.close();
  }

  ProcessResult run() {
    while (m_from_child || m_errors || m_to_child) step();
    m_result.status = wait_for_end();
    return std::move(m_result);
  }

 private:
  void step() {
    pollfd fds[3] = {{m_to_child.get(), POLLOUT, 0}, {m_from_child.get(), POLLIN, 0}, {m_errors.get(), POLLIN, 0}};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(m_deadline - SteadyClock::now()).count();
    if (left <= 0) give_up();
    if (::poll(fds, 3, static_cast<int>(std::min<long>(left, 1000))) < 0 && errno != EINTR) give_up();
    if (fds[0].revents != 0) feed();
    if (fds[1].revents != 0) collect(m_from_child, m_result.output);
    if (fds[2].revents != 0) collect(m_errors, m_result.errors);
  }

  void feed() {
    const ssize_t put = write_quietly(m_to_child.get(), m_request.input.data() + m_fed, m_request.input.size() - m_fed);
    if (put > 0) m_fed += static_cast<std::size_t>(put);
    const bool broken = put < 0 && errno != EAGAIN && errno != EINTR;
    if (broken || m_fed == m_request.input.size()) m_to_child.close();
  }

  void collect(Fd& from, std::string& into) {
    char buffer[64 * 1024];
    const ssize_t got = ::read(from.get(), buffer, sizeof buffer);
    if (got > 0) {
      into.append(buffer, static_cast<std::size_t>(got));
      ::explicit_bzero(buffer, static_cast<std::size_t>(got));  // a credential command's output
      if (into.size() > m_request.output_bytes_max) {
        kill_child();
        throw Error(ErrorCode::process_failed,
                    fmt::format("{} printed more than {} bytes", m_request.argv[0], m_request.output_bytes_max));
      }
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      from.close();
    }
  }

  int wait_for_end() {
    constexpr useconds_t pause_max = 5000;
    int status = 0;
    // Most processes end right after they closed their pipes.
    for (useconds_t pause = 50;; pause = std::min(2 * pause, pause_max)) {
      const pid_t ended = ::waitpid(m_child, &status, WNOHANG);
      if (ended == m_child) break;
      // An unknown status must not pass for success (the caller ignores SIGCHLD, or reaped the child).
      if (ended < 0 && errno != EINTR) {
        throw Error(ErrorCode::process_failed, fmt::format("the exit status of {} is lost", m_request.argv[0]));
      }
      if (SteadyClock::now() >= m_deadline) give_up();
      ::usleep(pause);
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

  void kill_child() {
    const pid_t whom = m_request.terminal ? m_child : -m_child;  // otherwise the child leads a group of its own
    ::kill(whom, SIGTERM);
    ::usleep(50'000);
    ::kill(whom, SIGKILL);
    ::waitpid(m_child, nullptr, 0);
  }

  [[noreturn]] void give_up() {
    kill_child();
    throw Error(ErrorCode::process_timeout,
                fmt::format("{} did not end within {}", join(m_request.argv, " "), format_duration(m_request.timeout)));
  }

  pid_t m_child;
  const ProcessRequest& m_request;
  Fd m_to_child;
  Fd m_from_child;
  Fd m_errors;
  SteadyClock::time_point m_deadline;
  std::size_t m_fed = 0;
  ProcessResult m_result;
};

/// How a child begins: default signals, the three streams, and no descriptor beyond them.
class Start {
 public:
  Start(const ProcessRequest& request, const Fd& input, const Fd& output, const Fd& errors) {
    ::posix_spawn_file_actions_init(&m_actions);
    ::posix_spawnattr_init(&m_attributes);
    sigset_t none, broken_pipe;
    ::sigemptyset(&none);
    ::sigemptyset(&broken_pipe);
    ::sigaddset(&broken_pipe, SIGPIPE);
    ::posix_spawnattr_setsigmask(&m_attributes, &none);
    ::posix_spawnattr_setsigdefault(&m_attributes, &broken_pipe);
    const int group = request.terminal ? 0 : POSIX_SPAWN_SETPGROUP;
    ::posix_spawnattr_setflags(&m_attributes,
                               static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
    add(::posix_spawn_file_actions_adddup2(&m_actions, input.get(), STDIN_FILENO));
    add(::posix_spawn_file_actions_adddup2(&m_actions, output.get(), STDOUT_FILENO));
    if (!request.terminal) add(::posix_spawn_file_actions_adddup2(&m_actions, errors.get(), STDERR_FILENO));
    if (!request.folder.empty()) add(::posix_spawn_file_actions_addchdir_np(&m_actions, request.folder.c_str()));
    add(::posix_spawn_file_actions_addclosefrom_np(&m_actions, STDERR_FILENO + 1));
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;
  ~Start() {
    ::posix_spawn_file_actions_destroy(&m_actions);
    ::posix_spawnattr_destroy(&m_attributes);
  }

  /// errno of what failed, 0: `child` runs.
  int run(pid_t& child, const std::string& program, const std::vector<char*>& argv,
          const std::vector<char*>& envp) const {
    if (m_failure != 0) return m_failure;
    // Unlike fork() it copies no page tables: a large process starts programs as fast as a small one.
    return ::posix_spawn(&child, program.c_str(), &m_actions, &m_attributes, argv.data(), envp.data());
  }

 private:
  void add(int failure) {
    if (m_failure == 0) m_failure = failure;
  }

  posix_spawn_file_actions_t m_actions{};
  posix_spawnattr_t m_attributes{};
  int m_failure = 0;
};

[[noreturn]] void fail_to_start(const std::string& program, const ProcessRequest& request, int failure) {
  std::error_code ignored;
  const bool no_folder = !request.folder.empty() && (!std::filesystem::is_directory(request.folder, ignored) ||
                                                     ::access(request.folder.c_str(), X_OK) != 0);
  if (no_folder)
    throw Error(ErrorCode::process_failed,
                fmt::format("cannot start {} in {}: {}", program, request.folder.string(), std::strerror(failure)));
  throw Error(failure == ENOENT ? ErrorCode::process_missing : ErrorCode::process_failed,
              fmt::format("cannot start {}: {}", program, std::strerror(failure)));
}

}  // namespace

ProcessResult run_process(const ProcessRequest& request) {
  if (!is_allowed_program(request.argv.at(0)))
    throw Error(ErrorCode::program_refused, fmt::format("{} is not among the programs it may start", request.argv[0]));
  const std::string program = find_program(request.argv.at(0), request.environment);
  std::vector<std::string> arguments = request.argv;
  std::vector<std::string> environment;
  for (const auto& [name, value] : request.environment) environment.push_back(name + "=" + value);
  Pipe input = make_pipe();
  Pipe output = make_pipe();
  Pipe errors = make_pipe();
  pid_t child = -1;
  const int failure = Start(request, input.read_end, output.write_end, errors.write_end)
                          .run(child, program, pointers(arguments), pointers(environment));
  if (failure != 0) fail_to_start(program, request, failure);
  for (Fd* fd : {&input.read_end, &output.write_end, &errors.write_end}) fd->close();
  return Conversation(child, request, std::move(input.write_end), std::move(output.read_end),
                      std::move(errors.read_end))
      .run();
}

int run_interactive(const std::vector<std::string>& argv) {
  std::vector<std::string> arguments = argv;
  const std::vector<char*> pointer = pointers(arguments);
  const pid_t child = ::fork();
  if (child < 0) throw Error(ErrorCode::process_failed, "cannot start another process");
  if (child == 0) {
    ::execvp(pointer.front(), pointer.data());
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

namespace {

bool names_a_secret(std::string_view variable) {
  for (const std::string_view part : {"TOKEN", "PASSWORD", "SECRET", "CREDENTIAL", "_KEY"}) {
    if (variable.find(part) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::map<std::string, std::string> reduce_environment() {
  static constexpr std::array<std::string_view, 10> k_kept = {
      "HOME", "USER", "LOGNAME", "LANG", "TERM", "TMPDIR", "NO_COLOR", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "DBW_HOME"};
  std::map<std::string, std::string> before;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view entry = *each;
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    before[std::string(entry.substr(0, equals))] = entry.substr(equals + 1);
    // /proc/<pid>/environ shows these bytes for as long as the process lives.
    if (names_a_secret(entry.substr(0, equals))) ::explicit_bzero(*each + equals + 1, entry.size() - equals - 1);
  }
  ::clearenv();
  for (const std::string_view name : k_kept) {
    const auto value = before.find(std::string(name));
    if (value != before.end()) ::setenv(value->first.c_str(), value->second.c_str(), 1);
  }
  ::setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
  return before;
}

std::map<std::string, std::string> clean_environment(bool agent) {
  std::map<std::string, std::string> out = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"LANG", "C.UTF-8"}};
  std::vector<std::string> kept = {"HOME", "PATH", "USER", "LOGNAME", "TMPDIR"};
  if (agent)
    kept.insert(kept.end(),
                {"SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_SK_PROVIDER", "DISPLAY", "WAYLAND_DISPLAY", "TERM", "GPG_TTY"});
  for (const std::string& name : kept) {
    if (const char* value = std::getenv(name.c_str()); value != nullptr) out[name] = value;
  }
  return out;
}

}  // namespace dbw
