#include "workflow/spool.hpp"

#include "audit/verifier.hpp"
#include "base/files.hpp"
#include "unit/audit/memory_log.hpp"
#include "workflow/audit_log.hpp"

namespace dbw::workflow {
namespace {

const crypto::MachineKey& key() {
  static const crypto::MachineKey k = test::machine_key('k');
  return k;
}

const std::string k_ref = "refs/heads/dbw/audit/prod-eu-1";

/// An executor's host with its cache, the audit repository, and a spool.
class SpoolTest : public testing::Test {
 protected:
  void SetUp() override {
    git::Repository::init(audit);
    AuditLog log = log_at(remote);
    log.open();
    audit::Blobs blobs;
    log.append({test::genesis(blobs, key())}, blobs);
  }

  AuditLog log_at(git::Transport& where) {
    return {
        cache, where, key(), {.repo_id = "00112233445566778899aabbccddeeff", .executor = "prod-eu-1", .attempts = 4}};
  }
  Spool spool() { return {folder.path() / "spool", cache, k_ref}; }
  void append(git::Transport& where, int number) {
    AuditLog log = log_at(where);
    log.open();
    log.append({test::deny(number, number)}, {});
  }
  void append_to_spool(int number) {
    Spool spooled = spool();
    spooled.begin();
    git::Transport place(cache, spooled.remote());
    append(place, number);
  }
  std::uint64_t published() {
    git::Repository repository = git::Repository::open(audit);
    const audit::VerifyReport report =
        audit::verify_log(audit_files(repository, *repository.resolve(k_ref)), test::options_for(key()));
    EXPECT_TRUE(report.good());
    return report.lines;
  }

  TemporaryFolder folder;
  std::filesystem::path audit = folder.path() / "audit.git";
  git::Repository cache = git::Repository::init(folder.path() / "cache.git");
  git::Transport remote{cache, {.url = audit.string()}};
};

TEST_F(SpoolTest, GoesOnWithTheLogAndHandsItOver) {
  EXPECT_FALSE(spool().is_waiting());
  append_to_spool(1);
  append_to_spool(2);
  EXPECT_TRUE(spool().is_waiting());
  EXPECT_EQ(published(), 1U);
  spool().publish(remote);
  EXPECT_FALSE(spool().is_waiting());
  EXPECT_EQ(published(), 3U);
  append(remote, 3);
  append_to_spool(4);  // a second outage begins where the log is now
  spool().publish(remote);
  EXPECT_EQ(published(), 5U);
}

TEST_F(SpoolTest, PublishesOnceHoweverOftenItIsInterrupted) {
  append_to_spool(1);
  // The push arrived, and the host lost its power before the spool was emptied.
  std::filesystem::copy(folder.path() / "spool", folder.path() / "kept", std::filesystem::copy_options::recursive);
  spool().publish(remote);
  std::filesystem::rename(folder.path() / "kept", folder.path() / "spool");
  append(remote, 2);
  ASSERT_TRUE(spool().is_waiting());
  spool().publish(remote);
  EXPECT_FALSE(spool().is_waiting());
  EXPECT_EQ(published(), 3U);
}

TEST_F(SpoolTest, StartsOverWhereItWasHalfBegun) {
  std::filesystem::create_directories(folder.path() / "spool/audit.git/objects");
  EXPECT_FALSE(spool().is_waiting());
  append_to_spool(1);
  spool().publish(remote);
  EXPECT_EQ(published(), 2U);
}

TEST_F(SpoolTest, KeepsBothSidesOfALogThatWentTwoWays) {
  append_to_spool(1);
  append(remote, 2);
  EXPECT_EQ(test::code_of([&] { spool().publish(remote); }), ErrorCode::audit_not_append_only);
  EXPECT_TRUE(spool().is_waiting());
  EXPECT_EQ(published(), 2U);
}

TEST_F(SpoolTest, NeedsALogThatThisHostHasSeen) {
  git::Repository fresh = git::Repository::init(folder.path() / "fresh.git");
  Spool spooled(folder.path() / "spool", fresh, k_ref);
  EXPECT_EQ(test::code_of([&] { spooled.begin(); }), ErrorCode::audit_no_log);
  EXPECT_FALSE(spooled.is_waiting());
}

TEST_F(SpoolTest, FlushesToTheDisk) {
  append_to_spool(1);
  const std::string config = read_file(folder.path() / "spool/audit.git/config", 4096);
  EXPECT_NE(config.find("fsync = all"), std::string::npos);
}

}  // namespace
}  // namespace dbw::workflow
