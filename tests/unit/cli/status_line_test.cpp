#include "cli/status_line.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "harness.hpp"

namespace dbw::test {
namespace {

using cli::StatusLine;
using testing::HasSubstr;
using testing::Not;

/// A terminal without a screen, whose text can be read.
class Terminal {
 public:
  explicit Terminal(unsigned short columns = 40) : m_screen(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (::grantpt(m_screen.get()) != 0 || ::unlockpt(m_screen.get()) != 0) throw std::runtime_error("no terminal");
    m_end = Fd(::open(::ptsname(m_screen.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    termios modes{};
    ::tcgetattr(m_end.get(), &modes);
    ::cfmakeraw(&modes);
    ::tcsetattr(m_end.get(), TCSANOW, &modes);
    const winsize size{24, columns, 0, 0};
    ::ioctl(m_end.get(), TIOCSWINSZ, &size);
    ::fcntl(m_screen.get(), F_SETFL, O_NONBLOCK);
  }
  int end() const { return m_end.get(); }
  /// What was written since the last call. The kernel passes it on when it likes, but in order: all is here when a mark
  /// written now is.
  std::string text() const {
    constexpr char k_mark = '\0';
    if (::write(m_end.get(), &k_mark, 1) != 1) throw std::runtime_error("the terminal takes no text");
    std::string out;
    while (out.empty() || out.back() != k_mark) {
      pollfd readable{m_screen.get(), POLLIN, 0};
      if (::poll(&readable, 1, 30'000) != 1) throw std::runtime_error("the terminal gave only: " + out);
      char buffer[4096];
      const ssize_t got = ::read(m_screen.get(), buffer, sizeof buffer);
      if (got > 0) out.append(buffer, static_cast<std::size_t>(got));
    }
    out.pop_back();
    return out;
  }

 private:
  Fd m_screen, m_end;
};

/// Standard error is another descriptor for as long as this lives.
class Redirected {
 public:
  explicit Redirected(int to) : m_before(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) { ::dup2(to, STDERR_FILENO); }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;
  ~Redirected() { ::dup2(m_before.get(), STDERR_FILENO); }

 private:
  Fd m_before;
};

/// A line that throttles nothing.
class StatusLineTest : public testing::Test {
 protected:
  StatusLineTest() { ::setenv("TERM", "xterm", 1); }
  ~StatusLineTest() override { ::unsetenv("TERM"); }
  Terminal m_terminal;
  StatusLine m_line{StatusLine::Interval(0), StatusLine::Interval(0)};
};

TEST_F(StatusLineTest, IsWrittenAnewOnATerminal) {
  const Redirected redirected(m_terminal.end());
  m_line.start();
  m_line.show("1 row");
  m_line.show("2 rows");
  EXPECT_EQ(m_terminal.text(), "\r\x1b[K1 row\r\x1b[K2 rows");
  m_line.write_instead("done\n");
  EXPECT_EQ(m_terminal.text(), "\r\x1b[Kdone\n");
  m_line.write_instead("more\n");
  EXPECT_EQ(m_terminal.text(), "more\n") << "nothing stood there";
}

TEST_F(StatusLineTest, GoesWhenTheWorkIsDone) {
  const Redirected redirected(m_terminal.end());
  m_line.start();
  m_line.show("1 row");
  m_line.show("");
  EXPECT_EQ(m_terminal.text(), "\r\x1b[K1 row\r\x1b[K");
  m_line.show("");
  EXPECT_EQ(m_terminal.text(), "");
}

TEST_F(StatusLineTest, NeverWraps) {
  const Redirected redirected(m_terminal.end());
  m_line.start();
  m_line.show(std::string(100, 'x'));
  EXPECT_EQ(m_terminal.text(), "\r\x1b[K" + std::string(39, 'x'));
}

TEST_F(StatusLineTest, ShowsNoEscapesOfOthers) {
  const Redirected redirected(m_terminal.end());
  m_line.start();
  m_line.show("step \x1b[31m");
  EXPECT_EQ(m_terminal.text(), "\r\x1b[Kstep \\x1b[31m");
}

TEST_F(StatusLineTest, IsPlainLinesWhereNothingCanBeErased) {
  const Redirected redirected(m_terminal.end());
  ::setenv("TERM", "dumb", 1);
  m_line.start();
  m_line.show("1 row");
  m_line.show("2 rows");
  m_line.write_instead("done\n");
  EXPECT_EQ(m_terminal.text(), "1 row\n2 rows\ndone\n");
}

TEST_F(StatusLineTest, PassesOverWhatComesTooSoon) {
  const Redirected redirected(m_terminal.end());
  StatusLine slow(StatusLine::Interval(3'600'000), StatusLine::Interval(3'600'000));
  slow.start();
  slow.show("1 row");
  slow.show("2 rows");
  EXPECT_EQ(m_terminal.text(), "\r\x1b[K1 row");
  ::setenv("TERM", "dumb", 1);
  slow.start();
  slow.show("3 rows");
  EXPECT_EQ(m_terminal.text(), "") << "plain lines are for what takes long";
}

TEST_F(StatusLineTest, IsErasedBeforeAnErrorIsPrintedAndSilentUnderQuiet) {
  EXPECT_EQ(run_demo({"progress"}, [&] { ::dup2(m_terminal.end(), STDERR_FILENO); }).status,
            static_cast<int>(ExitStatus::environment));
  EXPECT_THAT(m_terminal.text(), HasSubstr("\r\x1b[K1 row\r\x1b[Kdbw-demo: error["));
  EXPECT_EQ(run_demo({"--quiet", "progress"}, [&] { ::dup2(m_terminal.end(), STDERR_FILENO); }).status,
            static_cast<int>(ExitStatus::environment));
  EXPECT_THAT(m_terminal.text(), Not(HasSubstr("row")));
  EXPECT_THAT(run_demo({"progress"}).err, Not(HasSubstr("row"))) << "no terminal, and not long";
}

}  // namespace
}  // namespace dbw::test
