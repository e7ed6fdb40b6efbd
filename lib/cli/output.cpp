#include "cli/output.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/status_line.hpp"

namespace dbw::cli {
namespace {

constexpr std::size_t k_output_buffer_bytes = 64 * 1024;

[[noreturn]] void output_failed(int reason) {
  if (reason == EPIPE) throw Error(ErrorCode::output_closed, "the reader of standard output is gone");
  throw Error(ErrorCode::file_unwritable, fmt::format("cannot write standard output: {}", std::strerror(reason)),
              "The result is incomplete; check the free space or the file it was redirected to.");
}

/// A CI log reader trims a line before it looks for `::`; `##[` counts anywhere in a line for some.
std::string defuse_ci_commands(std::string text) {
  for (std::size_t at = 0; (at = text.find("##", at)) != std::string::npos; at += 5) text.replace(at, 1, "\\x23");
  std::size_t line = 0;
  while (line < text.size()) {
    const auto first = text.find_first_not_of(" \t", line);
    if (first != std::string::npos && text.compare(first, 2, "::") == 0) text.replace(first, 1, "\\x3a");
    const auto end = text.find('\n', line);
    if (end == std::string::npos) break;
    line = end + 1;
  }
  return text;
}

}  // namespace

Output& Output::standard() {
  static Output k_standard;
  return k_standard;
}

void Output::start() {
  m_buffer.clear();
  m_terminal = ::isatty(STDOUT_FILENO) == 1;
}

void Output::write(std::string_view text) {
  m_buffer += text;
  if (m_terminal || m_buffer.size() >= k_output_buffer_bytes) flush();
}

void Output::flush() {
  const std::string pending = std::exchange(m_buffer, {});  // a failed flush is reported once
  if (m_terminal && !pending.empty()) StatusLine::standard().clear();
  std::string_view rest = pending;
  while (!rest.empty()) {
    const ssize_t put = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (put >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno != EINTR) {
      output_failed(errno);
    } else if (interrupted()) {
      throw Error(ErrorCode::interrupted, "interrupted while writing standard output");
    }
  }
}

void write_error_stream(std::string_view text) { StatusLine::standard().write_instead(text); }

void claim_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is `fd`: all below it are open by now.
    ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

std::string terminal_safe(std::string_view text) { return defuse_ci_commands(printable(text, true)); }

std::string json_quote(std::string_view text) {
  std::string out = "\"";
  bool after_hash = false;
  for (const char c : printable(text, true)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '#' && after_hash) {
      out += "\\u0023";  // "##[" would be a command to some CI systems
    } else {
      out += c;  // printable() left no other control character
    }
    after_hash = c == '#';
  }
  return out + '"';
}

std::string format_error(std::string_view tool, const Error& error, bool json) {
  const std::string id = error_id(error.code());
  if (json) {
    return fmt::format(R"({{"error":{{"id":{},"name":{},"message":{},"hint":{},"exit_status":{}}}}})"
                       "\n",
                       json_quote(id), json_quote(error_info(error.code()).name), json_quote(error.message()),
                       json_quote(error.hint()), static_cast<int>(error.status()));
  }
  std::string out = fmt::format("{}: error[{}]: {}\n", tool, id, terminal_safe(error.message()));
  if (!error.hint().empty()) out += fmt::format("  hint: {}\n", terminal_safe(error.hint()));
  return out;
}

}  // namespace dbw::cli
