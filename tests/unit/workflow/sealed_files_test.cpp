#include <csignal>
#include <fstream>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "support/error_of.hpp"
#include "support/paths.hpp"
#include "workflow/result_file.hpp"
#include "workflow/seal_key.hpp"

/// What is written on the executor's disk and in a person's folder for sealed results.
namespace dbw::test {
namespace {

namespace fs = std::filesystem;
using workflow::ResultFile;

class SealedFiles : public testing::Test {
 protected:
  fs::path at(const std::string& name) const { return m_folder.path() / name; }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(m_folder.path()), fs::directory_iterator()));
  }
  /// `rows` rows of about 100 bytes.
  static void fill(ResultFile& file, int rows) {
    file.columns({{"id", "integer"}, {"text", "text"}});
    const std::string text(90, 't');
    for (int i = 0; i < rows; ++i) {
      const std::string id = std::to_string(i);
      const db::Field fields[] = {std::string_view(id), std::string_view(text)};
      if (!file.row(fields)) return;
    }
  }

 private:
  TemporaryFolder m_folder;
};

TEST_F(SealedFiles, HoldTheRowsThatThePlainFileWouldHold) {
  std::vector<crypto::AgeIdentity> keys;
  keys.push_back(crypto::AgeIdentity::generate());
  ResultFile plain(at("plain.csv"), "csv", 100'000, 1 << 30),
      sealed(at("sealed.age"), "csv", 100'000, 1 << 30, {keys.front().recipient()});
  fill(plain, 20'000);
  fill(sealed, 20'000);
  const Digest digest = plain.finish();
  EXPECT_EQ(sealed.finish(), digest) << "the log commits to the rows, not to their seal";
  EXPECT_FALSE(plain.sealed());
  EXPECT_EQ(sealed.sealed(), crypto::sha256(slurp(at("sealed.age"))));
  EXPECT_TRUE(crypto::age_open(keys, slurp(at("sealed.age"))) == slurp(at("plain.csv")));
  EXPECT_EQ(fs::status(at("sealed.age")).permissions() & fs::perms::mask,
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(entries(), 2u);
}

TEST_F(SealedFiles, BoundsCountTheRows) {
  std::vector<crypto::AgeIdentity> keys;
  keys.push_back(crypto::AgeIdentity::generate());
  ResultFile file(at("sealed.age"), "csv", 100, 1000, {keys.front().recipient()});
  fill(file, 50);
  EXPECT_EQ(file.truncated(), "bytes");
  file.finish();
  EXPECT_LE(crypto::age_open(keys, slurp(at("sealed.age"))).size(), 1000u);
}

TEST_F(SealedFiles, AFullDiskLeavesNothing) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100'000, 100'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto code = code_of([&] {
      ResultFile file(at("sealed.age"), "csv", 100'000, 1 << 30, {crypto::AgeIdentity::generate().recipient()});
      fill(file, 10'000);
      file.finish();
    });
    ::_exit(code == ErrorCode::file_unwritable ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(entries(), 0u);
}

TEST_F(SealedFiles, AKeyIsMadeOnceAndRead) {
  const fs::path file = at("folder/seal-key.txt");
  const crypto::AgeRecipient made = workflow::make_seal_key(file, Timestamp::parse("2026-11-20T12:00:00Z"));
  const auto keys = workflow::load_seal_keys(file);
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys.front().recipient(), made);
  const std::string before = slurp(file);
  EXPECT_EQ(code_of([&] { workflow::make_seal_key(file, Timestamp{}); }), ErrorCode::seal_key_exists);
  EXPECT_EQ(slurp(file), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(at("folder")), fs::directory_iterator()), 1);
}

TEST_F(SealedFiles, AKeyFileIsStrict) {
  const auto code = [&](const std::string& text, fs::perms mode = fs::perms::owner_read) {
    std::ofstream(at("key"), std::ios::trunc) << text;
    fs::permissions(at("key"), mode | fs::perms::owner_write);
    return code_of([&] { workflow::load_seal_keys(at("key")); });
  };
  const std::string one(crypto::AgeIdentity::generate().text().reveal());
  const std::string two(crypto::AgeIdentity::generate().text().reveal());
  EXPECT_EQ(code("# a comment\n\n" + one + "\n" + two + "\n"), std::nullopt);
  EXPECT_EQ(workflow::load_seal_keys(at("key")).size(), 2u);
  EXPECT_EQ(code(""), ErrorCode::seal_key_missing);
  EXPECT_EQ(code("# nothing\n"), ErrorCode::seal_key_missing);
  EXPECT_EQ(code(one + "x\n"), ErrorCode::age_identity);
  EXPECT_EQ(code(to_lower(one) + "\n"), ErrorCode::age_identity);
  EXPECT_EQ(code(one + "\n", fs::perms::owner_read | fs::perms::group_read), ErrorCode::file_permissions);
  EXPECT_EQ(code_of([&] { workflow::load_seal_keys(at("absent")); }), ErrorCode::seal_key_missing);
}

}  // namespace
}  // namespace dbw::test
