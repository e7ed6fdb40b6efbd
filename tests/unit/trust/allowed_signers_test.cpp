#include "trust/allowed_signers.hpp"

#include <gtest/gtest.h>

#include "support/software_keys.hpp"
#include "support/trust_world.hpp"

namespace dbw::test {
namespace {

/// The lines that are no comments.
std::vector<std::string> signers(const World& world, const std::vector<std::string>& kinds = {}) {
  std::vector<std::string> out;
  for (const std::string& line : split(trust::allowed_signers(world.authority(), kinds), '\n')) {
    if (!line.empty() && line.front() != '#') out.push_back(line);
  }
  return out;
}

bool has(const std::vector<std::string>& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

std::string left_out(std::string_view name) { return fmt::format("# left out: {} of ", key_of(name).key.id.text()); }

TEST(AllowedSigners, NamesWhatEachKeyMaySign) {
  const World world;
  const std::vector<std::string> all = signers(world);
  EXPECT_TRUE(has(all, "bob namespaces=\"dbw-cancellation-v1,dbw-request-v1,git\" " + key_line("bob")));
  EXPECT_TRUE(has(all, "alice namespaces=\"git\" " + key_line("alice2")));
  EXPECT_TRUE(has(all, "olga namespaces=\"dbw-cancellation-v1,dbw-request-v1\" " + key_line("olga")));
  EXPECT_TRUE(has(all, "rita namespaces=\"dbw-policy-v1,dbw-root-v1,dbw-roster-v1\" " + key_line("rita2")));
  EXPECT_TRUE(has(all, "sam namespaces=\"dbw-suspension-v1\" " + key_line("sam")));
  for (const std::string& line : all) EXPECT_EQ(line.find(key_line("issuer")), std::string::npos);
}

TEST(AllowedSigners, OneKindAtATime) {
  const World world;
  EXPECT_EQ(signers(world, {"suspension"}),
            std::vector<std::string>{"sam namespaces=\"dbw-suspension-v1\" " + key_line("sam")});
  for (const std::string& line : signers(world, {"approve"}))
    EXPECT_NE(line.find("namespaces=\"git\""), std::string::npos) << line;
  for (const std::string& line : signers(world, {"request"}))
    EXPECT_NE(line.find("namespaces=\"dbw-cancellation-v1,dbw-request-v1\""), std::string::npos) << line;
}

TEST(AllowedSigners, EveryKindNamesSomebody) {
  const World world;
  EXPECT_EQ(trust::allowed_signer_kinds().size(), 6U);
  for (const std::string& kind : trust::allowed_signer_kinds()) EXPECT_FALSE(signers(world, {kind}).empty()) << kind;
}

TEST(AllowedSigners, KeysThatNobodyAskedForAreNotLeftOut) {
  World world;
  world.suspend("people: [olga]");
  EXPECT_NE(trust::allowed_signers(world.authority(), {"request"}).find(left_out("olga")), std::string::npos);
  EXPECT_EQ(trust::allowed_signers(world.authority(), {"approve"}).find(left_out("olga")), std::string::npos);
}

TEST(AllowedSigners, LeavesOutWhatDoesNotCountAndSaysSo) {
  World world;
  world.suspend("people: [bob]");
  world.suspend(fmt::format("keys: [\"{}\"]", key_of("alice2").key.id.text()), 'b');
  const SoftwareKey ecdsa = make_ecdsa();
  const std::string left = replaced(person_yaml("carol", "dba"), "  carol:\n", "  carol:\n    status: left\n");
  const std::string second =
      fmt::format("{{key: \"{}\", uses: [request, approve]}}\n      - {{key: \"{}\", uses: [approve]}}",
                  key_line("dave"), ecdsa.key.text());
  world.set_roster(replaced(replaced(roster_yaml(), person_yaml("carol", "dba"), left + person_yaml("chris", "dba")),
                            person_yaml("dave", "team-leads"), person_yaml("dave", "team-leads", second)));
  const std::string text = trust::allowed_signers(world.authority(), {});
  for (const std::string& line : signers(world)) {
    for (const std::string& gone : {key_line("bob"), key_line("alice2"), key_line("carol"), ecdsa.key.text()})
      EXPECT_EQ(line.find(gone), std::string::npos) << line;
  }
  EXPECT_NE(text.find(left_out("bob") + "bob: the person is suspended\n"), std::string::npos) << text;
  EXPECT_NE(text.find(left_out("alice2") + "alice: the key is suspended\n"), std::string::npos);
  EXPECT_NE(text.find(left_out("carol") + "carol: the person has left\n"), std::string::npos);
  EXPECT_NE(text.find("dave: the policy does not admit ecdsa-sha2-nistp256\n"), std::string::npos);
  EXPECT_TRUE(has(signers(world), "dave namespaces=\"dbw-cancellation-v1,dbw-request-v1,git\" " + key_line("dave")));
}

}  // namespace
}  // namespace dbw::test
