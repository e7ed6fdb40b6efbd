#include "base/files.hpp"
#include "base/file_access.hpp"

#include <csignal>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/error_of.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;

class Files : public ::testing::Test {
 protected:
  fs::path at(const std::string& name) const { return m_folder.path() / name; }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(m_folder.path()), fs::directory_iterator()));
  }

 private:
  TemporaryFolder m_folder{"dbw-files"};
};

unsigned mode_of(const fs::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777u : 0u;
}

/// Runs `action` in a child process; its exit status, or 128 + n where signal n ended it.
template <typename Action>
int in_child(const Action& action) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(action());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

TEST_F(Files, WriteThenRead) {
  const std::string bytes("a\0b\n\xff", 5);
  write_file_atomic(at("x"), bytes, 0640);
  EXPECT_EQ(read_file(at("x"), 5), bytes);
  EXPECT_EQ(mode_of(at("x")), 0640u);
  write_file_atomic(at("x"), "");
  EXPECT_EQ(read_file(at("x"), 0), "");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(Files, LargeFile) {
  const std::string bytes(5'000'001, 'x');
  write_file_atomic(at("x"), bytes);
  EXPECT_EQ(read_file(at("x"), bytes.size()), bytes);
}

TEST_F(Files, ReadFailures) {
  write_file_atomic(at("x"), "12345");
  EXPECT_EQ(code_of([&] { read_file(at("none"), 10); }), ErrorCode::file_missing);
  EXPECT_EQ(code_of([&] { read_file(at("x"), 4); }), ErrorCode::file_too_large);
  EXPECT_EQ(code_of([&] { read_file(at(""), 4); }), ErrorCode::file_unreadable);
  EXPECT_EQ(code_of([&] { read_file("/dev/zero", 4); }), ErrorCode::file_unreadable);
  ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
  EXPECT_EQ(code_of([&] { read_file(at("fifo"), 4); }), ErrorCode::file_unreadable);
  EXPECT_EQ(code_of([&] { read_file(at("x") / "below", 4); }), ErrorCode::file_unreadable);
}

TEST_F(Files, WriteFailuresLeaveNothingBehind) {
  EXPECT_EQ(code_of([&] { write_file_atomic(at("none/x"), "a"); }), ErrorCode::file_unwritable);
  fs::create_directory(at("folder"));
  EXPECT_EQ(code_of([&] { write_file_atomic(at("folder"), "a"); }), ErrorCode::file_unwritable);
  EXPECT_EQ(entries(), 1u);
}

/// RLIMIT_FSIZE stands in for a full disk: write() fails half-way (EFBIG) as it does with ENOSPC.
TEST_F(Files, FullDiskKeepsTheOldFile) {
  write_file_atomic(at("x"), "old");
  const int status = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto code = code_of([&] { write_file_atomic(at("x"), std::string(100'000, 'n')); });
    return code == ErrorCode::file_unwritable ? 0 : 1;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_file(at("x"), 100), "old");
  EXPECT_EQ(entries(), 1u);
}

/// SIGXFSZ kills the writer in the middle of write(): the old file must stand whole.
TEST_F(Files, KillDuringWriteKeepsTheOldFile) {
  write_file_atomic(at("x"), "old");
  const int status = in_child([&] {
    std::signal(SIGXFSZ, SIG_DFL);
    const rlimit cores{0, 0};
    ::setrlimit(RLIMIT_CORE, &cores);
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    write_file_atomic(at("x"), std::string(100'000, 'n'));
    return 0;
  });
  EXPECT_EQ(status, 128 + SIGXFSZ);
  EXPECT_EQ(read_file(at("x"), 100), "old");
}

TEST_F(Files, RelativePathWithoutFolder) {
  const int status = in_child([&] {
    if (::chdir(at("").c_str()) != 0) return 2;
    write_file_atomic("plain", "p");
    return read_file("plain", 1) == "p" ? 0 : 1;
  });
  EXPECT_EQ(status, 0);
}

TEST_F(Files, SymlinkIsReplacedNotFollowed) {
  write_file_atomic(at("victim"), "keep");
  fs::create_symlink(at("victim"), at("link"));
  write_file_atomic(at("link"), "new");
  EXPECT_EQ(read_file(at("victim"), 10), "keep");
  EXPECT_FALSE(fs::is_symlink(at("link")));
}

TEST_F(Files, Folders) {
  make_folders(at("a/b/c"), 0700);
  EXPECT_EQ(mode_of(at("a/b/c")), 0700u);
  make_folders(at("a/b/c"), 0700);
  write_file_atomic(at("file"), "");
  EXPECT_EQ(code_of([&] { make_folders(at("file")); }), ErrorCode::file_unwritable);
  EXPECT_EQ(code_of([&] { make_folders(at("file/below")); }), ErrorCode::file_unwritable);
}

TEST_F(Files, PrivateFiles) {
  write_file_atomic(at("x"), "s", 0600);
  EXPECT_EQ(code_of([&] { require_private_file(at("x")); }), std::nullopt);
  for (const unsigned mode : {0640u, 0604u, 0610u, 0602u}) {
    fs::permissions(at("x"), static_cast<fs::perms>(mode));
    EXPECT_EQ(code_of([&] { require_private_file(at("x")); }), ErrorCode::file_permissions) << mode;
  }
  EXPECT_EQ(code_of([&] { require_private_file(at("none")); }), ErrorCode::file_missing);
}

TEST_F(Files, NotWritableByOthers) {
  fs::create_directory(at("d"));
  write_file_atomic(at("d/x"), "c", 0644);
  const auto check = [&] { return code_of([&] { require_not_writable_by_others(at("d/x")); }); };
  fs::permissions(at("d"), static_cast<fs::perms>(0755));
  EXPECT_EQ(check(), std::nullopt);
  fs::permissions(at("d"), static_cast<fs::perms>(0775));
  EXPECT_EQ(check(), ErrorCode::file_permissions);
  fs::permissions(at("d"), static_cast<fs::perms>(01777));
  EXPECT_EQ(check(), std::nullopt);
  fs::permissions(at("d"), static_cast<fs::perms>(0755));
  fs::permissions(at("d/x"), static_cast<fs::perms>(0646));
  EXPECT_EQ(check(), ErrorCode::file_permissions);
}

TEST(TemporaryFolders, ArePrivateAndVanish) {
  fs::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    EXPECT_EQ(mode_of(path), 0700u);
    make_folders(path / "a/b");
    write_file_atomic(path / "a/b/c", "x");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(Files, LockIsExclusive) {
  {
    const FileLock first(at("lock"), 0);
    EXPECT_TRUE(first.held());
    EXPECT_FALSE(FileLock(at("lock"), 0).held());
  }
  EXPECT_TRUE(FileLock(at("lock"), 0).held());
  EXPECT_EQ(code_of([&] { FileLock(at("none/lock"), 0); }), ErrorCode::file_unwritable);
}

TEST_F(Files, LockDiesWithItsProcess) {
  EXPECT_EQ(in_child([&] {
              const FileLock lock(at("lock"), 0);
              ::kill(::getpid(), SIGKILL);
              return 0;
            }),
            128 + SIGKILL);
  EXPECT_TRUE(FileLock(at("lock"), 0).held());
}

TEST(Fds, OwnAndMove) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Fd first(ends[0]);
  Fd second(ends[1]);
  second = std::move(first);
  EXPECT_EQ(second.get(), ends[0]);
  EXPECT_EQ(::fcntl(ends[1], F_GETFD), -1);
  const int released = second.release();
  EXPECT_FALSE(second);
  EXPECT_EQ(::close(released), 0);
}

TEST_F(Files, StandardInput) {
  write_file_atomic(at("in"), "12345");
  const auto read_limited = [&](std::size_t limit) {
    return in_child([&] {
      const Fd fd(::open(at("in").c_str(), O_RDONLY));
      ::dup2(fd.get(), STDIN_FILENO);
      try {
        return read_stdin(limit) == "12345" ? 0 : 1;
      } catch (const Error& error) {
        return error.code() == ErrorCode::file_too_large ? 3 : 4;
      }
    });
  };
  EXPECT_EQ(read_limited(5), 0);
  EXPECT_EQ(read_limited(4), 3);
}

}  // namespace
}  // namespace dbw::test
