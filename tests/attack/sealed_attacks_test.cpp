#include <fmt/format.h>

#include "crypto/age.hpp"
#include "support/sealed_world.hpp"

/// Attacks on sealed results. mallory may push to the change repository and knows every public key: she can seal
/// anything for anybody, so only the log's line says which bytes are the executor's.
namespace dbw::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SealedAttack : public testing::Test {
 protected:
  static ToolWorld& world() {
    static ToolWorld world(Engine::sqlite);
    static const bool ran = [] {
      give_seal_keys(world);
      for (const char* id : {"REQ-REAL-1", "REQ-REAL-2"}) ask(world, id, {"alice"});
      return world.run_due().status == 0;
    }();
    EXPECT_TRUE(ran);
    return world;
  }
  static std::string sealed_bytes(const std::string& id) {
    return world().must("alice", {"dbw-request", "result", id, "--raw"});
  }
  /// mallory's content of the ref: on top of what is there, or instead of it.
  static void replace(const std::string& id, const std::string& bytes, bool anew = false) {
    if (anew) world().git("changes.git", {"update-ref", "-d", result_ref(id)});
    world().scratch().commit(world().path("changes.git"), result_ref(id), {{"s1.csv.age", bytes}});
  }
  static crypto::AgeRecipient seal_key_of(const std::string& person) {
    return crypto::parse_age_recipient(trim(world().must(person, {"dbw-request", "seal-key", "show"})));
  }
  /// The ref as the executor left it.
  void SetUp() override { m_before = world().git("changes.git", {"rev-parse", result_ref("REQ-REAL-1")}); }
  void TearDown() override { world().git("changes.git", {"update-ref", result_ref("REQ-REAL-1"), m_before}); }

 private:
  std::string m_before;
};

TEST_F(SealedAttack, AnyChangedByteIsFound) {
  const std::string sealed = sealed_bytes("REQ-REAL-1");
  for (const std::size_t at : {std::size_t{0}, std::size_t{40}, sealed.size() / 2, sealed.size() - 1}) {
    std::string changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    replace("REQ-REAL-1", changed);
    expect_refused(result_of(world(), "alice", "REQ-REAL-1"), 1, "DBW-E0980");
    EXPECT_NE(result_of(world(), "alice", "REQ-REAL-1", {"--unverified"}).status, 0) << "the seal itself finds it";
  }
  replace("REQ-REAL-1", sealed.substr(0, sealed.size() - 1));
  expect_refused(result_of(world(), "alice", "REQ-REAL-1"), 1, "DBW-E0980");
  expect_refused(result_of(world(), "alice", "REQ-REAL-1", {"--unverified"}), 1, "DBW-E0265");
}

TEST_F(SealedAttack, RowsOfSomebodyElseForMeAreFound) {
  replace("REQ-REAL-1", crypto::age_seal({seal_key_of("alice")}, "id,word\r\n1,invented\r\n"), true);
  expect_refused(result_of(world(), "alice", "REQ-REAL-1"), 1, "DBW-E0980");
  const ProcessResult warned = result_of(world(), "alice", "REQ-REAL-1", {"--unverified"});
  EXPECT_EQ(warned.output, "id,word\r\n1,invented\r\n");
  EXPECT_THAT(warned.errors, HasSubstr("anybody can have sealed this"));
}

TEST_F(SealedAttack, TheResultOfAnotherRequestIsFound) {
  replace("REQ-REAL-1", sealed_bytes("REQ-REAL-2"), true);
  expect_refused(result_of(world(), "alice", "REQ-REAL-1"), 1, "DBW-E0980");
}

TEST_F(SealedAttack, ARealFileAmongFalseOnesIsTheOneThatOpens) {
  const std::string sealed = sealed_bytes("REQ-REAL-1");
  world().scratch().commit(world().path("changes.git"), result_ref("REQ-REAL-1"),
                           {{"a.csv.age", crypto::age_seal({seal_key_of("alice")}, "invented")},
                            {"sub/s1.csv.age", "x"},
                            {"s1.csv.age.age", sealed.substr(1)}});
  EXPECT_EQ(result_of(world(), "alice", "REQ-REAL-1").output, k_planted_csv);
}

