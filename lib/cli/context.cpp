#include <cerrno>

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/status_line.hpp"

namespace dbw::cli {
namespace {

constexpr std::size_t k_answer_bytes_max = 4096;

/// One line of standard input, read byte by byte so that nothing behind it is taken from whoever reads next.
std::string read_answer() {
  std::string answer;
  char c = 0;
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR && !interrupted()) continue;
    if (got <= 0) throw Error(ErrorCode::interrupted, "no answer was given");
    if (c == '\n') return std::string(trim(answer));
    answer += c;
    if (answer.size() > k_answer_bytes_max) throw Error(ErrorCode::bad_usage, "the answer is too long");
  }
}

}  // namespace

void Context::out(std::string_view text) const { Output::standard().write(text); }

void Context::flush() const { Output::standard().flush(); }

void Context::note(std::string_view text) const {
  if (quiet) return;
  flush();
  write_error_stream(text);
}

void Context::status(std::string_view text) const {
  if (!quiet) StatusLine::standard().show(text);
}

bool Context::interactive() const { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

std::string Context::ask(std::string_view question, std::string_view flag) const {
  if (!interactive()) {
    throw Error(ErrorCode::bad_usage, fmt::format("cannot ask \"{}\": standard input is no terminal", question),
                fmt::format("Give {} on the command line.", flag));
  }
  flush();
  write_error_stream(fmt::format("{} ", question));
  return read_answer();
}

std::string format_refusals(const std::vector<Refusal>& refusals) {
  std::string out;
  for (const Refusal& refusal : refusals) {
    const Error error(refusal);
    out += fmt::format("  {} {}\n", error_id(refusal.code), terminal_safe(refusal.message));
    if (!error.hint().empty()) out += fmt::format("    -> {}\n", terminal_safe(error.hint()));
  }
  return out;
}

}  // namespace dbw::cli
