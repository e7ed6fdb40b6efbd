#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "base/files.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace fs = std::filesystem;

RunningTool::RunningTool(std::vector<std::string> argv, const std::map<std::string, std::string>& environment,
                         fs::path output)
    : m_output(std::move(output)) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> arguments, environ;
  for (std::string& each : argv) arguments.push_back(each.data());
  for (std::string& each : variables) environ.push_back(each.data());
  arguments.push_back(nullptr);
  environ.push_back(nullptr);
  const Fd out(::open(m_output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  const Fd in(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  m_pid = ::fork();
  if (m_pid < 0) throw std::runtime_error("fork failed");
  if (m_pid > 0) {
    ::setpgid(m_pid, m_pid);  // here too: whoever comes first
    return;
  }
  ::setpgid(0, 0);
  ::dup2(in.get(), 0);
  ::dup2(out.get(), 1);
  ::dup2(out.get(), 2);
  ::execve(arguments[0], arguments.data(), environ.data());
  ::_exit(127);
}

RunningTool::~RunningTool() {
  ::kill(-m_pid, SIGKILL);
  wait();
}

void RunningTool::kill_hard(bool whole_group) const { ::kill(whole_group ? -m_pid : m_pid, SIGKILL); }

void RunningTool::signal(int number) const { ::kill(m_pid, number); }

int RunningTool::wait() {
  if (m_ended) return m_status;
  int status = 0;
  while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {
  }
  m_ended = true;
  m_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return m_status;
}

std::string RunningTool::output() const { return slurp(m_output); }

}  // namespace dbw::test