/// The opening of another text: the log's commitment does not open with it.
TEST_F(SealedAttack, AFalseOpeningIsFound) {
  const std::string opening = R"({"openings":[{"path":"result","salt":")" + std::string(64, '0') +
                              R"(","text":"sha256:)" + std::string(64, '0') + R"("}],"v":1})";
  world().scratch().commit(world().path("changes.git"), result_ref("REQ-REAL-1"),
                           {{"s1.csv.opening.json.age", crypto::age_seal({seal_key_of("alice")}, opening)}});
  expect_refused(result_of(world(), "alice", "REQ-REAL-1"), 1, "DBW-E0980");
}

TEST_F(SealedAttack, AResultWithoutARunIsRefused) {
  ask(world(), "REQ-REAL-3", {"alice"});
  world().scratch().commit(world().path("changes.git"), result_ref("REQ-REAL-3"),
                           {{"s1.csv.age", crypto::age_seal({seal_key_of("alice")}, "invented")}});
  expect_refused(result_of(world(), "alice", "REQ-REAL-3"), 1, "DBW-E0981");
  // And the executor puts its own in that place.
  EXPECT_EQ(world().run_due().status, 0);
  EXPECT_EQ(result_of(world(), "alice", "REQ-REAL-3").output, k_planted_csv);
}

TEST_F(SealedAttack, AWithheldLogIsNotPassedOver) {
  std::filesystem::rename(world().path("audit.git"), world().path("away.git"));
  const ProcessResult blind = result_of(world(), "alice", "REQ-REAL-1");
  const ProcessResult wanted = result_of(world(), "alice", "REQ-REAL-1", {"--unverified"});
  std::filesystem::rename(world().path("away.git"), world().path("audit.git"));
  EXPECT_EQ(blind.status, 4);
  EXPECT_EQ(blind.output, "");
  EXPECT_EQ(wanted.output, k_planted_csv);
}

TEST_F(SealedAttack, AKeyFileThatOthersReadIsRefused) {
  const std::filesystem::path key = world().path("open.key");
  world().must("bob", {"age-keygen", "-o", key});
  std::filesystem::permissions(key, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  EXPECT_THAT(result_of(world(), "bob", "REQ-REAL-1", {"--key", key}).errors, HasSubstr("DBW-E0016"));
  std::filesystem::remove(key);
}

/// By preflight, and by the executor where somebody publishes it all the same.
TEST_F(SealedAttack, NamedPeopleWithoutASealKeyStopTheQuery) {
  const std::vector<std::string> request = {"dbw-request", "new",     "--id",         "REQ-NOKEY-1", "-d",     "shop",
                                            "-e",          "staging", "-t",           "T",           "-r",     "R",
                                            "--kind",      "query",   "--results-to", "carol",       "--push", "-"};
  const ProcessResult preflight = world().run("alice", request, {}, "SELECT 1;");
  EXPECT_EQ(preflight.status, 1) << preflight.output << preflight.errors;
  EXPECT_THAT(preflight.output, HasSubstr("DBW-E0684"));
  EXPECT_THAT(preflight.output, HasSubstr("results.to names carol"));
  ask(world(), "REQ-NOKEY-2", {"alice"});
  world().forge("REQ-NOKEY-2", "REQ-NOKEY-3", std::string(k_planted_sql), {{"to: [alice]", "to: [alice, carol]"}});
  const ProcessResult run = world().run_request("REQ-NOKEY-3");
  expect_refused(run, 1, "");
  EXPECT_THAT(run.output, HasSubstr("DBW-E0684"));
  EXPECT_THAT(world().git("changes.git", {"for-each-ref", result_ref("REQ-NOKEY-3")}), IsEmpty());
}

/// Approved while bob had his key; by the time of the run he is suspended.
TEST_F(SealedAttack, WhoIsSuspendedGetsNothingMore) {
  ask(world(), "REQ-LATE-1", {"alice", "bob"});
  world().must("carol", {"dbw-sign", "suspend", "bob", "--reason", "laptop lost", "--push"});
  const ProcessResult run = world().run_request("REQ-LATE-1");
  EXPECT_EQ(run.status, 1) << run.output << run.errors;
  EXPECT_THAT(run.output, HasSubstr("DBW-E0643"));
  EXPECT_THAT(world().git("changes.git", {"for-each-ref", result_ref("REQ-LATE-1")}), IsEmpty());
}

}  // namespace
}  // namespace dbw::test
